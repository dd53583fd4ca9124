import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { sign } from '../../src/crypto/sign.ts';
import { BETWEEN_PAGES_MS } from '../../src/portal/presence.ts';
import type { PresenceAnswer } from '../../src/protocol/status.ts';
import type { RouteAnswer } from '../../src/route/decide.ts';
import { openSocket, portals, type TestPortal, type TestSocket, worker } from './kit.ts';
import { answered, ring, settle } from './legs.ts';
import { CLEO, pbx, readyPhone, registered, saveSettings, startedAt } from './market-kit.ts';
import { BINDINGS } from './places.ts';

const newPortal = portals(640);

/** Installed, Bob (2) and Cy (3) with accounts, its application_token known. */
const ready = async (): Promise<TestPortal> => {
  const portal = await newPortal().install();
  await saveSettings(portal);
  await portal.learnApplicationToken();
  await portal.growAbsent(1, 3_600_000);
  await settle(portal, 'unadopted', 'finish', 'notify');
  return portal;
};
const people = async (portal: TestPortal) => (await portal.status()).agents.people ?? [];
/** As it was before the object was told of accounts. */
const forgetAccounts = (portal: TestPortal) =>
  runInDurableObject(portal.object, (_, state) => {
    state.storage.sql.exec('UPDATE portal SET accounts = NULL');
  });
/** When the people are looked at next, Unix ms; null = never. */
const lookAt = (portal: TestPortal) =>
  runInDurableObject(
    portal.object,
    (_, state) => state.storage.sql.exec("SELECT at FROM due WHERE kind = 'presence'").toArray()[0]?.at ?? null,
  );
const of = async (portal: TestPortal, userId: number) =>
  (await people(portal)).find((person) => person.userId === userId);
const says = async (phone: TestSocket, state: Record<string, unknown>) => {
  phone.send({ t: 'state', state: { ready: true, talking: false, ...state } as never, legs: [] });
  await phone.ask({ t: 'renew', id: `after ${JSON.stringify(state)}` });
};
const route = async (portal: TestPortal): Promise<RouteAnswer> =>
  (await pbx(portal, `/api/route?portal=${portal.memberId}&number=${encodeURIComponent(CLEO)}`)).json();
const notices = async (portal: TestPortal, userId: number) =>
  (await portal.state()).notifications.filter((notice: { userId: number }) => notice.userId === userId);
/** Bitrix24 shows the newest notice of an app only. */
const told = async (portal: TestPortal) =>
  (await portal.calls('im.notify.personal.add')).filter(({ params }) => params.USER_ID === '2').length;
const click = async (portal: TestPortal, number = CLEO): Promise<string> => {
  const call = await portal.control('click-to-call', { userId: 2, number });
  expect((await portal.deliver()).map(({ status }) => status)).toEqual([200]);
  await portal.runDue();
  return call.callId;
};
const outcome = async (portal: TestPortal, callId: string) =>
  (await portal.state()).finished.find((call: { callId: string }) => call.callId === callId);

describe('/status names everybody with an account, and how their phone stands', () => {
  it('from never here to talking, with the reason of what is wrong and since when', async () => {
    const portal = await ready();
    expect(await people(portal)).toEqual([
      { userId: 2, name: 'Bob Builder', presence: 'away', since: null },
      { userId: 3, name: 'Cy Caller', presence: 'away', since: null },
    ]);
    const bob = await readyPhone(portal, 2);
    const free = await of(portal, 2);
    expect(free).toEqual({ userId: 2, name: 'Bob Builder', presence: 'reachable', since: expect.any(String) });
    await says(bob, { talking: true });
    expect(await of(portal, 2)).toMatchObject({ presence: 'talking' });
    await says(bob, { doNotDisturb: true });
    expect(await of(portal, 2)).toMatchObject({ presence: 'do_not_disturb' });
    await says(bob, { ready: false, reason: 'microphone_denied' });
    expect(await of(portal, 2)).toMatchObject({ presence: 'not_ready', reason: 'microphone_denied' });
  });

  it('also where an earlier version saved the settings, without another save', async () => {
    const portal = await ready();
    await forgetAccounts(portal);
    await evictDurableObject(portal.object, { webSockets: 'hibernate' });
    const { ticket } = await portal.session(3);
    const answer = await worker('/api/presence', { headers: { authorization: `Bearer ${ticket}` } });
    expect(((await answer.json()) as PresenceAnswer).people.map(({ name }) => name)).toEqual([
      'Bob Builder',
      'Cy Caller',
    ]);
    expect(await of(portal, 2)).toMatchObject({ name: 'Bob Builder' });
  });

  it('"since" is when it began, over repetitions and an eviction', async () => {
    const portal = await ready();
    const bob = await readyPhone(portal, 2);
    const since = (await of(portal, 2))?.since;
    await says(bob, {});
    await evictDurableObject(portal.object, { webSockets: 'hibernate' });
    expect(await of(portal, 2)).toMatchObject({ presence: 'reachable', since });
  });

  it('a person who goes from page to page stays what they were; who does not come back is away', async () => {
    const portal = await ready();
    const bob = await readyPhone(portal, 2);
    const before = await of(portal, 2);
    bob.socket.close();
    await expect.poll(async () => (await portal.status()).agents.phones).toBe(0);
    expect(await of(portal, 2)).toEqual(before);
    expect((await route(portal)).agents[0]).toMatchObject({ presence: 'away', reachable: false });
    const next = await openSocket((await portal.session(2)).ticket);
    await next.next('welcome');
    expect(await of(portal, 2)).toEqual(before);
    next.socket.close();
    await expect.poll(async () => (await portal.status()).agents.phones).toBe(0);
    await portal.growAbsent(2, 6000);
    expect(await of(portal, 2)).toMatchObject({ presence: 'away' });
  });

  it('a look that comes too early for the last to go is followed by one in time', async () => {
    const portal = await ready();
    const bob = await readyPhone(portal, 2);
    await readyPhone(portal, 3);
    bob.socket.close();
    await expect.poll(async () => (await portal.status()).agents.phones).toBe(1);
    const goneAt = await portal.makeNew(2);
    await settle(portal, 'presence');
    expect(await lookAt(portal)).toBe(goneAt + BETWEEN_PAGES_MS);
  });
});

