import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { mayReadStatus, offeredToken } from '../../../src/status/access.ts';

const access = { teamDomain: 'acme.cloudflareaccess.com', audience: 'aud-1' };
const request = (headers: Record<string, string>) => new Request('https://phone.example.com/status', { headers });

describe('the offered token', () => {
  it.each([
    ['Bearer abc', 'abc'],
    ['bearer abc', 'abc'],
    [`Basic ${btoa('me:a:b')}`, 'a:b'],
    [`Basic ${Buffer.from('me:пароль').toString('base64')}`, 'пароль'],
    [`Basic ${btoa('no-colon')}`, null],
    ['Basic %%%', null],
    ['Digest x', null],
    ['', null],
    [null, null],
  ])('of %j is %j', (header, token) => expect(offeredToken(header)).toBe(token));
});

describe('Cloudflare Access', () => {
  let sign: (claims: { issuer?: string; audience?: string; expires?: string }) => Promise<string>;
  let keys: ReturnType<typeof createLocalJWKSet>;
  let stranger: CryptoKey;

  beforeAll(async () => {
    const pair = await generateKeyPair('RS256');
    stranger = (await generateKeyPair('RS256')).privateKey;
    keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(pair.publicKey)), alg: 'RS256', kid: '1' }] });
    sign = (claims) => signWith(pair.privateKey, claims);
  });

  const signWith = (key: CryptoKey, claims: { issuer?: string; audience?: string; expires?: string }) =>
    new SignJWT({})
      .setProtectedHeader({ alg: 'RS256', kid: '1' })
      .setIssuer(claims.issuer ?? `https://${access.teamDomain}`)
      .setAudience(claims.audience ?? access.audience)
      .setExpirationTime(claims.expires ?? '1h')
      .sign(key);

  const answer = async (jwt: string | null, statusToken: string | null = null) => {
    const headers: Record<string, string> = jwt === null ? {} : { 'cf-access-jwt-assertion': jwt };
    const result = await mayReadStatus(request(headers), { statusToken, access }, keys);
    return result.ok ? 'open' : result.error.reason;
  };

  it('opens with the team’s JWT for this application', async () => {
    expect(await answer(await sign({}))).toBe('open');
  });

  it('stays closed with anybody else’s', async () => {
    expect(await answer(await sign({ audience: 'aud-2' }))).toBe('forbidden');
    expect(await answer(await sign({ issuer: 'https://evil.cloudflareaccess.com' }))).toBe('forbidden');
    expect(await answer(await sign({ expires: '-1m' }))).toBe('forbidden');
    expect(await answer(await signWith(stranger, {}))).toBe('forbidden');
    expect(await answer('a.b.c')).toBe('forbidden');
    expect(await answer(null)).toBe('forbidden');
  });

  it('does not take a JWT without a signature', async () => {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { iss: `https://${access.teamDomain}`, aud: access.audience, exp: 4_102_444_800 };
    expect(await answer(`${part({ alg: 'none' })}.${part(claims)}.`)).toBe('forbidden');
  });

  it('leaves the token as the second way in, where one is set', async () => {
    expect(await answer('a.b.c', 'token')).toBe('unauthorized');
    const both = await mayReadStatus(
      request({ authorization: 'Bearer token' }),
      { statusToken: 'token', access },
      keys,
    );
    expect(both.ok).toBe(true);
  });
});

it('an Access JWT opens nothing where Access is not configured', async () => {
  const result = await mayReadStatus(request({ 'cf-access-jwt-assertion': 'a.b.c' }), {
    statusToken: 't',
    access: null,
  });
  expect(result).toMatchObject({ ok: false, error: { reason: 'unauthorized' } });
});
