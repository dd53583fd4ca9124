import { describe, expect, it } from 'vitest';
import { deliver, openSocket, portals, type TestPortal } from './kit.ts';
import { settle } from './legs.ts';
import { answered, CLEO, ended, readyPhone, STRANGER, startedAt } from './market-kit.ts';

const newPortal = portals(580);
const adopt = (callId: string, leg = 'leg-1') =>
  ({ t: 'adopt', id: `adopt-${leg}`, callId, leg, number: CLEO, line: '0000', startedAt }) as const;

/** Installed, with its application_token known. */
const ready = async (): Promise<TestPortal> => {
  const portal = await newPortal().install();
  await portal.learnApplicationToken();
  await settle(portal, 'unadopted', 'finish', 'notify');
  return portal;
};
/** A call that Bitrix24 starts for Bob. */
const start = async (portal: TestPortal, over: Record<string, unknown> = {}): Promise<string> => {
  const call = await portal.control('click-to-call', { userId: 2, number: CLEO, ...over });
  expect((await portal.deliver()).map(({ status }) => status)).toEqual([200]);
  return call.callId;
};
const notices = async (portal: TestPortal, userId: number) =>
  (await portal.state()).notifications.filter((notice: { userId: number }) => notice.userId === userId);
const outcome = async (portal: TestPortal, callId: string) =>
  (await portal.state()).finished.find((call: { callId: string }) => call.callId === callId);

describe('Market 4: a click on a number (OnExternalCallStart)', () => {
  it('is dialled by the person\u2019s phone under the CALL_ID that Bitrix24 gave, and never registered again', async () => {
    const portal = await ready();
    const bob = await readyPhone(portal, 2);
    const callId = await start(portal);
    expect(await bob.next('dial')).toEqual({ t: 'dial', callId, number: CLEO, line: '0000' });
    expect((await bob.ask(adopt(callId))).t).toBe('ack');
    await bob.ask(answered('leg-1'));
    await bob.ask(ended('leg-1'));
    await settle(portal, 'finish');
    expect(await outcome(portal, callId)).toMatchObject({ userId: 2, statusCode: '200', duration: 30, entityId: 5 });
    expect(await portal.calls('telephony.externalcall.register')).toEqual([]);
  });

  it('from a call list is dialled all the same', async () => {
    const portal = await ready();
    const bob = await readyPhone(portal, 2);
    const call = await portal.control('click-to-call', { userId: 2, number: CLEO });
    const [event] = await portal.outbox();
    if (!event) throw new Error('no event');
    const answer = await deliver({ ...event, body: `${event.body}&data[CALL_LIST_ID]=7` });
    expect(answer.status).toBe(200);
    expect(await bob.next('dial')).toMatchObject({ callId: call.callId, number: CLEO });
  });

  it('from the mobile app rings the person first, in their browser: a card is asked for, as no page shows one', async () => {
    const portal = await ready();
    const bob = await readyPhone(portal, 2);
    const callId = await start(portal, { mobile: true });
    expect(await bob.next('dial')).toMatchObject({ callId, ask: true });
    await settle(portal, 'show');
    expect((await portal.calls('telephony.externalcall.show')).map(({ params }) => params)).toMatchObject([
      { CALL_ID: callId, USER_ID: '2' },
    ]);
  });

  it('from the mobile app is asked for in the next page, when the one in which it waited is gone', async () => {
    const portal = await ready();
    const bob = await readyPhone(portal, 2);
    const callId = await start(portal, { mobile: true });
    await bob.next('dial');
    await bob.ask(adopt(callId));
    bob.socket.close();
    const next = await readyPhone(portal, 2);
    expect(await next.next('dial')).toMatchObject({ callId, ask: true });
  });

  it('that is dialled already is not: it ends with its page', async () => {
    const portal = await ready();
    const bob = await readyPhone(portal, 2);
    const callId = await start(portal);
    await bob.next('dial');
    await bob.ask(adopt(callId));
    bob.socket.close();
    const next = await readyPhone(portal, 2);
    await next.ask({ t: 'renew', id: 'ready' });
    expect(next.messages.filter(({ t }) => t === 'dial')).toEqual([]);
    await settle(portal, 'finish');
    expect(await outcome(portal, callId)).toMatchObject({ statusCode: '603', duration: 0 });
  });

  it.each([false, true])(
    'of a person without a phone: a clear outcome in the CRM and a word to the person (mobile: %s)',
    async (mobile) => {
      const portal = await ready();
      const callId = await start(portal, { mobile });
      // Nobody waits: nothing but the alarm runs.
      await portal.runDue();
      expect(await outcome(portal, callId)).toMatchObject({
        userId: 2,
        statusCode: '480',
        duration: 0,
        failedReason: 'No phone of the employee was open',
      });
      expect(await notices(portal, 2)).toMatchObject([
        { message: expect.stringContaining(`Your call to ${CLEO} was not made, because no phone of yours is open`) },
      ]);
      await settle(portal, 'unadopted', 'notify');
      expect(await notices(portal, 2)).toHaveLength(1);
    },
  );

  it('told twice is dialled once', async () => {
    const portal = await ready();
    const bob = await readyPhone(portal, 2);
    await portal.control('click-to-call', { userId: 2, number: CLEO });
    const [event] = await portal.outbox();
    if (!event) throw new Error('no event');
    for (const again of [event, event]) expect((await deliver(again)).status).toBe(200);
    await bob.ask({ t: 'renew', id: 'after both' });
    expect(bob.messages.filter(({ t }) => t === 'dial')).toHaveLength(1);
  });
});

