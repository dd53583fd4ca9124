import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oauthHost, readEndpoint, tokenUrl } from '../../../src/bitrix24/address.ts';
import { classify } from '../../../src/bitrix24/errors.ts';
import { encodeForm } from '../../../src/bitrix24/form.ts';
import { batch, rest } from '../../../src/bitrix24/rest.ts';
import type { Config } from '../../../src/config.ts';
import { retryAfter } from '../../../src/portal/outcome.ts';

const config = (over: Partial<Config> = {}) =>
  ({ oauthHosts: ['oauth.bitrix.info', 'oauth.bitrix24.tech'], allowLocal: false, ...over }) as Config;

describe('which addresses are called', () => {
  it.each([
    'http://acme.bitrix24.de/rest/',
    'https://127.0.0.1/rest/',
    'https://10.0.0.7/rest/',
    'https://[::1]/rest/',
    'https://localhost/rest/',
    'https://crm.localhost/rest/',
    'https://intranet/rest/',
    'https://crm.internal/rest/',
    'https://crm.internal./rest/',
    'https://localhost./rest/',
    'https://user:pass@acme.bitrix24.de/rest/',
    'ftp://acme.bitrix24.de/rest/',
    'not a url',
  ])('a portal at %s is refused', (endpoint) => {
    expect(readEndpoint(config(), endpoint).ok).toBe(false);
  });

  it('a portal keeps its path and gets exactly one slash', () => {
    expect(readEndpoint(config(), 'https://acme.bitrix24.de/rest')).toEqual({
      ok: true,
      value: 'https://acme.bitrix24.de/rest/',
    });
  });

  it('loopback over http is for development only', () => {
    expect(readEndpoint(config({ allowLocal: true }), 'http://127.0.0.1:9101/rest/').ok).toBe(true);
    expect(readEndpoint(config({ allowLocal: true }), 'http://acme.bitrix24.de/rest/').ok).toBe(false);
    expect(tokenUrl(config({ allowLocal: true }), '127.0.0.1:9100')).toBe('http://127.0.0.1:9100/oauth/token/');
    expect(tokenUrl(config(), 'oauth.bitrix.info')).toBe('https://oauth.bitrix.info/oauth/token/');
  });

  it('only an allow-listed OAuth host ever learns the client_secret', () => {
    expect(oauthHost(config(), undefined)).toEqual({ ok: true, value: 'oauth.bitrix.info' });
    expect(oauthHost(config(), 'https://oauth.bitrix24.tech/rest/')).toEqual({
      ok: true,
      value: 'oauth.bitrix24.tech',
    });
    for (const claim of [
      'https://evil.example.com/',
      'https://oauth.bitrix.info.evil.com/',
      'https://oauth.bitrix.info@evil.com/',
      '::',
    ])
      expect(oauthHost(config(), claim).ok).toBe(false);
  });
});

describe('encoding for PHP', () => {
  it('writes nested keys, and booleans as 1 and 0', () => {
    expect(decodeURIComponent(encodeForm({ A: { b: ['x', true] }, C: false, D: undefined, E: null }))).toBe(
      'A[b][0]=x&A[b][1]=1&C=0&E=',
    );
  });

  it('loses no character of a value', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        (text) => new URLSearchParams(encodeForm({ t: text })).get('t') === text,
      ),
    );
  });
});

describe('what an error means for the caller', () => {
  it.each([
    [401, 'expired_token', 'expired'],
    [401, 'NO_AUTH_FOUND', 'denied'],
    [400, 'invalid_grant', 'denied'],
    [403, 'insufficient_scope', 'denied'],
    [503, 'QUERY_LIMIT_EXCEEDED', 'limited'],
    [429, 'OPERATION_TIME_LIMIT', 'limited'],
    [429, '', 'limited'],
    [502, '', 'unavailable'],
    [500, 'SOMETHING_NEW', 'unavailable'],
    [400, 'ERROR_CORE', 'refused'],
    [200, 'ERROR_PLACEMENT_MAX_COUNT', 'refused'],
  ] as const)('%d %s -> %s', (status, code, kind) => {
    expect(classify(status, code, '').kind).toBe(kind);
  });

  it('a refused call is not repeated, a limited one waits until the portal says', () => {
    expect(retryAfter(classify(400, 'ERROR_CORE', ''), 1000)).toBeNull();
    expect(retryAfter(classify(429, 'OPERATION_TIME_LIMIT', '', 90_000), 1000)).toEqual({ at: 90_000 });
    expect(retryAfter(classify(429, 'OPERATION_TIME_LIMIT', '', 500), 1000)).toBe('retry');
    expect(retryAfter(classify(502, '', ''), 1000)).toBe('retry');
  });
});

describe('the REST client', () => {
  const access = { endpoint: 'https://acme.bitrix24.de/rest/', token: 'secret-token' };
  const answering =
    (body: unknown, init: ResponseInit = {}) =>
    async () =>
      new Response(typeof body === 'string' ? body : JSON.stringify(body), init);

  it('keeps the token out of the URL', async () => {
    let seen = '';
    await rest(
      async (url) => {
        seen = url;
        return new Response('{"result":1}');
      },
      access,
      'profile',
      {},
    );
    expect(seen).toBe('https://acme.bitrix24.de/rest/profile.json');
  });

  it('reports a redirect as moved: a followed POST would turn into a GET', async () => {
    const got = await rest(
      answering('', { status: 302, headers: { location: 'https://new.example.com/' } }),
      access,
      'x',
      {},
    );
    expect(got).toMatchObject({ ok: false, error: { kind: 'moved' } });
  });

  it('an HTML page of a proxy is unavailable, not a bug', async () => {
    expect(await rest(answering('<h1>502</h1>', { status: 502 }), access, 'x', {})).toMatchObject({
      error: { kind: 'unavailable', code: 'BAD_ANSWER' },
    });
  });

  it('a network that fails is a value', async () => {
    const broken = async () => {
      throw new TypeError('fetch failed');
    };
    expect(await rest(broken, access, 'x', {})).toMatchObject({ error: { kind: 'unavailable', code: 'NETWORK' } });
  });

  it('reads each command of a batch on its own', async () => {
    const body = {
      result: { result: { a: 7 }, result_error: { b: { error: 'ACCESS_DENIED', error_description: 'no' } } },
    };
    const got = await batch(answering(body), access, { a: { method: 'x' }, b: { method: 'y' }, c: { method: 'z' } });
    if (!got.ok) throw new Error('the batch failed');
    expect(got.value.a).toEqual({ ok: true, value: 7 });
    expect(got.value.b).toMatchObject({ ok: false, error: { kind: 'denied' } });
    expect(got.value.c).toMatchObject({ ok: false, error: { kind: 'unavailable' } });
  });
});
