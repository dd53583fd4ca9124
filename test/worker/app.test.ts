import { env as bindings } from 'cloudflare:workers';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { AppData } from '../../src/app/data.ts';
import { appRoutesWith } from '../../src/app/routes.ts';
import type { Env } from '../../src/env.ts';
import { failure } from '../../src/http/failure.ts';
import { err, ok } from '../../src/http/result.ts';
import { DEFAULT_CALLING, type Session } from '../../src/protocol/frame.ts';
import type { StatusDocument } from '../../src/protocol/status.ts';
import type { openSession } from '../../src/session/open.ts';
import { portalStatus, strikesToday } from '../unit/pages/portal-status.ts';
import { form, portals, type TestPortal, worker } from './kit.ts';
import { BINDINGS, ORIGIN } from './places.ts';

// Whose session a form stands for is proved by the session's own tests; here it is only what the page makes of it.
const open = vi.fn<typeof openSession>();
const appRoutes = appRoutesWith(open);
const base = bindings as unknown as Env;

const session = (over: Partial<Session> = {}): Session => ({
  ticket: 'body.</script><script>alert(1)</script>',
  expiresIn: 900,
  user: { id: 17, admin: true, name: 'Ann <b>Miller' },
  sip: null,
  ice: [],
  lines: [],
  callHeader: null,
  room: 'room',
  strikeMs: 5000,
  ...over,
});

const envWith = (over: Partial<Env> = {}) =>
  ({
    SETTINGS: base.SETTINGS,
    PORTAL: { getByName: () => ({ status: async () => portalStatus({ strikes: strikesToday(4) }) }) },
    B24_CLIENT_ID: 'app.1',
    B24_CLIENT_SECRET: 'secret',
    SEAL_KEYS: `k1:${btoa('k'.repeat(32))}`,
    SIGN_KEY: 's'.repeat(32),
    ...over,
  }) as unknown as Env;

const post = (
  body = 'AUTH_ID=token&REFRESH_ID=lent&member_id=m1&DOMAIN=evil.example',
  env = envWith(),
  accept = '*/*',
) =>
  appRoutes.request(
    '/app?DOMAIN=evil.example&PROTOCOL=1',
    { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded', accept }, body },
    env,
  );

beforeEach(() => open.mockReset().mockResolvedValue(ok(session())));

describe('POST /app', () => {
  it('gives an administrator the settings with the ticket in a block that nothing can leave', async () => {
    const response = await post();
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const page = await response.text();
    const [, json = ''] = /<script type="application\/json" id="app-data">(.*?)<\/script>/.exec(page) ?? [];
    expect(JSON.parse(json)).toMatchObject({
      admin: { ticket: session().ticket, memberId: 'm1', settings: { agents: [] } },
    });
    expect(page).not.toContain('<script>alert');
    expect(page).not.toContain('<b>Miller');
    expect(page).toContain('It loaded slowly 4 times today');
  });

  it('opens the session that the form stands for and believes nothing else of it', async () => {
    await post();
    expect(open.mock.calls[0]?.[2]).toEqual({ AUTH_ID: 'token', REFRESH_ID: 'lent', member_id: 'm1' });
    expect(await (await post()).text()).not.toContain('evil.example');
  });

  const sip = {
    uri: 'sip:1001@pbx',
    server: 'wss://pbx',
    authorizationUser: '',
    password: 'secret-of-sip',
    displayName: '',
  };
  const dataOf = (page: string): AppData =>
    JSON.parse(/<script type="application\/json" id="app-data">(.*?)<\/script>/.exec(page)?.[1] ?? 'null');

  it('shows an employee their own phone and no settings and no password', async () => {
    open.mockResolvedValue(ok(session({ user: { id: 18, admin: false, name: 'Bob' }, sip })));
    const page = await (await post()).text();
    expect(page).toContain('<h2 id="phone-title"');
    const colleagues = { ticket: session().ticket, userId: 18 };
    expect(dataOf(page)).toEqual({ room: 'room', records: false, colleagues, admin: null });
    expect(page).not.toMatch(/<form|secret-of-sip/);
  });

  it('tells an employee without an account whom to ask, and gives their page no room', async () => {
    open.mockResolvedValue(ok(session({ user: { id: 18, admin: false, name: 'Bob' } })));
    const page = await (await post()).text();
    expect(page).toContain('You have no SIP account yet');
    expect(page).toContain('you are employee no. 18');
    expect(dataOf(page)).toMatchObject({ room: null, records: false, admin: null });
    expect(page).not.toMatch(/<form|<input/);
  });

  it('names the colleagues, not the person themselves, and nothing where there are none', async () => {
    const people = [
      { userId: 17, name: 'Ann', presence: 'talking', since: null },
      { userId: 2, name: 'Bob <i>', presence: 'reachable', since: '2026-11-22T10:00:00.000Z' },
    ] as const;
    const agents = { phones: 2, reachable: 2, talking: 1, people };
    const env = envWith({
      PORTAL: { getByName: () => ({ status: async () => portalStatus({ agents }) }) } as never,
    });
    const page = await (await post(undefined, env)).text();
    expect(page).toContain('Bob &lt;i&gt;');
    expect(page).not.toContain('data-user="17"');
    expect(page).not.toMatch(/id="colleagues"[^>]* hidden/);
    expect(await (await post()).text()).toMatch(/id="colleagues"[^>]* hidden/);
  });

  it('says whether this browser records, as the settings have it', async () => {
    const calling = { ...DEFAULT_CALLING, recording: 'browser' as const };
    open.mockResolvedValue(ok(session({ sip, calling })));
    expect(dataOf(await (await post()).text())).toMatchObject({ records: true });
  });

  it('may be framed by any portal on https, and by one on http in development only', async () => {
    const policy = async (env: Env) => (await post(undefined, env)).headers.get('content-security-policy') ?? '';
    expect(await policy(envWith())).toContain("frame-ancestors https: 'self'");
    expect(await policy(envWith({ ALLOW_LOCAL_PORTALS: '1' }))).toContain("frame-ancestors https: http: 'self'");
    expect(await policy(envWith())).toContain("script-src 'self'");
    expect((await post()).headers.has('x-frame-options')).toBe(false);
  });

  it('says why there is no page: JSON to a program, a page to a person', async () => {
    open.mockResolvedValue(err(failure('forbidden', 'This portal is not installed.')));
    const json = await post();
    expect(json.status).toBe(403);
    expect(await json.json()).toEqual({ error: 'forbidden', message: 'This portal is not installed.' });
    const page = await post(undefined, envWith(), 'text/html');
    expect(page.status).toBe(403);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(await page.text()).toContain('This portal is not installed.');
  });

  it('refuses a body that is no form and one that is too large', async () => {
    const text = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'x' };
    expect((await appRoutes.request('/app', text, envWith())).status).toBe(415);
    expect((await post(`AUTH_ID=${'x'.repeat(65 * 1024)}`)).status).toBe(413);
    expect(open).not.toHaveBeenCalled();
  });

  it('names a setting that is missing', async () => {
    const response = await post(undefined, envWith({ SEAL_KEYS: '' }));
    expect(response.status).toBe(503);
    expect(((await response.json()) as { message: string }).message).toContain('SEAL_KEYS');
  });
});

