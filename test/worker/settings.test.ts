import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env as bindings } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { readConfig } from '../../src/config.ts';
import type { Env } from '../../src/env.ts';
import type { PortalRules } from '../../src/portal/leads.ts';
import { DEFAULT_CALLING, type Line } from '../../src/protocol/frame.ts';
import type { SettingsForm, SettingsView } from '../../src/protocol/settings.ts';
import { writeTicket } from '../../src/session/ticket.ts';
import { DEFAULT_CALLS } from '../../src/settings/calls-form.ts';
import { FORM_LIMIT } from '../../src/settings/form.ts';
import { settingsRoutes } from '../../src/settings/routes.ts';
import { PortalSettings } from '../../src/settings/settings.ts';
import { settingsFor } from '../../src/settings/store.ts';

const base = bindings as unknown as Env;
const SEAL_KEY = btoa('k'.repeat(32));

/** The real settings object behind a portal that says what the test wants. */
function worker(over: Partial<Env> = {}, portal: { alive?: boolean; tell?: (lines: Line[]) => void } = {}) {
  const env = {
    SETTINGS: base.SETTINGS,
    PORTAL: {
      getByName: () => ({
        checkTicket: async () => portal.alive ?? true,
        settingsChanged: async ({ lines }: PortalRules) => portal.tell?.([...lines]),
      }),
    },
    B24_CLIENT_ID: 'app.1',
    B24_CLIENT_SECRET: 'secret',
    SEAL_KEYS: `k1:${SEAL_KEY}`,
    SIGN_KEY: 's'.repeat(32),
    ...over,
  } as unknown as Env;
  const read = readConfig(env);
  if (!read.ok) throw new Error(read.error.message);
  return { env, config: read.value };
}

let portals = 0;
const newPortal = () => `portal-${++portals}`;

const form = (over: Partial<SettingsForm> = {}): SettingsForm => ({
  pbxUrl: 'wss://pbx.example.com:8089/ws',
  sipDomain: 'pbx.example.com',
  callHeader: 'X-Call-Id',
  lines: [{ number: '+4930123456', name: 'Sales' }],
  iceServers: [{ urls: ['turn:turn.example.com'], username: 'relay', credential: 'relay-secret' }],
  agents: [{ userId: 17, name: 'Иван Петров', sipUser: '1001', authorizationUser: '', password: 'wonderland' }],
  ...over,
});

const stubOf = (portal: string) => base.SETTINGS.get(base.SETTINGS.idFromName(portal));
const stored = (portal: string) =>
  runInDurableObject(stubOf(portal), async (_, state) => JSON.stringify([...(await state.storage.list())]));

afterEach(() => vi.restoreAllMocks());