describe('Market 5: a customer asks to be called back (OnExternalCallBackStart)', () => {
  const asks = async (portal: TestPortal, number = CLEO) => {
    await portal.control('callback-form', { number, line: '0000' });
    await portal.deliver();
    await portal.runDue();
  };

  it('rings the responsible person, who then dials the customer: one call of TYPE 4', async () => {
    const portal = await ready();
    const [bob] = [await readyPhone(portal, 2), await readyPhone(portal, 3)];
    await asks(portal);
    const { callId } = await bob.next('dial');
    const [register] = await portal.calls('telephony.externalcall.register');
    expect(register.params).toMatchObject({ TYPE: '4', USER_ID: '2', PHONE_NUMBER: CLEO, SHOW: '1', CRM_CREATE: '1' });
    await bob.ask(adopt(callId));
    await bob.ask(answered('leg-1'));
    await bob.ask(ended('leg-1'));
    await settle(portal, 'finish');
    expect(await outcome(portal, callId)).toMatchObject({ type: 4, userId: 2, statusCode: '200', duration: 30 });
  });

  it('rings anybody free where the responsible person talks, or is not known', async () => {
    const portal = await ready();
    const [bob, cy] = [await readyPhone(portal, 2), await readyPhone(portal, 3)];
    bob.send({ t: 'state', state: { ready: true, talking: true }, legs: [] });
    await bob.ask({ t: 'renew', id: 'talking' });
    await asks(portal);
    expect((await cy.next('dial')).number).toBe(CLEO);
    await asks(portal, STRANGER);
    await cy.until(() => cy.messages.filter(({ t }) => t === 'dial').length === 2);
  });

  /** It waits on Bob's card, whose page is gone then. */
  const waitsInAPage = async (portal: TestPortal) => {
    const bob = await readyPhone(portal, 2);
    await asks(portal);
    const { callId } = await bob.next('dial');
    await bob.ask(adopt(callId));
    bob.socket.close();
    await expect.poll(() => portal.due()).toContain('abandoned');
    return callId;
  };

  it('waits for the click in the next page when its page is gone: asked for there, with its card, once it is ready', async () => {
    const portal = await ready();
    const callId = await waitsInAPage(portal);
    const next = await openSocket((await portal.session(2)).ticket);
    next.send({ t: 'state', state: { ready: false, talking: false, reason: 'starting' }, legs: [] });
    await next.ask({ t: 'renew', id: 'starting' });
    expect(next.messages.filter(({ t }) => t === 'dial')).toEqual([]);
    next.send({ t: 'state', state: { ready: true, talking: false }, legs: [] });
    expect(await next.next('dial')).toEqual({ t: 'dial', callId, number: CLEO, line: '0000', ask: true });
    expect((await next.ask(adopt(callId, 'leg-2'))).t).toBe('ack');
    await settle(portal, 'show', 'unadopted', 'abandoned');
    expect((await portal.calls('telephony.externalcall.show')).map(({ params }) => params)).toMatchObject([
      { CALL_ID: callId, USER_ID: '2' },
    ]);
    await next.ask(answered('leg-2'));
    await next.ask(ended('leg-2'));
    await settle(portal, 'finish');
    expect(await outcome(portal, callId)).toMatchObject({ type: 4, userId: 2, statusCode: '200' });
  });

  it('is asked for in the page after the next, when the next one was left before it had taken it', async () => {
    const portal = await ready();
    const callId = await waitsInAPage(portal);
    (await readyPhone(portal, 2)).socket.close();
    const third = await readyPhone(portal, 2);
    expect((await third.next('dial')).callId).toBe(callId);
    await third.ask(adopt(callId, 'leg-3'));
    await settle(portal, 'unadopted');
    expect((await portal.status()).calls.live).toBe(1);
  });

  it('whose page is gone for good ends as 480, and the person reads that somebody waits', async () => {
    const portal = await ready();
    const callId = await waitsInAPage(portal);
    await settle(portal, 'abandoned', 'unadopted', 'finish', 'notify');
    expect(await outcome(portal, callId)).toMatchObject({ userId: 2, statusCode: '480', duration: 0 });
    expect(await notices(portal, 2)).toMatchObject([
      { message: expect.stringContaining('has asked to be called back') },
    ]);
  });

  it('without any phone ends as 480 for the responsible person, who is told', async () => {
    const portal = await ready();
    await asks(portal);
    await settle(portal, 'register', 'unadopted');
    await settle(portal, 'finish', 'notify');
    const calls = (await portal.state()).finished.filter(({ type }: { type: number }) => type === 4);
    expect(calls).toMatchObject([{ userId: 2, statusCode: '480' }]);
    expect(await notices(portal, 2)).toMatchObject([
      { message: expect.stringContaining('has asked to be called back') },
    ]);
  });
});