it('GET /app says where the app is opened', async () => {
  const response = await appRoutes.request('/app', {}, envWith());
  expect(response.status).toBe(405);
  expect(response.headers.get('allow')).toBe('POST');
  expect(((await response.json()) as { message: string }).message).toContain('Bitrix24');
});

describe('from the installed app to a phone', () => {
  const newPortal = portals(360);

  /** The app's page as Bitrix24 opens it for an employee, and what it hands to its script. */
  async function openApp(portal: TestPortal, userId: number) {
    const { fields } = await portal.fields(userId);
    const response = await form('/app?PROTOCOL=0', fields);
    const page = await response.text();
    const [, json] = /<script type="application\/json" id="app-data">(.*?)<\/script>/.exec(page) ?? [];
    return { status: response.status, page, data: json ? (JSON.parse(json) as AppData) : null };
  }

  const put = (ticket: string, body: unknown) =>
    worker('/api/settings', {
      method: 'PUT',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${ticket}` },
      body: JSON.stringify(body),
    });

  const settings = {
    pbxUrl: 'wss://pbx.example.com/ws',
    sipDomain: 'pbx.example.com',
    callHeader: '',
    lines: [{ number: '+44 20 7946 0999', name: 'Sales' }],
    iceServers: [],
    agents: [{ userId: 2, name: 'Bob Builder', sipUser: '102', authorizationUser: '', password: 'bricks' }],
  };

  it('an administrator saves the PBX, and the employee’s next session has a SIP account', async () => {
    const portal = await newPortal().install();
    const before = await portal.session(2);
    expect(before.sip).toBeNull();
    const { data, page } = await openApp(portal, 1);
    expect(page).toContain('Phone is on');
    const saved = await put(data?.admin?.ticket ?? '', settings);
    expect(saved.status).toBe(200);
    expect(await saved.text()).not.toContain('bricks');
    const { sip, lines } = await portal.session(2);
    expect(sip).toMatchObject({ uri: 'sip:102@pbx.example.com', password: 'bricks' });
    expect(lines).toEqual([{ number: '+442079460999', name: 'Sales' }]);
    expect((await openApp(portal, 2)).page).toContain('102@pbx.example.com');
    await portal.runDue();
    const added = await portal.calls('telephony.externalline.add');
    expect(JSON.stringify(added)).toContain('+442079460999');
  });

  it('an employee who is no administrator gets no ticket from the page, and no way in with their own', async () => {
    const portal = await newPortal().install();
    const app = await openApp(portal, 2);
    expect(app.status).toBe(200);
    expect(app.data?.admin).toBeNull();
    const { ticket } = await portal.session(2);
    expect((await put(ticket, settings)).status).toBe(403);
    expect((await portal.session(2)).sip).toBeNull();
  });

  it('a portal that never installed the app gets a sentence, not a page', async () => {
    const { status, page } = await openApp(newPortal(), 1);
    expect(status).toBe(403);
    expect(JSON.parse(page)).toMatchObject({ error: 'forbidden', message: expect.stringContaining('not installed') });
  });

  it('/status knows the portal from its installation on', async () => {
    const portal = await newPortal().install();
    // The portal tells the directory by a job, so that no request waits for it.
    await portal.runDue();
    const response = await worker('/status.json', { headers: { authorization: `Bearer ${BINDINGS.STATUS_TOKEN}` } });
    const { portals: rows } = (await response.json()) as StatusDocument;
    expect(rows.find((row) => row.memberId === portal.memberId)).toMatchObject({
      handler: { url: `${ORIGIN}/placement` },
    });
  });
});