describe('the settings document', () => {
  it('is empty before anybody saved it', async () => {
    const { env } = worker();
    expect(await settingsFor(env, newPortal()).view()).toEqual({
      pbxUrl: '',
      sipDomain: '',
      callHeader: '',
      lines: [],
      iceServers: [],
      agents: [],
      calls: DEFAULT_CALLS,
    });
  });

  it('gives an employee the opened account and everybody the lines', async () => {
    const { env, config } = worker();
    const settings = settingsFor(env, newPortal());
    expect(await settings.save(config, form())).toMatchObject({ ok: true });
    expect(await settings.phoneOf(config, 17)).toEqual({
      sip: {
        uri: 'sip:1001@pbx.example.com',
        server: 'wss://pbx.example.com:8089/ws',
        authorizationUser: '1001',
        password: 'wonderland',
        displayName: 'Иван Петров',
      },
      ice: [{ urls: ['turn:turn.example.com'], username: 'relay', credential: 'relay-secret' }],
      lines: [{ number: '+4930123456', name: 'Sales' }],
      callHeader: 'X-Call-Id',
      colleagues: { 17: '1001' },
      calling: DEFAULT_CALLING,
    });
    expect(await settings.phoneOf(config, 18)).toMatchObject({
      sip: null,
      lines: [{ number: '+4930123456' }],
      colleagues: {},
    });
  });

  it('survives eviction', async () => {
    const { env, config } = worker();
    const portal = newPortal();
    await settingsFor(env, portal).save(config, form());
    await evictDurableObject(stubOf(portal));
    expect((await settingsFor(env, portal).phoneOf(config, 17)).sip?.password).toBe('wonderland');
  });

  it('holds no password in the clear and shows none', async () => {
    const { env, config } = worker();
    const portal = newPortal();
    const saved = await settingsFor(env, portal).save(config, form());
    expect(JSON.stringify(saved)).not.toMatch(/wonderland|relay-secret|v1\./);
    expect(saved).toMatchObject({
      ok: true,
      value: { agents: [{ userId: 17, hasPassword: true }], iceServers: [{ hasCredential: true }] },
    });
    const storage = await stored(portal);
    expect(storage).toContain('v1.k1.');
    expect(storage).not.toMatch(/wonderland|relay-secret/);
  });

  it('keeps a stored password where the form leaves it empty, and drops it with its agent', async () => {
    const { env, config } = worker();
    const settings = settingsFor(env, newPortal());
    await settings.save(config, form());
    const [agent] = form().agents;
    if (!agent) throw new Error('the form has an agent');
    const silent = { ...agent, password: '' };
    await settings.save(config, form({ agents: [{ ...silent, sipUser: '1009' }], iceServers: [] }));
    expect((await settings.phoneOf(config, 17)).sip).toMatchObject({
      authorizationUser: '1009',
      password: 'wonderland',
    });
    await settings.save(config, form({ agents: [] }));
    const again = await settings.save(config, form({ agents: [silent] }));
    expect(again).toMatchObject({ ok: false, error: { fields: [{ path: 'agents.0.password' }] } });
  });

  it('does not open a password that was copied from another portal', async () => {
    const { env, config } = worker();
    const [mine, theirs] = [newPortal(), newPortal()];
    await settingsFor(env, theirs).save(config, form());
    await settingsFor(env, mine).view();
    const loot = await runInDurableObject(stubOf(theirs), (_, state) => state.storage.get('data'));
    await runInDurableObject(stubOf(mine), (_, state) => state.storage.put('data', loot));
    await evictDurableObject(stubOf(mine));
    const told = vi.spyOn(console, 'error').mockImplementation(() => {});
    expect((await settingsFor(env, mine).phoneOf(config, 17)).sip).toBeNull();
    expect(told).toHaveBeenCalled();
  });

  it('takes a thousand agents with names outside Latin-1', { timeout: 30_000 }, async () => {
    const { env, config } = worker();
    const settings = settingsFor(env, newPortal());
    const agents = Array.from({ length: 1000 }, (_, i) => ({
      userId: i + 1,
      name: `Сотрудник ${i} 🙂`,
      sipUser: `${1000 + i}`,
      authorizationUser: '',
      password: `secret-${i}`,
    }));
    expect((await settings.save(config, form({ agents }))).ok).toBe(true);
    expect((await settings.phoneOf(config, 1000)).sip).toMatchObject({
      displayName: 'Сотрудник 999 🙂',
      password: 'secret-999',
    });
  });

  it('changes nothing when one field does not fit', async () => {
    const { env, config } = worker();
    const settings = settingsFor(env, newPortal());
    await settings.save(config, form());
    expect((await settings.save(config, form({ pbxUrl: 'http://pbx.example.com', sipDomain: 'other' }))).ok).toBe(
      false,
    );
    expect((await settings.view()).sipDomain).toBe('pbx.example.com');
  });

  it('writes only when something changed', async () => {
    const { env, config } = worker();
    const portal = newPortal();
    await settingsFor(env, portal).save(config, form());
    // A write after a mere read would bring back what was taken away behind the object's back.
    await runInDurableObject(stubOf(portal), (_, state) => state.storage.delete('data'));
    await settingsFor(env, portal).view();
    expect(await stored(portal)).toBe('[]');
  });

  it('is gone after a wipe, also after eviction', async () => {
    const { env, config } = worker();
    const portal = newPortal();
    await settingsFor(env, portal).save(config, form());
    await settingsFor(env, portal).wipe();
    expect(await stored(portal)).toBe('[]');
    await evictDurableObject(stubOf(portal));
    expect((await settingsFor(env, portal).view()).agents).toEqual([]);
  });

  it('makes a TURN credential of its own where TURN_SECRET is set', async () => {
    const { env, config } = worker({ TURN_SECRET: 'north' });
    const settings = settingsFor(env, newPortal());
    await settings.save(
      config,
      form({ iceServers: [{ urls: ['turn:turn.example.com'] }, { urls: 'stun:s.example.com' }] }),
    );
    const { ice } = await settings.phoneOf(config, 17, 1_000_000);
    expect(ice).toEqual([
      { urls: ['turn:turn.example.com'], username: '87400:17', credential: expect.stringMatching(/^[\w+/]{27}=$/) },
      { urls: ['stun:s.example.com'] },
    ]);
  });
});

describe('the object behind the settings', () => {
  it('answers only the library’s own proxy', async () => {
    const portal = newPortal();
    const { env, config } = worker();
    await settingsFor(env, portal).save(config, form());
    const answer = await stubOf(portal).fetch('https://phone.example.com/do/call/destroy');
    expect(answer.status).toBe(404);
    expect((await settingsFor(env, portal).view()).agents).toHaveLength(1);
  });

  it('has no method that native RPC could call', () => {
    expect(Object.getOwnPropertyNames(PortalSettings.prototype)).toEqual(['constructor', 'fetch']);
  });
});