describe('a phone that is not heard any more', () => {
  it('is not reachable: not for the PBX, a call-back or the counters', async () => {
    const portal = await ready();
    const [bob, cy] = [await readyPhone(portal, 2), await readyPhone(portal, 3)];
    expect(await route(portal)).toMatchObject({ responsible: '1002', free: ['1003'] });
    await portal.growSilent(2);
    expect(await route(portal)).toMatchObject({
      responsible: null,
      free: ['1003'],
      agents: [
        { presence: 'away', reachable: false },
        { presence: 'reachable', reachable: true },
      ],
    });
    expect((await portal.status()).agents).toMatchObject({ phones: 2, reachable: 1 });
    await portal.control('callback-form', { number: CLEO, line: '0000' });
    await portal.deliver();
    await portal.runDue();
    expect((await cy.next('dial')).number).toBe(CLEO);
    expect(bob.messages.some(({ t }) => t === 'dial')).toBe(false);
  });

  it('lives on one ping a minute, which the runtime answers for the object', async () => {
    const portal = await ready();
    const bob = await readyPhone(portal, 2);
    await bob.ping();
    await portal.growSilent(2);
    expect(await of(portal, 2)).toMatchObject({ presence: 'reachable' });
    await evictDurableObject(portal.object, { webSockets: 'hibernate' });
    expect(await of(portal, 2)).toMatchObject({ presence: 'reachable' });
    await settle(portal, 'presence');
    expect(bob.closed).toBeNull();
  });

  it('is heard and answered while Bitrix24 lets a registration wait', async () => {
    const portal = await ready();
    const bob = await readyPhone(portal, 2);
    await portal.control('fault', { method: 'batch', kind: 'hang' });
    bob.send(ring('leg-1'));
    await bob.ping();
    expect((await bob.ask({ t: 'renew', id: 'behind it' })).t).toBe('ticket');
    expect(bob.messages.some(({ t }) => t === 'registered')).toBe(false);
    await portal.control('release-hangs');
  });

  it('is away since it was last heard, and its socket is closed, so that a page that thaws comes back', async () => {
    const portal = await ready();
    const bob = await readyPhone(portal, 2);
    await portal.growSilent(2, 200_000);
    await settle(portal, 'presence');
    await bob.until(() => bob.closed);
    expect(bob.closed).toMatchObject({ code: 4411 });
    const away = await of(portal, 2);
    expect(away).toMatchObject({ presence: 'away' });
    expect(Date.now() - Date.parse(away?.since ?? '')).toBeGreaterThan(150_000);
    await readyPhone(portal, 2);
    expect(await of(portal, 2)).toMatchObject({ presence: 'reachable' });
  });

  it('leaves no call open: it ends with the length that was heard', async () => {
    const portal = await ready();
    const bob = await readyPhone(portal, 2);
    await bob.ask(ring('leg-1', { startedAt: Date.now() - 300_000 }));
    await bob.ask(answered('leg-1', Date.now() - 290_000));
    await portal.growSilent(2, 200_000);
    await settle(portal, 'presence', 'abandoned', 'finish');
    const [call] = (await portal.state()).finished.filter(
      ({ externalCallId }: { externalCallId: string }) => externalCallId,
    );
    expect(call).toMatchObject({ statusCode: '200', userId: 2 });
    expect(call.duration).toBeGreaterThan(80);
    expect(call.duration).toBeLessThan(110);
  });

  it('is listened for as long as a page is open, and no longer', async () => {
    const portal = await ready();
    const bob = await readyPhone(portal, 2);
    await settle(portal, 'presence');
    expect(await portal.due()).toContain('presence');
    bob.socket.close();
    await expect.poll(async () => (await portal.status()).agents.phones).toBe(0);
    await portal.growAbsent(2, BETWEEN_PAGES_MS);
    await settle(portal, 'presence');
    expect(await portal.due()).not.toContain('presence');
  });
});

