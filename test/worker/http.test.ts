import { env as bindings } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Env } from '../../src/env.ts';
import app from '../../src/index.ts';
import { isForHandler } from '../../src/placement/answer.ts';
import { form, json, portals, worker } from './kit.ts';
import { ORIGIN } from './places.ts';

const newPortal = portals(300);
afterEach(() => vi.restoreAllMocks());

describe('the handler (POST /placement)', () => {
  it('answers the same bytes whatever is posted, and echoes nothing of it', async () => {
    const portal = await newPortal().install();
    const [post] = await portal.control('worker-fields', { userId: 2 });
    const url = new URL(post.action);
    const answers = [
      await form(`${url.pathname}${url.search}`, post.fields),
      await form('/placement', {}),
      await worker('/placement', { method: 'POST', body: 'x'.repeat(200_000) }),
      await worker('/placement'),
    ];
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200]);
    expect(new Set(texts).size).toBe(1);
    for (const value of [post.fields.AUTH_ID, portal.memberId, 'x'.repeat(10)]) expect(texts[0]).not.toContain(value);
  });

  it('touches no object, no asset and no network: all of them may be dead', async () => {
    const dead = new Proxy(
      {},
      {
        get: () => {
          throw new Error('touched');
        },
      },
    );
    vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('touched'));
    const env = { ALLOW_LOCAL_PORTALS: '1', PORTAL: dead, SETTINGS: dead, DIRECTORY: dead, ASSETS: dead };
    const answer = await app.fetch(new Request(`${ORIGIN}/placement`, { method: 'POST' }), env as unknown as Env);
    expect(answer.status).toBe(200);
  });

  it.each([
    ['POST', '/placement', true],
    ['POST', '/placement?DOMAIN=a.bitrix24.eu&next=/placement', true],
    ['GET', '/placement', true],
    ['PUT', '/placement', false],
    ['POST', '/placement/error?portal=x', false],
    ['POST', '/placements', false],
    ['POST', '/events?to=/placement', false],
    ['POST', '//placement', false],
  ])('%s %s is answered before the router: %s', (method, path, expected) => {
    expect(isForHandler({ method, url: `https://phone.example.com${path}` })).toBe(expected);
  });

  it('has nothing in the page that delays load: one inline script, allowed by its hash', async () => {
    const answer = await worker('/placement', { method: 'POST' });
    const page = await answer.text();
    const script = /<script data-frame="\/assets\/frame-[\w-]+\.js">(.*)<\/script>/s.exec(page)?.[1] ?? '';
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(script));
    const hash = btoa(String.fromCharCode(...new Uint8Array(digest)));
    expect(answer.headers.get('content-security-policy')).toContain(`'sha256-${hash}'`);
    expect(page.match(/<(script|link|img|iframe)/g)).toEqual(['<script']);
  });

  it('may be framed by any portal over https, and by http ones only in development', async () => {
    const policy = async (local: string) =>
      (await app.fetch(new Request(`${ORIGIN}/placement`), { ...bindings, ALLOW_LOCAL_PORTALS: local })).headers.get(
        'content-security-policy',
      );
    expect(await policy('')).toContain("frame-ancestors https: 'self';");
    expect(await policy('1')).toContain("frame-ancestors https: 'self' http:;");
    expect((await worker('/placement')).headers.get('x-frame-options')).toBeNull();
  });
});

