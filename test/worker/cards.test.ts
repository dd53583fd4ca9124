import { describe, expect, it } from 'vitest';
import { type Dump, openPhone, portals } from './kit.ts';

const newPortal = portals(380);

describe('a caller who hides the number', () => {
  it.each(['', 'anonymous'])(
    '%j is registered all the same, for there is no card without; no lead is made of it',
    async (number) => {
      const portal = await newPortal().install();
      const phone = await openPhone(portal, 2);
      const leg = { t: 'register', id: 'r', leg: 'leg-1', group: null, direction: 'in', line: '0000' } as const;
      expect((await phone.ask({ ...leg, number, startedAt: Date.now() })).t).toBe('registered');
      const [register] = await portal.calls('telephony.externalcall.register');
      expect(register.params).toMatchObject({ PHONE_NUMBER: '0000000', CRM_CREATE: '0' });
    },
  );
});

describe('a card that opened before its frame listened', () => {
  it('is closed and opened anew, and belongs to the person alone who asked', async () => {
    const portal = await newPortal().install();
    const phone = await openPhone(portal, 2);
    const leg = { leg: 'leg-1', group: null, direction: 'in', number: '+4930', line: '0000' } as const;
    const answer = await phone.ask({ t: 'register', id: 'r', ...leg, startedAt: Date.now() });
    if (answer.t !== 'registered') throw new Error(JSON.stringify(answer));
    await phone.ask({ t: 'answered', id: 'a', leg: 'leg-1', at: Date.now() });
    await phone.ask({ t: 'show', id: 's', leg: 'leg-1', anew: true });
    await portal.makeDue('show');
    await portal.runDue();
    const { log } = await portal.control('state');
    const asked = log.filter(
      (entry: Dump) => /externalcall\.(hide|show)$/.test(entry.method) && entry.memberId === portal.memberId,
    );
    expect(asked.map((entry: Dump) => entry.method.split('.').at(-1))).toEqual(['hide', 'show']);
    for (const { params } of asked)
      expect({ call: params.CALL_ID, user: String(params.USER_ID) }).toEqual({ call: answer.callId, user: '2' });
  });
});

describe('a call that is over before Bitrix24 has registered it', () => {
  it('leaves no card behind: what was shown meanwhile is hidden again', async () => {
    const portal = await newPortal().install();
    const phone = await openPhone(portal, 2);
    const leg = { leg: 'leg-1', group: 'linked-9' };
    phone.send({
      t: 'register',
      id: 'r',
      ...leg,
      direction: 'in',
      number: '+4930',
      line: '0000',
      startedAt: Date.now(),
    });
    phone.send({ t: 'ended', id: 'e', leg: 'leg-1', at: Date.now(), seconds: 0, status: '486', reason: '' });
    await phone.next('registered');
    await portal.makeDue('hide');
    await portal.runDue();
    expect((await portal.calls('telephony.externalcall.hide'))[0]?.params.USER_ID).toEqual(['2']);
  });
});