describe('a click of a person who cannot be reached', () => {
  it('is finished at once where the phone is silent, and the person is told why', async () => {
    const portal = await ready();
    const bob = await readyPhone(portal, 2);
    await portal.growSilent(2);
    const callId = await click(portal);
    expect(await outcome(portal, callId)).toMatchObject({
      statusCode: '480',
      failedReason: 'The page with the employee\u2019s phone was asleep or without a connection',
    });
    expect(await notices(portal, 2)).toMatchObject([{ message: expect.stringContaining('is asleep') }]);
    expect(bob.messages.some(({ t }) => t === 'dial')).toBe(false);
  });

  it('waits for a page that may just be loading, whose phone then takes it', async () => {
    const portal = await ready();
    const first = await readyPhone(portal, 2);
    first.socket.close();
    await expect.poll(async () => (await portal.status()).agents.phones).toBe(0);
    const callId = await click(portal);
    expect(await outcome(portal, callId)).toBeUndefined();
    const next = await readyPhone(portal, 2);
    const adopt = { t: 'adopt', id: 'x', callId, leg: 'leg-9', number: CLEO, line: '0000', startedAt } as const;
    expect((await next.ask(adopt)).t).toBe('ack');
  });

  it('waits for the first page of the day as well', async () => {
    const portal = await ready();
    await portal.session(2);
    expect(await outcome(portal, await click(portal))).toBeUndefined();
  });

  it('and clicks again is told once a minute, while each call is finished', async () => {
    const portal = await ready();
    const [first, second] = [await click(portal), await click(portal, '+442079460006')];
    for (const callId of [first, second]) expect(await outcome(portal, callId)).toMatchObject({ statusCode: '480' });
    expect(await told(portal)).toBe(1);
    await portal.rows('UPDATE agent SET told_at = told_at - 61000 RETURNING 1');
    await click(portal);
    expect(await told(portal)).toBe(2);
  });

  it('a notice that Bitrix24 did not take is sent again', async () => {
    const portal = await ready();
    await portal.control('fault', { method: 'im.notify.personal.add', error: 'INTERNAL_SERVER_ERROR', status: 500 });
    await click(portal);
    await settle(portal, 'notify');
    expect(await notices(portal, 2)).toHaveLength(1);
  });

  it('a phone that is connected but not ready is asked all the same: its card says what is wrong', async () => {
    const portal = await ready();
    const bob = await readyPhone(portal, 2);
    await says(bob, { ready: false, reason: 'microphone_denied' });
    const callId = await click(portal);
    expect(await bob.next('dial')).toMatchObject({ callId });
    expect(await outcome(portal, callId)).toBeUndefined();
  });

  it('a person in a call keeps it: a click beside it is theirs to make', async () => {
    const portal = await ready();
    const bob = await readyPhone(portal, 2);
    await registered(bob, 'leg-1');
    await says(bob, { talking: true });
    const callId = await click(portal);
    expect(await bob.next('dial')).toMatchObject({ callId });
  });
});

describe('GET /api/presence', () => {
  const ask = (ticket: string | null) =>
    worker('/api/presence', { headers: ticket === null ? {} : { authorization: `Bearer ${ticket}` } });

  it('tells any employee of the portal how everybody stands, and nobody else', async () => {
    const portal = await ready();
    await readyPhone(portal, 2);
    const answer = await ask((await portal.session(3)).ticket);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const seen = (await answer.json()) as PresenceAnswer;
    expect(seen.people).toMatchObject([
      { userId: 2, name: 'Bob Builder', presence: 'reachable' },
      { userId: 3, name: 'Cy Caller', presence: 'away' },
    ]);
    expect(seen.ticket).toBeUndefined();
    for (const ticket of [null, 'a.b']) expect((await ask(ticket)).status).toBe(401);
    expect((await worker('/api/presence', { method: 'POST' })).status).toBe(405);
  });

  it('a ticket in its second half is renewed, without the right of an administrator', async () => {
    const portal = await ready();
    const { ticket } = await portal.session(1);
    const claims = JSON.parse(atob((ticket.split('.')[0] ?? '').replaceAll('-', '+').replaceAll('_', '/')));
    const body = btoa(JSON.stringify({ ...claims, expiresAt: Date.now() + 60_000 })).replaceAll('=', '');
    const old = `${body}.${await sign([BINDINGS.SIGN_KEY], 'ticket', body)}`;
    const { ticket: renewed = '' } = (await (await ask(old)).json()) as PresenceAnswer;
    expect((await ask(renewed)).status).toBe(200);
    const settings = await worker('/api/settings', { headers: { authorization: `Bearer ${renewed}` } });
    expect(settings.status).toBe(403);
  });

  it('a session that was ended sees nobody', async () => {
    const portal = await ready();
    const { ticket } = await portal.session(3);
    await portal.rows('DELETE FROM session RETURNING 1');
    expect((await ask(ticket)).status).toBe(401);
  });
});