describe('the newest client under names without a hash', () => {
  it('GET /client/frame.js re-exports the hashed entry and is never cached', async () => {
    const answer = await worker('/client/frame.js');
    expect(await answer.text()).toMatch(/^export \* from '\/assets\/frame-[\w-]+\.js';/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('an entry that does not exist is a 404', async () => {
    expect((await worker('/client/constructor.js')).status).toBe(404);
  });
});

describe('bad input is a clear 4xx with {error, message}', () => {
  const big = 'x'.repeat(65 * 1024);
  it.each<[string, () => Promise<Response>, number, string]>([
    ['an unknown address', () => worker('/nothing'), 404, 'not_found'],
    ['GET /install', () => worker('/install'), 405, 'method_not_allowed'],
    ['GET /events', () => worker('/events'), 405, 'method_not_allowed'],
    ['GET /api/session', () => worker('/api/session'), 405, 'method_not_allowed'],
    ['PUT /placement', () => worker('/placement', { method: 'PUT' }), 405, 'method_not_allowed'],
    ['a session that is no JSON', () => worker('/api/session', post('{', 'application/json')), 400, 'bad_request'],
    ['a session without AUTH_ID', () => json('/api/session', { member_id: 'x' }), 400, 'bad_request'],
    ['a session as a form', () => form('/api/session', { AUTH_ID: 'x' }), 415, 'unsupported'],
    ['an oversized session', () => json('/api/session', { AUTH_ID: big, member_id: 'x' }), 413, 'too_large'],
    ['an oversized install', () => form('/install', { member_id: big }), 413, 'too_large'],
    ['an install that is not UTF-8', () => worker('/install', post(new Uint8Array([0xff, 0xfe]))), 400, 'bad_request'],
    ['an app page without AUTH_ID', () => form('/app', {}), 400, 'bad_request'],
    ['an unsigned error handler', () => form('/placement/error', { error: 'X' }), 403, 'forbidden'],
    ['an unsigned event', () => form('/events', { event: 'ONAPPUNINSTALL' }), 403, 'forbidden'],
    [
      'a member_id that cannot be one',
      () => json('/api/session', { AUTH_ID: 'x', member_id: '../x' }),
      403,
      'forbidden',
    ],
  ])('%s', async (_, send, status, error) => {
    const answer = await send();
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ error, message: expect.stringMatching(/\w+.*[.:]/) });
  });

  function post(body: BodyInit, type = 'application/x-www-form-urlencoded'): RequestInit {
    return { method: 'POST', headers: { 'content-type': type }, body };
  }

  it('a body without a length is still stopped at 64 KB', async () => {
    const chunk = new TextEncoder().encode('a=b&'.repeat(4096));
    let sent = 0;
    const body = new ReadableStream({
      pull(controller) {
        controller.enqueue(chunk);
        if (++sent === 8) controller.close();
      },
    });
    const answer = await worker('/install', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body,
    });
    expect(answer.status).toBe(413);
  });
});

describe('logs', () => {
  it('hold no token, key, ticket or secret, whatever goes wrong', async () => {
    const lines: string[] = [];
    for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const)
      vi.spyOn(console, level).mockImplementation((...args) => void lines.push(args.join(' ')));
    const portal = newPortal();
    const { fields } = await portal.fields();
    await portal.postInstall({ ...fields, member_id: newPortal().memberId });
    await portal.install();
    const { ticket } = await portal.session(2);
    const url = new URL((await portal.state()).placements[0].options.errorHandlerUrl);
    await form(`${url.pathname}${url.search}`, { error: 'ERROR_PLACEMENT_LOADING_OVERTIME' });
    await portal.control('fault', { method: 'placement.get', error: 'INTERNAL_SERVER_ERROR', status: 500 });
    await portal.makeDue('bind');
    await portal.runDue();
    const foreign = await portal.control('tokens', { userId: 1, clientId: 'app.other' });
    await json('/api/session', { AUTH_ID: foreign.accessToken, member_id: portal.memberId });
    await json('/api/vitals', { ticket: `${ticket}x`, loadMs: 9000 });
    expect(lines.length).toBeGreaterThan(3);
    const secrets = [
      fields.AUTH_ID,
      fields.REFRESH_ID,
      foreign.accessToken,
      ticket,
      url.searchParams.get('key'),
      'secret-ours',
      'sign-key',
      'status-token',
    ];
    for (const secret of secrets) expect(lines.filter((line) => line.includes(String(secret)))).toEqual([]);
  });
});
