import { describe, expect, it } from 'vitest';
import { form, json, openPhone, portals, type TestPortal, worker } from './kit.ts';

const newPortal = portals(150);

const leg = (over: Record<string, unknown> = {}) => ({
  t: 'register' as const,
  id: 'r',
  leg: 'leg-x',
  group: null,
  direction: 'in' as const,
  number: '+442079460000',
  line: '0000',
  startedAt: Date.now(),
  ...over,
});

describe('an employee who learned the events address (any of the app’s tokens may ask event.get)', () => {
  const address = async (portal: TestPortal) => {
    const url = new URL((await portal.state()).events[0].handler);
    return `${url.pathname}${url.search}`;
  };
  const event = async (portal: TestPortal, userId: number, fields: Record<string, string>) => {
    const { accessToken } = await portal.control('tokens', { userId });
    return form(await address(portal), {
      'auth[access_token]': accessToken,
      'auth[application_token]': 'made-up',
      ...fields,
    });
  };
  const click = (userId: number) => ({
    event: 'ONEXTERNALCALLSTART',
    'data[CALL_ID]': `externalCall.x.${userId}`,
    'data[USER_ID]': String(userId),
    'data[PHONE_NUMBER]': '+442079460000',
  });

  it('teaches no application_token: the portal’s own events are taken as before', async () => {
    const portal = await newPortal().install();
    await event(portal, 2, click(2));
    await portal.learnApplicationToken();
    expect((await event(portal, 2, { event: 'ONAPPUNINSTALL', 'data[CLEAN]': '1' })).status).toBe(403);
    await portal.clickToCall(1, '+442079460001');
    expect((await portal.deliver()).map((answer) => answer.status)).toEqual([200]);
    expect((await portal.status()).binding).toBe('bound');
  });

  it('starts calls of their own only, before the application_token is known', async () => {
    const portal = await newPortal().install();
    expect((await event(portal, 2, click(3))).status).toBe(403);
    expect((await event(portal, 2, click(2))).status).toBe(200);
    expect((await event(portal, 2, { event: 'ONAPPUPDATE' })).status).toBe(403);
    expect((await portal.status()).binding).toBe('bound');
  });
});

describe('an employee’s phone that lies', () => {
  it('about times: /status and the app’s page still answer', async () => {
    const portal = await newPortal().install();
    const phone = await openPhone(portal, 2);
    phone.send(leg({ startedAt: Number.MAX_SAFE_INTEGER }));
    await phone.ask({ t: 'renew', id: 'taken' });
    expect((await portal.status()).calls.last[0]?.at).toMatch(/^20\d\d-/);
    expect((await phone.ask(leg())).t).toBe('registered');
  });

  it('about slow loads: sixty a minute count, by the socket as well as by POST', async () => {
    const portal = await newPortal().install();
    const phone = await openPhone(portal, 2);
    const loads = Array.from({ length: 100 }, () => 6000);
    for (let i = 0; i < 3; i++) phone.send({ t: 'vitals', loads });
    await phone.ask({ t: 'renew', id: 'taken' });
    expect((await portal.status()).strikes.total).toBe(60);
  });

  it('about dead sessions: reports without one are not counted without end', async () => {
    const portal = await newPortal().install();
    const { ticket } = await portal.session(2);
    await portal.learnApplicationToken();
    await portal.control('uninstall', {});
    await portal.deliver();
    await portal.install();
    const answers = await Promise.all(Array.from({ length: 70 }, () => json('/api/vitals', { ticket, loadMs: 9000 })));
    expect(answers.filter((answer) => answer.status === 401)).toHaveLength(60);
    expect(answers.filter((answer) => answer.status === 429)).toHaveLength(10);
    expect((await portal.status()).strikes).toMatchObject({ total: 0, unverified: 60 });
  });
});

describe('whoever knows a member_id', () => {
  const guess = (portal: TestPortal, from: string) =>
    json('/api/session', { AUTH_ID: 'guessed', member_id: portal.memberId }, { 'cf-connecting-ip': from });

  it('shuts the door for themselves, not for the portal’s employees', async () => {
    const portal = await newPortal().install();
    const { accessToken } = await portal.control('tokens', { userId: 2 });
    const guesses = [];
    for (let i = 0; i < 31; i++) guesses.push((await guess(portal, '192.0.2.1')).status);
    expect(guesses.slice(0, 30)).not.toContain(429);
    expect(guesses[30]).toBe(429);
    const honest = { AUTH_ID: accessToken, member_id: portal.memberId };
    expect((await json('/api/session', honest, { 'cf-connecting-ip': '198.51.100.7' })).status).toBe(200);
  });
});

describe('a body made to break the reader', () => {
  it('deeply nested JSON is a 400', async () => {
    const deep = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`;
    const answer = await worker('/install', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: deep,
    });
    expect([answer.status, ((await answer.json()) as { error: string }).error]).toEqual([400, 'bad_request']);
  });
});
