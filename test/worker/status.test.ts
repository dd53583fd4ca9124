import { env as bindings } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { DIRECTORY_NAME } from '../../src/directory/directory.ts';
import type { Env } from '../../src/env.ts';
import type { StatusDocument } from '../../src/protocol/status.ts';
import { statusRoutes } from '../../src/status/routes.ts';
import { portalStatus } from '../unit/pages/portal-status.ts';

const base = bindings as unknown as Env;
const TOKEN = 'night-watch-token';

const envWith = (over: Partial<Env> = {}) =>
  ({
    DIRECTORY: base.DIRECTORY,
    B24_CLIENT_ID: 'app.1',
    B24_CLIENT_SECRET: 'secret',
    SEAL_KEYS: `k1:${btoa('k'.repeat(32))}`,
    SIGN_KEY: 's'.repeat(32),
    STATUS_TOKEN: TOKEN,
    ...over,
  }) as unknown as Env;

const get = (path: string, headers: Record<string, string> = {}, env = envWith(), method = 'GET') =>
  statusRoutes.request(path, { method, headers }, env);
const bearer = { authorization: `Bearer ${TOKEN}` };

describe('/status.json', () => {
  it('shows every portal that the directory knows', async () => {
    await base.DIRECTORY.getByName(DIRECTORY_NAME).tell(portalStatus({ memberId: 'json' }));
    const response = await get('/status.json', bearer);
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const document = (await response.json()) as StatusDocument;
    expect(Date.parse(document.generatedAt)).not.toBeNaN();
    expect(document.portals).toContainEqual(portalStatus({ memberId: 'json' }));
  });

  it('opens with the token as the password of any user', async () => {
    const response = await get('/status.json', { authorization: `Basic ${btoa(`anybody:${TOKEN}`)}` });
    expect(response.status).toBe(200);
  });

  it.each([
    ['nothing', {}],
    ['a wrong token', { authorization: 'Bearer wrong' }],
    ['a wrong password', { authorization: `Basic ${btoa('anybody:wrong')}` }],
    ['a token that only begins like ours', { authorization: `Bearer ${TOKEN.slice(0, -1)}` }],
    ['damaged Basic', { authorization: 'Basic !!!' }],
  ])('asks for the password when it gets %s', async (_, headers) => {
    for (const path of ['/status', '/status.json']) {
      const response = await get(path, headers);
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
      expect(await response.json()).toMatchObject({ error: 'unauthorized', message: expect.any(String) });
    }
  });

  it('is closed, never open, while no token is configured', async () => {
    const { STATUS_TOKEN, ...env } = envWith();
    const response = await get('/status.json', { authorization: 'Bearer ' }, env as Env);
    expect(response.status).toBe(403);
    expect(((await response.json()) as { message: string }).message).toContain('STATUS_TOKEN');
  });

  it('names a setting that is missing', async () => {
    const { SIGN_KEY, ...env } = envWith();
    const response = await get('/status.json', bearer, env as Env);
    expect(response.status).toBe(503);
    expect(((await response.json()) as { message: string }).message).toContain('SIGN_KEY');
  });

  it('refuses other methods', async () => {
    const response = await get('/status.json', bearer, envWith(), 'POST');
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET');
  });
});

describe('/status', () => {
  it('is readable without a script and cannot be framed', async () => {
    await base.DIRECTORY.getByName(DIRECTORY_NAME).tell(portalStatus({ memberId: 'page', domain: 'page.example' }));
    const response = await get('/status', bearer);
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    const page = await response.text();
    expect(page).toContain('page.example');
    expect(page).toContain('slow loads today');
  });

  it('gives a person a page where a program gets JSON', async () => {
    const response = await get('/status', { accept: 'text/html' });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Basic/);
    expect(await response.text()).toContain('STATUS_TOKEN as the password');
  });
});
