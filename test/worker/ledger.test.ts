import { evictDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { form, openPhone, openSocket, portals, type TestPortal, type TestSocket } from './kit.ts';
import * as said from './legs.ts';
import { type Ended, type Register, settle } from './legs.ts';

const newPortal = portals(200);
const at = Date.parse('2026-11-20T10:00:00Z');

const ring = (leg: string, over: Partial<Register> = {}) => said.ring(leg, { startedAt: at, ...over });
const answered = (leg: string) => said.answered(leg, at + 4000);
const ended = (leg: string, over: Partial<Ended> = {}) => said.ended(leg, { at: at + 34_000, seconds: 30, ...over });
const registered = (phone: TestSocket, leg: string, over: Partial<Register> = {}) =>
  said.registered(phone, ring(leg, over));

const finishedCalls = async (portal: TestPortal) => (await portal.state()).finished;

describe('a call is registered once and finished once', () => {
  it('incoming: registered with its line and true start, finished with its length and who answered', async () => {
    const portal = await newPortal().install();
    const phone = await openPhone(portal, 2);
    const callId = await registered(phone, 'leg-1');
    await phone.ask(answered('leg-1'));
    await phone.ask(ended('leg-1'));
    await settle(portal, 'finish');
    const [register] = await portal.calls('telephony.externalcall.register');
    expect(register.params).toMatchObject({
      USER_ID: '2',
      TYPE: '2',
      PHONE_NUMBER: '+442079460000',
      LINE_NUMBER: '0000',
      CALL_START_DATE: '2026-11-20T10:00:00.000Z',
      CRM_CREATE: '1',
      SHOW: '1',
    });
    const [finish] = await portal.calls('telephony.externalcall.finish');
    expect(finish.params).toMatchObject({ CALL_ID: callId, USER_ID: '2', DURATION: '30', STATUS_CODE: '200' });
    expect(await finishedCalls(portal)).toHaveLength(1);
    expect((await portal.status()).calls).toMatchObject({ live: 0, backlog: 0 });
  });

  it('every message may come twice: the answers are the same and nothing is doubled', async () => {
    const portal = await newPortal().install();
    const phone = await openPhone(portal, 2);
    const callId = await registered(phone, 'leg-1');
    expect(await registered(phone, 'leg-1', { id: 'again' })).toBe(callId);
    for (const message of [answered('leg-1'), answered('leg-1'), ended('leg-1'), ended('leg-1')])
      expect((await phone.ask(message)).t).toBe('ack');
    await settle(portal, 'finish');
    expect(await portal.calls('telephony.externalcall.register')).toHaveLength(1);
    expect(await portal.calls('telephony.externalcall.finish')).toHaveLength(1);
  });

  it('an answer of register that was lost does not make a second call', async () => {
    const portal = await newPortal().install();
    const phone = await openPhone(portal, 2);
    await portal.control('fault', { method: 'batch', kind: 'lost' });
    phone.send(ring('leg-1'));
    await phone.ask({ t: 'renew', id: 'registering' });
    await settle(portal, 'register');
    await phone.next('registered');
    expect((await portal.state()).calls).toHaveLength(1);
  });

  it('an answer of finish that was lost does not leave the call open', async () => {
    const portal = await newPortal().install();
    const phone = await openPhone(portal, 2);
    await registered(phone, 'leg-1');
    await portal.control('fault', { method: 'batch', kind: 'lost' });
    await phone.ask(ended('leg-1', { seconds: 0, status: '304' }));
    await settle(portal, 'finish');
    await expect.poll(async () => (await portal.calls('telephony.externalcall.finish')).length).toBe(1);
    await settle(portal, 'finish');
    expect((await portal.status()).calls.backlog).toBe(0);
    expect(await finishedCalls(portal)).toHaveLength(1);
  });

  it('a call that ended while Bitrix24 was away is recorded when it is back, without a card', async () => {
    const portal = await newPortal().install();
    const phone = await openPhone(portal, 2);
    await portal.control('fault', { method: 'batch', error: 'INTERNAL_SERVER_ERROR', status: 500 });
    phone.send(ring('leg-1'));
    await phone.ask(ended('leg-1'));
    await evictDurableObject(portal.object);
    await settle(portal, 'register', 'finish');
    await expect.poll(async () => (await portal.status()).calls.backlog).toBe(0);
    const finished = await finishedCalls(portal);
    expect(finished).toHaveLength(1);
    const [register] = (await portal.calls('telephony.externalcall.register')).slice(-1);
    expect(register.params.SHOW).toBe('0');
  });

  it('a number that Bitrix24 refuses is told to the frame, and not tried for ever', async () => {
    const portal = await newPortal().install();
    const phone = await openPhone(portal, 2);
    await portal.control('fault', {
      method: 'telephony.externalcall.register',
      error: 'ERROR_CORE',
      description: 'Unsupported phone number format',
      status: 400,
    });
    const answer = await phone.ask(ring('leg-1'));
    expect(answer).toMatchObject({ t: 'refused', error: 'refused' });
    expect(await portal.due()).not.toContain('register');
  });
});

describe('a queue that rings several agents is one call', () => {
  it('registered once, shown to the others, hidden on answer, finished with who answered', async () => {
    const portal = await newPortal().install();
    const bob = await openPhone(portal, 2);
    const cy = await openPhone(portal, 3);
    const callId = await registered(bob, 'leg-b', { group: 'linked-1' });
    expect(await registered(cy, 'leg-c', { group: 'linked-1' })).toBe(callId);
    await settle(portal, 'show');
    await cy.ask(answered('leg-c'));
    expect(await bob.next('elsewhere')).toMatchObject({ leg: 'leg-b', callId });
    await settle(portal, 'hide');
    await bob.ask(ended('leg-b', { seconds: 0, status: '304' }));
    await cy.ask(ended('leg-c'));
    await settle(portal, 'finish');
    expect(await portal.calls('telephony.externalcall.register')).toHaveLength(1);
    expect((await portal.calls('telephony.externalcall.show'))[0].params).toMatchObject({ USER_ID: '3' });
    expect((await portal.calls('telephony.externalcall.hide'))[0].params.USER_ID).toEqual(['2']);
    const [finish, ...more] = await portal.calls('telephony.externalcall.finish');
    expect(more).toEqual([]);
    expect(finish.params).toMatchObject({ USER_ID: '3', DURATION: '30' });
  });

  it('without a name from the PBX: the same line and caller within ten seconds are one call', async () => {
    const portal = await newPortal().install();
    const bob = await openPhone(portal, 2);
    const cy = await openPhone(portal, 3);
    const callId = await registered(bob, 'leg-b');
    expect(await registered(cy, 'leg-c', { startedAt: at + 900 })).toBe(callId);
    expect(await registered(cy, 'leg-d', { number: '+442079460001' })).not.toBe(callId);
  });

  it('rings on: an agent who declines does not finish the call before the next one is rung', async () => {
    const portal = await newPortal().install();
    const bob = await openPhone(portal, 2);
    const cy = await openPhone(portal, 3);
    const callId = await registered(bob, 'leg-b', { group: 'linked-2' });
    await bob.ask(ended('leg-b', { seconds: 0, status: '603' }));
    expect(await registered(cy, 'leg-c', { group: 'linked-2' })).toBe(callId);
    await cy.ask(answered('leg-c'));
    await cy.ask(ended('leg-c'));
    await settle(portal, 'finish');
    expect((await finishedCalls(portal)).map((call: { callId: string }) => call.callId)).toEqual([callId]);
  });
});

describe('a transfer between two of our agents is one call', () => {
  it('the colleague sees the card, and the whole conversation is finished under who had it last', async () => {
    const portal = await newPortal().install();
    const bob = await openPhone(portal, 2);
    const cy = await openPhone(portal, 3);
    const callId = await registered(bob, 'leg-b', { group: 'linked-3' });
    await bob.ask(answered('leg-b'));
    expect(await registered(cy, 'leg-c', { group: 'linked-3' })).toBe(callId);
    await settle(portal, 'show');
    expect((await portal.calls('telephony.externalcall.show'))[0].params).toMatchObject({ USER_ID: '3' });
    await bob.ask(ended('leg-b', { at: at + 20_000, seconds: 16 }));
    await cy.ask({ ...answered('leg-c'), at: at + 21_000 });
    await cy.ask(ended('leg-c', { at: at + 64_000, seconds: 43 }));
    await settle(portal, 'finish');
    const finishes = await portal.calls('telephony.externalcall.finish');
    expect(finishes.map(({ params }) => [params.CALL_ID, params.USER_ID, params.DURATION])).toEqual([
      [callId, '3', '60'],
    ]);
  });
});

describe('click-to-call: Bitrix24 registered the call itself', () => {
  it('its CALL_ID is adopted, never registered again', async () => {
    const portal = await newPortal().install();
    const phone = await openPhone(portal, 2);
    await portal.learnApplicationToken();
    const callId = await portal.clickToCall(2, '+442079460000');
    expect((await portal.deliver()).map((answer) => answer.status)).toEqual([200]);
    expect(await phone.next('dial')).toMatchObject({ callId, number: '+442079460000' });
    const adopt = { t: 'adopt' as const, callId, leg: 'leg-1', number: '+442079460000', line: '0000', startedAt: at };
    expect((await phone.ask({ ...adopt, id: 'a1' })).t).toBe('ack');
    await phone.ask(answered('leg-1'));
    await phone.ask(ended('leg-1'));
    await settle(portal, 'finish');
    expect(await portal.calls('telephony.externalcall.register')).toHaveLength(0);
    const finished = await finishedCalls(portal);
    expect(finished.map((call: { callId: string }) => call.callId)).toContain(callId);
  });

  it('the frame may be quicker than the event: it is still one call', async () => {
    const portal = await newPortal().install();
    const phone = await openPhone(portal, 2);
    const callId = await portal.clickToCall(2, '+442079460000');
    await phone.ask({ t: 'adopt', id: 'a1', callId, leg: 'l1', number: '+442079460000', line: '', startedAt: at });
    await portal.deliver();
    await phone.ask(ended('l1', { seconds: 0, status: '486' }));
    await settle(portal, 'finish');
    expect(await portal.calls('telephony.externalcall.finish')).toHaveLength(1);
    expect((await portal.status()).calls.today + (await portal.status()).calls.live).toBeLessThanOrEqual(1);
  });

  it('a call of a person without a phone ends with 480 and a reason, instead of hanging about', async () => {
    const portal = await newPortal().install();
    const callId = await portal.clickToCall(3, '+442079460000');
    await portal.deliver();
    await settle(portal, 'unadopted', 'finish');
    const [finish] = await portal.calls('telephony.externalcall.finish');
    expect(finish.params).toMatchObject({ CALL_ID: callId, USER_ID: '3', STATUS_CODE: '480', DURATION: '0' });
    expect(finish.params.FAILED_REASON).toBe('No phone of the employee was open');
  });

  it('a colleague cannot adopt it', async () => {
    const portal = await newPortal().install();
    const cy = await openPhone(portal, 3);
    const callId = await portal.clickToCall(2, '+442079460000');
    await portal.deliver();
    const answer = await cy.ask({ t: 'adopt', id: 'a', callId, leg: 'x', number: '1', line: '', startedAt: at });
    expect(answer).toMatchObject({ t: 'refused', error: 'not_yours' });
  });
});

describe('call-back: a customer asked to be called (ONEXTERNALCALLBACKSTART)', () => {
  it('rings the responsible person, whose phone then dials', async () => {
    const portal = await newPortal().install();
    await portal.learnApplicationToken();
    const bob = await openPhone(portal, 2);
    await openPhone(portal, 3);
    await bob.ask({ t: 'renew', id: 'state-is-in' });
    await portal.control('callback-form', { number: '+442079460000', line: '0000' });
    await portal.deliver();
    await settle(portal, 'callback', 'register');
    const [register] = await portal.calls('telephony.externalcall.register');
    expect(register.params).toMatchObject({ TYPE: '4', USER_ID: '2', SHOW: '1' });
    expect(await bob.next('dial')).toMatchObject({ number: '+442079460000' });
  });

  it('with nobody there, it is on record as a call that nobody made', async () => {
    const portal = await newPortal().install();
    await portal.learnApplicationToken();
    await portal.control('callback-form', { number: '+442079460000', line: '0000' });
    await portal.deliver();
    await settle(portal, 'callback', 'register', 'unadopted', 'finish');
    const finishes = await portal.calls('telephony.externalcall.finish');
    const outcomes = finishes.map(({ params }) => [params.USER_ID, params.STATUS_CODE]);
    expect(outcomes).toContainEqual(['2', '480']);
  });
});

describe('a browser that dies in a call', () => {
  it('the call ends after a grace period with the length it really had', async () => {
    const portal = await newPortal().install();
    const phone = await openPhone(portal, 2);
    await registered(phone, 'leg-1', { startedAt: Date.now() - 60_000 });
    await phone.ask({ t: 'answered', id: 'a', leg: 'leg-1', at: Date.now() - 45_000 });
    phone.socket.close(1001, 'gone');
    await phone.until(() => phone.closed ?? true);
    await expect.poll(() => portal.due()).toContain('abandoned');
    await settle(portal, 'abandoned', 'finish');
    const [finish] = await portal.calls('telephony.externalcall.finish');
    expect(Number(finish.params.DURATION)).toBeGreaterThanOrEqual(45);
    expect(Number(finish.params.DURATION)).toBeLessThan(60);
    expect(finish.params.STATUS_CODE).toBe('200');
  });

  it('the call goes on when the browser is back in time and names its leg', async () => {
    const portal = await newPortal().install();
    const phone = await openPhone(portal, 2);
    await registered(phone, 'leg-1', { startedAt: Date.now() });
    phone.socket.close(1001, 'network');
    const back = await openPhoneHolding(portal, ['leg-1']);
    expect(await portal.due()).not.toContain('abandoned');
    expect((await portal.status()).calls.live).toBe(1);
    await back.ask(ended('leg-1', { seconds: 0, status: '304' }));
  });

  it('a leg that the next page no longer names has died with the old page', async () => {
    const portal = await newPortal().install();
    const phone = await openPhone(portal, 2);
    await registered(phone, 'leg-1', { startedAt: Date.now() });
    phone.socket.close();
    await openPhoneHolding(portal, []);
    await settle(portal, 'finish');
    expect(await portal.calls('telephony.externalcall.finish')).toHaveLength(1);
  });

  async function openPhoneHolding(portal: TestPortal, legs: string[]) {
    const back = await openSocket((await portal.session(2)).ticket);
    back.send({ t: 'state', state: { ready: true, talking: true }, legs });
    await back.ask({ t: 'renew', id: 'state-is-in' });
    return back;
  }
});

describe('POST /events proves itself by signature and application_token', () => {
  const eventsUrl = async (portal: TestPortal) => new URL((await portal.state()).events[0].handler);
  const start = (over: Record<string, string> = {}) => ({
    event: 'ONEXTERNALCALLSTART',
    'data[CALL_ID]': 'externalCall.forged.1',
    'data[USER_ID]': '2',
    'data[PHONE_NUMBER]': '+442079460000',
    ...over,
  });

  it.each([
    ['a wrong key', (url: URL) => url.searchParams.set('key', 'A'.repeat(43)), {}],
    ['no application_token', () => {}, {}],
    ['a wrong application_token', () => {}, { 'auth[application_token]': 'forged' }],
    ['another portal in auth', () => {}, { 'auth[member_id]': 'member99999999999999999999999999' }],
  ])('%s is a 403 and no call', async (_, tamper, fields) => {
    const portal = await newPortal().install();
    await portal.learnApplicationToken();
    const before = (await portal.status()).calls.live;
    const url = await eventsUrl(portal);
    tamper(url);
    expect((await form(`${url.pathname}${url.search}`, start(fields))).status).toBe(403);
    expect((await portal.status()).calls.live).toBe(before);
  });

  it('a token that our app did not get teaches no application_token', async () => {
    const portal = await newPortal().install();
    const tokens = await portal.control('tokens', { userId: 1, clientId: 'app.other' });
    const url = await eventsUrl(portal);
    const fields = { 'auth[application_token]': 'mine-now', 'auth[access_token]': tokens.accessToken };
    expect((await form(`${url.pathname}${url.search}`, start(fields))).status).toBe(403);
  });

  it('an uninstall with the right token wipes the secrets and shuts every door', async () => {
    const portal = await newPortal().install();
    await portal.learnApplicationToken();
    const phone = await openPhone(portal, 2);
    await portal.control('uninstall', { clean: true });
    expect((await portal.deliver()).map((answer) => answer.status)).toEqual([200]);
    await phone.until(() => phone.closed);
    const row = await portal.status();
    expect([row.binding, row.tokens.state]).toEqual(['uninstalled', 'none']);
    expect((await portal.openSession(1)).status).toBe(403);
  });
});

describe('the invisible phone speaks up (rule 8)', () => {
  const denied = { ready: false, talking: false, reason: 'microphone_denied' } as const;

  it('a fault that lasts is told once a day in the person\u2019s notifications', async () => {
    const portal = await newPortal().install();
    const phone = await openPhone(portal, 2);
    for (const id of ['first', 'second']) {
      phone.send({ t: 'state', state: denied, legs: [] });
      await phone.ask({ t: 'renew', id });
      await settle(portal, 'notify');
    }
    const { notifications } = await portal.state();
    expect(notifications).toHaveLength(1);
    expect(notifications[0]).toMatchObject({ userId: 2, message: expect.stringContaining('allow the microphone') });
  });

  it('a fault that mends itself within a minute is not told', async () => {
    const portal = await newPortal().install();
    const phone = await openPhone(portal, 2);
    phone.send({ t: 'state', state: denied, legs: [] });
    phone.send({ t: 'state', state: { ready: true, talking: false }, legs: [] });
    await phone.ask({ t: 'renew', id: 'r' });
    expect(await portal.due()).not.toContain('notify');
  });
});
