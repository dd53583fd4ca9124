import { describe, expect, it } from 'vitest';
import { challenge, createNonces, digestResponse, parseCredentials, verify } from '../../pbx/demo/digest.ts';

const rfc7616 = {
  username: 'Mufasa',
  realm: 'http-auth@example.org',
  uri: '/dir/index.html',
  nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
  nc: '00000001',
  cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
  qop: 'auth',
} as const;

describe('digest response', () => {
  it('RFC 2617 3.5: the MD5 example', () => {
    const credentials = {
      username: 'Mufasa',
      realm: 'testrealm@host.com',
      nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
      uri: '/dir/index.html',
      qop: 'auth',
      nc: '00000001',
      cnonce: '0a4f113b',
      algorithm: 'MD5',
    } as const;
    expect(digestResponse(credentials, 'Circle Of Life', 'GET')).toBe('6629fae49393a05397450978507c4ef1');
  });

  it('RFC 7616 3.9.1: the MD5 and the SHA-256 example', () => {
    expect(digestResponse({ ...rfc7616, algorithm: 'MD5' }, 'Circle of Life', 'GET')).toBe(
      '8ca523f5e9506fed4657c9700eebdbec',
    );
    expect(digestResponse({ ...rfc7616, algorithm: 'SHA-256' }, 'Circle of Life', 'GET')).toBe(
      '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
    );
  });
});

describe('Authorization header', () => {
  it('is read with and without quotes, in any order', () => {
    const header =
      'Digest algorithm=MD5, username="1001", realm="demo \\"x\\"", nonce="n", uri="sip:demo", response="AB", qop=auth, cnonce="c", nc=00000001';
    expect(parseCredentials(header)).toEqual({
      username: '1001',
      realm: 'demo "x"',
      nonce: 'n',
      uri: 'sip:demo',
      response: 'ab',
      algorithm: 'MD5',
      qop: 'auth',
      cnonce: 'c',
      nc: '00000001',
    });
  });

  it.each([
    ['another scheme', 'Basic dXNlcjpwdw=='],
    ['a missing response', 'Digest username="a", realm="r", nonce="n", uri="u"'],
    ['a qop without its count', 'Digest username="a", realm="r", nonce="n", uri="u", response="x", qop=auth'],
    ['integrity protection', 'Digest username="a", realm="r", nonce="n", uri="u", response="x", qop=auth-int'],
    ['an unknown algorithm', 'Digest username="a", realm="r", nonce="n", uri="u", response="x", algorithm=SHA-512'],
  ])('is refused with %s', (_name, header) => {
    expect(parseCredentials(header)).toBeNull();
  });
});

describe('verification', () => {
  let time = 1_000_000;
  const nonces = createNonces('secret', () => time, 60_000);
  const prove = (password: string, nonce: string) => {
    const base = { username: '1001', realm: 'demo', uri: 'sip:demo', nonce, algorithm: 'MD5' } as const;
    return { ...base, response: digestResponse(base, password, 'REGISTER') };
  };

  it('accepts the right password with a fresh nonce', () => {
    expect(verify(prove('pw', nonces.issue()), 'pw', 'REGISTER', nonces)).toEqual({ ok: true });
  });

  it('tells a wrong password, another method and a foreign nonce apart from an old nonce', () => {
    const nonce = nonces.issue();
    expect(verify(prove('no', nonce), 'pw', 'REGISTER', nonces)).toEqual({ ok: false, reason: 'wrong' });
    expect(verify(prove('pw', nonce), 'pw', 'INVITE', nonces)).toEqual({ ok: false, reason: 'wrong' });
    const foreign = createNonces('other', () => time).issue();
    expect(verify(prove('pw', foreign), 'pw', 'REGISTER', nonces)).toEqual({ ok: false, reason: 'stale' });
    time += 60_001;
    expect(verify(prove('pw', nonce), 'pw', 'REGISTER', nonces)).toEqual({ ok: false, reason: 'stale' });
  });

  it('a challenge asks for MD5 with qop auth, and says stale only when it is', () => {
    expect(challenge('demo', 'n', false)).toBe(
      'WWW-Authenticate: Digest realm="demo", nonce="n", algorithm=MD5, qop="auth"',
    );
    expect(challenge('demo', 'n', true)).toMatch(/, stale=true$/);
  });
});
