import { runInDurableObject } from 'cloudflare:test';
import { env as bindings } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import app from '../../src/index.ts';
import { form, oauthControl, portals, type TestPortal } from './kit.ts';
import { ORIGIN } from './places.ts';

const newPortal = portals(0);

const tablesOf = (portal: TestPortal) =>
  runInDurableObject(portal.object, (_, state) =>
    state.storage.sql
      .exec("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'")
      .toArray(),
  );

/** Everything that the victim's portal and object hold, to show that an attack changed nothing. */
const snapshot = async (portal: TestPortal) => {
  const { placements, events, lines } = await portal.state();
  const rows = await runInDurableObject(portal.object, (_, state) => ({
    portal: state.storage.sql.exec('SELECT * FROM portal').toArray(),
    token: state.storage.sql.exec('SELECT * FROM token').toArray(),
  }));
  return { placements, events, lines, rows };
};

describe('install by the installer frame', () => {
  it('binds the placement with HANDLER, errorHandlerUrl and texts in eight languages', async () => {
    const portal = await newPortal().install();
    const { placements } = await portal.state();
    expect(placements).toHaveLength(1);
    expect(placements[0]).toMatchObject({ placement: 'PAGE_BACKGROUND_WORKER', handler: `${ORIGIN}/placement` });
    expect(placements[0].options.errorHandlerUrl).toMatch(
      new RegExp(`^${ORIGIN}/placement/error\\?portal=${portal.memberId}&key=[\\w-]{43}$`),
    );
    expect(Object.keys(placements[0].langAll)).toEqual(expect.arrayContaining(['en', 'de', 'es', 'pt', 'fr', 'ru']));
    expect((await portal.status()).binding).toBe('bound');
  });

  it('binds both call events, the update and the uninstall, and adds a line', async () => {
    const portal = await newPortal().install();
    const { events, lines } = await portal.state();
    expect(events.map((row: { event: string }) => row.event).sort()).toEqual([
      'ONAPPUNINSTALL',
      'ONAPPUPDATE',
      'ONEXTERNALCALLBACKSTART',
      'ONEXTERNALCALLSTART',
    ]);
    for (const row of events) expect(row.handler).toMatch(new RegExp(`^${ORIGIN}/events\\?portal=`));
    expect(lines).toHaveLength(1);
  });

  it('answers a page whose data let its script finish the installation', async () => {
    const portal = newPortal();
    const answer = await portal.postInstall((await portal.fields()).fields);
    expect(answer.headers.get('content-type')).toContain('text/html');
    expect(await answer.text()).toContain('is installed');
  });

  it('seals the tokens: no stored byte shows them', async () => {
    const portal = await newPortal().install();
    const token = await runInDurableObject(portal.object, (_, state) =>
      state.storage.sql.exec('SELECT access, refresh FROM token').one(),
    );
    expect(token.access).toMatch(/^v1\.k1\./);
    expect(token.refresh).toMatch(/^v1\.k1\./);
  });

  it('may be done again: nothing is doubled', async () => {
    const portal = await newPortal().install();
    await portal.install();
    const { placements, events, lines } = await portal.state();
    expect([placements.length, events.length, lines.length]).toEqual([1, 4, 1]);
  });

  it('is finished by the object when Bitrix24 refuses a step at first', async () => {
    const portal = newPortal();
    await portal.control('fault', { method: 'placement.bind', error: 'INTERNAL_SERVER_ERROR', status: 500 });
    await portal.install();
    expect((await portal.status()).binding).toBe('rebinding');
    await portal.makeDue('bind');
    await portal.runDue();
    expect((await portal.status()).binding).toBe('bound');
  });
});

describe('install by the queue (ONAPPINSTALL)', () => {
  it('is proved and set up like the frame, and learns the application_token', async () => {
    const portal = newPortal();
    await portal.control('install-by-event');
    const answers = await portal.deliver();
    expect(answers.map((answer) => answer.status)).toEqual([200]);
    expect((await portal.status()).binding).toBe('bound');
  });
});