describe('/api/settings', () => {
  const ticketFor = (config: Parameters<typeof writeTicket>[0], portal: string, over = {}) =>
    writeTicket(config, { portal, userId: 1, admin: true, session: 's1', expiresAt: Date.now() + 60_000, ...over });

  async function call(
    setup: ReturnType<typeof worker>,
    {
      method = 'GET',
      ticket,
      body,
      type = 'application/json',
    }: { method?: string; ticket?: string; body?: unknown; type?: string },
  ) {
    const response = await settingsRoutes.request(
      '/api/settings',
      {
        method,
        headers: { ...(ticket && { authorization: `Bearer ${ticket}` }), 'content-type': type },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      },
      setup.env,
    );
    return {
      status: response.status,
      body: (await response.json()) as Record<string, unknown>,
      headers: response.headers,
    };
  }

  it('stores what an administrator saves and tells the portal its lines', async () => {
    const told: Line[][] = [];
    const setup = worker({}, { tell: (lines) => told.push(lines) });
    const portal = newPortal();
    const ticket = await ticketFor(setup.config, portal);
    const put = await call(setup, { method: 'PUT', ticket, body: form() });
    expect(put).toMatchObject({ status: 200, body: { agents: [{ userId: 17, hasPassword: true }] } });
    expect(put.headers.get('cache-control')).toBe('no-store');
    expect(told).toEqual([[{ number: '+4930123456', name: 'Sales' }]]);
    const got = await call(setup, { ticket });
    expect(got.body as unknown as SettingsView).toEqual(put.body);
  });

  it('names every field that does not fit', async () => {
    const setup = worker();
    const ticket = await ticketFor(setup.config, newPortal());
    const put = await call(setup, { method: 'PUT', ticket, body: form({ pbxUrl: 'nonsense', callHeader: 'a b' }) });
    expect(put.status).toBe(400);
    expect(put.body).toMatchObject({ error: 'bad_request', message: expect.any(String) });
    expect((put.body.fields as { path: string }[]).map(({ path }) => path)).toEqual(['callHeader', 'pbxUrl']);
  });

  it('says when the settings are stored but the portal was not told', async () => {
    const setup = worker(
      {},
      {
        tell: () => {
          throw new Error('gone');
        },
      },
    );
    const ticket = await ticketFor(setup.config, newPortal());
    expect(await call(setup, { method: 'PUT', ticket, body: form() })).toMatchObject({ status: 502 });
    expect((await call(setup, { ticket })).body).toMatchObject({ sipDomain: 'pbx.example.com' });
  });

  it.each([
    ['no ticket', async () => undefined, 401],
    ['a ticket that is not ours', async () => 'a.b', 401],
    [
      'a ticket that ran out',
      (setup: ReturnType<typeof worker>) => ticketFor(setup.config, 'p', { expiresAt: Date.now() - 1 }),
      401,
    ],
    [
      'an employee who is no administrator',
      (setup: ReturnType<typeof worker>) => ticketFor(setup.config, 'p', { admin: false }),
      403,
    ],
  ] as const)('refuses %s', async (_, make, status) => {
    const setup = worker();
    const ticket = await make(setup);
    for (const method of ['GET', 'PUT']) {
      const answer = await call(setup, {
        method,
        ...(ticket && { ticket }),
        ...(method === 'PUT' && { body: form() }),
      });
      expect(answer).toMatchObject({ status, body: { error: expect.any(String), message: expect.any(String) } });
    }
  });

  it('refuses a session that was ended', async () => {
    const setup = worker({}, { alive: false });
    const ticket = await ticketFor(setup.config, newPortal());
    expect(await call(setup, { method: 'PUT', ticket, body: form() })).toMatchObject({ status: 401 });
  });

  it.each([
    ['what is no JSON', '{', 'application/json', 400],
    ['what is no object', '"text"', 'application/json', 400],
    ['a form', 'a=b', 'application/x-www-form-urlencoded', 415],
    ['a body over the limit', ' '.repeat(FORM_LIMIT + 1), 'application/json', 413],
  ])('refuses %s', async (_, body, type, status) => {
    const setup = worker();
    const ticket = await ticketFor(setup.config, newPortal());
    expect(await call(setup, { method: 'PUT', ticket, body, type })).toMatchObject({ status });
  });

  it('refuses other methods and names the right ones', async () => {
    const answer = await call(worker(), { method: 'DELETE' });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('GET, PUT');
  });
});
