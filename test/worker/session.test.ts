import { runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { json, openPhone, openSocket, portals, upgrade, worker } from './kit.ts';

const newPortal = portals(100);

describe('POST /api/session', () => {
  it('verifies the person at the stored endpoint and gives a ticket, the room and the lines', async () => {
    const portal = await newPortal().install();
    const session = await portal.session(2);
    expect(session).toMatchObject({
      expiresIn: 900,
      user: { id: 2, admin: false, name: 'Bob Builder' },
      sip: null,
      lines: [{ number: '0000', name: 'Webphone' }],
      strikeMs: 5000,
    });
    expect(session.room).toMatch(/^[\w-]{22}$/);
  });

  it('gives the same room to every frame of a person, and another to everybody else', async () => {
    const portal = await newPortal().install();
    const rooms = [await portal.session(2), await portal.session(2), await portal.session(3)].map((s) => s.room);
    expect(rooms[0]).toBe(rooms[1]);
    expect(rooms[0]).not.toBe(rooms[2]);
  });

  it('costs the portal one request', async () => {
    const portal = await newPortal().install();
    const before = (await portal.calls('batch')).length;
    await portal.session(2);
    expect((await portal.calls('batch')).length).toBe(before + 1);
  });

  it('gives the SIP account that an admin has saved, and only to its owner', async () => {
    const portal = await newPortal().install();
    const admin = await portal.session(1);
    const saved = await worker('/api/settings', {
      method: 'PUT',
      headers: { authorization: `Bearer ${admin.ticket}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        pbxUrl: 'wss://pbx.example.com:8089/ws',
        sipDomain: 'pbx.example.com',
        lines: [{ number: '+4930555', name: 'Sales' }],
        iceServers: [],
        callHeader: 'X-Call-Id',
        agents: [{ userId: 2, name: 'Bob', sipUser: '1002', authorizationUser: '', password: 'wonderland' }],
      }),
    });
    expect(saved.status).toBe(200);
    expect((await portal.session(2)).sip).toMatchObject({ uri: 'sip:1002@pbx.example.com', password: 'wonderland' });
    expect((await portal.session(3)).sip).toBeNull();
    await portal.makeDue('lines');
    await portal.runDue();
    expect((await portal.state()).lines.map((line: { number: string }) => line.number)).toEqual(['+4930555']);
  });

  it('a token of another app is a 403: it is valid at the portal, but not for us', async () => {
    const portal = await newPortal().install();
    const tokens = await portal.control('tokens', { userId: 1, clientId: 'app.other' });
    const answer = await json('/api/session', { AUTH_ID: tokens.accessToken, member_id: portal.memberId });
    expect(answer.status).toBe(403);
    expect((await answer.json<{ message: string }>()).message).toContain('another app');
  });

  it('a forged token is a 403', async () => {
    const portal = await newPortal().install();
    expect((await json('/api/session', { AUTH_ID: 'forged', member_id: portal.memberId })).status).toBe(403);
  });

  it('guessing tokens is slowed down before it eats the portal\u2019s REST limit', async () => {
    const portal = await newPortal().install();
    const guess = () => json('/api/session', { AUTH_ID: 'forged', member_id: portal.memberId });
    for (let i = 0; i < 30; i++) await (await guess()).text();
    const before = (await portal.calls('batch')).length;
    expect((await guess()).status).toBe(429);
    expect((await portal.calls('batch')).length).toBe(before);
  });

  it('an unknown portal is a 403, and nothing is stored for it', async () => {
    const portal = newPortal();
    const tokens = await portal.control('tokens', { userId: 1 });
    const answer = await json('/api/session', { AUTH_ID: tokens.accessToken, member_id: portal.memberId });
    expect(answer.status).toBe(403);
    const tables = await runInDurableObject(portal.object, (_, state) =>
      state.storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'portal'").toArray(),
    );
    expect(tables).toEqual([]);
  });

  it('a portal that does not answer is a 502, not a refusal', async () => {
    const portal = await newPortal().install();
    await portal.control('fault', { method: 'batch', kind: 'garbled' });
    expect((await portal.openSession(2)).status).toBe(502);
  });
});

describe('GET /api/socket', () => {
  it('answers 101 and names b24phone.v1 only', async () => {
    const portal = await newPortal().install();
    const answer = await upgrade((await portal.session(2)).ticket);
    expect(answer.status).toBe(101);
    expect(answer.headers.get('sec-websocket-protocol')).toBe('b24phone.v1');
    answer.webSocket?.accept();
    answer.webSocket?.close();
  });

  it.each([
    ['another page\u2019s origin', { origin: 'https://evil.example.com' }, 403],
    ['no ticket', { 'sec-websocket-protocol': 'b24phone.v1' }, 401],
    ['a forged ticket', { 'sec-websocket-protocol': `b24phone.v1, t.${btoa('x.y').replaceAll('=', '')}` }, 401],
    ['no subprotocol', { 'sec-websocket-protocol': '' }, 400],
  ])('%s is refused', async (_, headers, status) => {
    const portal = await newPortal().install();
    const answer = await upgrade((await portal.session(2)).ticket, headers);
    expect(answer.status).toBe(status);
  });

  it('a plain GET is a 400', async () => {
    expect((await worker('/api/socket')).status).toBe(400);
  });

  it('a ticket of an uninstalled portal opens nothing', async () => {
    const portal = await newPortal().install();
    const { ticket } = await portal.session(2);
    await portal.learnApplicationToken();
    await portal.control('uninstall');
    await portal.deliver();
    expect((await upgrade(ticket)).status).toBe(401);
  });

  it('the newest socket of a person is the phone: the older one is superseded', async () => {
    const portal = await newPortal().install();
    const first = await openSocket((await portal.session(2)).ticket);
    const { epoch } = await first.next('welcome');
    const second = await openSocket((await portal.session(2)).ticket);
    expect((await second.next('welcome')).epoch).toBe(epoch + 1);
    expect((await first.next('superseded')).epoch).toBe(epoch + 1);
    await first.until(() => first.closed);
    expect(first.closed?.code).toBe(4409);
  });

  it('a connection of the same session supersedes nobody: whoever gave the later one up comes back', async () => {
    const portal = await newPortal().install();
    const { ticket } = await portal.session(2);
    const first = await openSocket(ticket);
    await openSocket(ticket);
    await first.until(() => first.closed);
    expect(first.closed?.code).toBe(4408);
    expect(first.messages.some(({ t }) => t === 'superseded')).toBe(false);
  });

  it('renews the ticket', async () => {
    const portal = await newPortal().install();
    const phone = await openPhone(portal, 2);
    const answer = await phone.ask({ t: 'renew', id: 'r1' });
    if (answer.t !== 'ticket') throw new Error(`got ${answer.t}`);
    const again = await upgrade(answer.ticket);
    expect(again.status).toBe(101);
    again.webSocket?.accept();
  });

  it('a message that is not of the protocol ends the socket with 4400', async () => {
    const portal = await newPortal().install();
    const phone = await openPhone(portal, 2);
    phone.socket.send('{"t":"destroy"}');
    await phone.until(() => phone.closed);
    expect(phone.closed?.code).toBe(4400);
  });

  it('a revoked session ends the socket with 4401', async () => {
    const portal = await newPortal().install();
    const phone = await openPhone(portal, 2);
    await runInDurableObject(portal.object, (_, state) => {
      state.storage.sql.exec('DELETE FROM session');
    });
    phone.send({ t: 'state', state: { ready: true, talking: false }, legs: [] });
    await phone.until(() => phone.closed);
    expect(phone.closed?.code).toBe(4401);
  });

  it('says on /status who can be reached', async () => {
    const portal = await newPortal().install();
    const phone = await openPhone(portal, 2);
    await phone.ask({ t: 'renew', id: 'after-state' });
    expect((await portal.status()).agents).toMatchObject({ phones: 1, reachable: 1, talking: 0, doNotDisturb: 0 });
    phone.send({ t: 'state', state: { ready: false, talking: false, reason: 'microphone_denied' }, legs: [] });
    await phone.ask({ t: 'renew', id: 'again' });
    expect((await portal.status()).agents).toMatchObject({ phones: 1, reachable: 0, talking: 0, doNotDisturb: 0 });
  });
});

describe('POST /api/vitals', () => {
  it('a load over STRIKE_MS with a ticket is a strike', async () => {
    const portal = await newPortal().install();
    const { ticket } = await portal.session(2);
    expect((await json('/api/vitals', { ticket, loadMs: 5001 })).status).toBe(204);
    const { strikes, handler } = await portal.status();
    expect(strikes).toMatchObject({ today: 1, total: 1, alarmAt: 3, limit: 10 });
    expect(strikes.last).toMatchObject([{ ms: 5001, source: 'vitals' }]);
    expect(handler).toMatchObject({ loads: 1, slow: 1 });
  });

  it('a load of exactly STRIKE_MS is none, and does not reach the object', async () => {
    const portal = await newPortal().install();
    const { ticket } = await portal.session(2);
    expect((await json('/api/vitals', { ticket, loadMs: 5000 })).status).toBe(204);
    expect((await portal.status()).strikes.total).toBe(0);
  });

  it('takes what navigator.sendBeacon sends', async () => {
    const portal = await newPortal().install();
    const { ticket } = await portal.session(2);
    const answer = await worker('/api/vitals', {
      method: 'POST',
      headers: { 'content-type': 'text/plain;charset=UTF-8' },
      body: JSON.stringify({ ticket, loadMs: 7000 }),
    });
    expect(answer.status).toBe(204);
    expect((await portal.status()).strikes.today).toBe(1);
  });

  it('a report under a dead session is counted apart, and is no strike', async () => {
    const portal = await newPortal().install();
    const { ticket } = await portal.session(2);
    await runInDurableObject(portal.object, (_, state) => {
      state.storage.sql.exec('DELETE FROM session');
    });
    expect((await json('/api/vitals', { ticket, loadMs: 9000 })).status).toBe(401);
    expect((await portal.status()).strikes).toMatchObject({ today: 0, unverified: 1 });
  });

  it('more than sixty a minute are refused with 429', async () => {
    const portal = await newPortal().install();
    const { ticket } = await portal.session(2);
    const statuses = await Promise.all(
      Array.from({ length: 61 }, async () => (await json('/api/vitals', { ticket, loadMs: 9000 })).status),
    );
    expect(statuses.filter((status) => status === 429)).toHaveLength(1);
  });

  it.each([
    ['text for a number', { ticket: 'x', loadMs: 'slow' }, 400],
    ['a negative load', { ticket: 'x', loadMs: -1 }, 400],
    ['no ticket', { loadMs: 6000 }, 400],
    ['a forged ticket', { ticket: 'a.b', loadMs: 6000 }, 401],
  ])('%s is refused', async (_, body, status) => {
    expect((await json('/api/vitals', body)).status).toBe(status);
  });

  it('the phone reports quick loads over its socket, for the percentiles', async () => {
    const portal = await newPortal().install();
    const phone = await openPhone(portal, 2);
    phone.send({ t: 'vitals', loads: [120, 80, 400, 5200] });
    await phone.ask({ t: 'renew', id: 'after' });
    const row = await portal.status();
    expect(row.handler).toMatchObject({ loads: 4, slow: 1, p50: 120, p95: 5200 });
    expect(row.strikes.last).toMatchObject([{ ms: 5200, source: 'socket' }]);
  });
});