describe('a hostile install is refused and changes nothing', () => {
  it('a portal that answers ADMIN for another portal\u2019s member_id', async () => {
    const victim = await newPortal().install();
    const attacker = newPortal();
    await attacker.control('portal', { hostile: true });
    const before = await snapshot(victim);
    const { fields } = await attacker.fields(2);
    const answer = await attacker.postInstall({ ...fields, member_id: victim.memberId });
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ error: 'forbidden' });
    expect(await snapshot(victim)).toEqual(before);
    expect(await tablesOf(attacker)).toEqual([]);
  });

  it('a refresh token of another app', async () => {
    const victim = await newPortal().install();
    const before = await snapshot(victim);
    const tokens = await victim.control('tokens', { userId: 1, clientId: 'app.other' });
    const { fields } = await victim.fields();
    const answer = await victim.postInstall({ ...fields, REFRESH_ID: tokens.refreshToken });
    expect(answer.status).toBe(403);
    expect(await snapshot(victim)).toEqual(before);
  });

  it('a forged refresh token', async () => {
    const portal = newPortal();
    const { fields } = await portal.fields();
    const answer = await portal.postInstall({ ...fields, REFRESH_ID: 'forged' });
    expect(answer.status).toBe(403);
    expect(await tablesOf(portal)).toEqual([]);
  });

  it('an employee who is not an administrator', async () => {
    const portal = newPortal();
    const answer = await portal.postInstall((await portal.fields(2)).fields);
    expect(answer.status).toBe(403);
    expect((await answer.json<{ message: string }>()).message).toContain('administrator');
    expect(await tablesOf(portal)).toEqual([]);
  });

  it('a SERVER_ENDPOINT that is not on the allow list is never sent our client_secret', async () => {
    const portal = newPortal();
    const { fields } = await portal.fields();
    const answer = await portal.postInstall({ ...fields, SERVER_ENDPOINT: 'https://evil.example.com/rest/' });
    expect(answer.status).toBe(403);
    const { log } = await portal.control('state');
    expect(log.filter((entry: { url: string }) => entry.url.includes('evil.example.com'))).toEqual([]);
  });

  it('an OAuth host that is down is told apart from a refusal', async () => {
    const portal = newPortal();
    const { fields } = await portal.fields();
    await oauthControl('fault', { method: 'oauth', kind: 'garbled' });
    const answer = await portal.postInstall(fields);
    expect(answer.status).toBe(502);
    expect(await answer.json()).toMatchObject({ error: 'upstream' });
  });
});

describe('configuration', () => {
  for (const name of ['B24_CLIENT_ID', 'B24_CLIENT_SECRET', 'SEAL_KEYS', 'SIGN_KEY'] as const) {
    it(`a missing ${name} stops the request and is named`, async () => {
      const request = new Request(`${ORIGIN}/install`, { method: 'POST' });
      const answer = await app.fetch(request, { ...bindings, [name]: '' });
      expect(answer.status).toBe(503);
      expect(await answer.json()).toMatchObject({ error: 'configuration', message: expect.stringContaining(name) });
    });
  }

  it.each([
    ['SEAL_KEYS', 'k1:short'],
    ['SIGN_KEY', 'too-short'],
    ['STRIKE_MS', 'five seconds'],
  ])('a malformed %s is named, and its value is not shown', async (name, value) => {
    const answer = await app.fetch(new Request(`${ORIGIN}/install`, { method: 'POST' }), {
      ...bindings,
      [name]: value,
    });
    const text = await answer.text();
    expect(answer.status).toBe(503);
    expect(text).toContain(name);
    expect(text).not.toContain(value);
  });

  it('a missing secret does not stop the handler: it needs none', async () => {
    const request = new Request(`${ORIGIN}/placement`, { method: 'POST' });
    const answer = await app.fetch(request, { ...bindings, SEAL_KEYS: '', SIGN_KEY: '' });
    expect(answer.status).toBe(200);
  });
});

describe('the form', () => {
  it.each([
    ['no member_id', { REFRESH_ID: 'x' }],
    ['no REFRESH_ID', { member_id: 'x'.repeat(32) }],
    ['an event that is not ONAPPINSTALL', { event: 'ONCRMDEALADD' }],
  ])('%s is a 400', async (_, fields) => {
    const answer = await form('/install', fields as Record<string, string>);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: 'bad_request' });
  });
});
