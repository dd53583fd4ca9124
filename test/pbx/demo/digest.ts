import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/**
 * HTTP digest as SIP uses it (RFC 3261 22.4, RFC 7616, RFC 8760). Pure except for the hash functions.
 * The demo PBX challenges with MD5 because SIP.js 0.21 knows nothing else; the check itself knows SHA-256 too.
 */
export type Algorithm = 'MD5' | 'SHA-256';

/** What the Authorization header says. */
export interface Credentials {
  readonly username: string;
  readonly realm: string;
  readonly nonce: string;
  readonly uri: string;
  readonly response: string;
  readonly algorithm: Algorithm;
  /** Absent: the older form without nonce count (RFC 2069). */
  readonly qop?: 'auth';
  readonly nc?: string;
  readonly cnonce?: string;
}

/** Reads an Authorization or Proxy-Authorization header; null when it is no digest that we understand. */
export function parseCredentials(header: string): Credentials | null {
  if (!/^\s*digest\s/i.test(header)) return null;
  const fields = new Map<string, string>();
  for (const match of header.matchAll(/([a-z0-9]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi)) {
    fields.set((match[1] ?? '').toLowerCase(), (match[2] ?? match[3] ?? '').replaceAll(/\\(.)/g, '$1'));
  }
  const algorithm = (fields.get('algorithm') ?? 'MD5').toUpperCase();
  if (algorithm !== 'MD5' && algorithm !== 'SHA-256') return null;
  const qop = fields.get('qop');
  if (qop !== undefined && qop !== 'auth') return null;
  const [username, realm, nonce, uri, response] = ['username', 'realm', 'nonce', 'uri', 'response'].map((name) =>
    fields.get(name),
  );
  if (!username || realm === undefined || !nonce || !uri || !response) return null;
  const base = { username, realm, nonce, uri, response: response.toLowerCase(), algorithm } as const;
  if (qop === undefined) return base;
  const [nc, cnonce] = [fields.get('nc'), fields.get('cnonce')];
  return nc && cnonce ? { ...base, qop, nc, cnonce } : null;
}

/**
 * The `response` value that proves the password (RFC 7616 3.4.1; without qop RFC 2069).
 * @param method SIP method of the request, e.g. `REGISTER`
 */
export function digestResponse(credentials: Omit<Credentials, 'response'>, password: string, method: string): string {
  const hash = (text: string) =>
    createHash(credentials.algorithm === 'MD5' ? 'md5' : 'sha256')
      .update(text)
      .digest('hex');
  const secret = hash(`${credentials.username}:${credentials.realm}:${password}`);
  const request = hash(`${method}:${credentials.uri}`);
  if (credentials.qop === undefined) return hash(`${secret}:${credentials.nonce}:${request}`);
  const { nonce, nc, cnonce, qop } = credentials;
  return hash(`${secret}:${nonce}:${nc}:${cnonce}:${qop}:${request}`);
}

export type Verdict = { readonly ok: true } | { readonly ok: false; readonly reason: 'stale' | 'wrong' };

/** Whether the credentials prove `password` for this request, with a nonce that is still good. */
export function verify(credentials: Credentials, password: string, method: string, nonces: Nonces): Verdict {
  const expected = Buffer.from(digestResponse(credentials, password, method));
  const given = Buffer.from(credentials.response);
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) return { ok: false, reason: 'wrong' };
  return nonces.fresh(credentials.nonce) ? { ok: true } : { ok: false, reason: 'stale' };
}

/** Nonces that carry their own date and seal, so that nothing needs to be remembered. */
export interface Nonces {
  issue(): string;
  /** False for a nonce that is too old or was never ours. */
  fresh(nonce: string): boolean;
}

/**
 * @param secret any string that only this PBX knows
 * @param now clock, Unix ms
 * @param lifetime ms that a nonce is good for; later the client is told `stale` and tries again by itself
 */
export function createNonces(secret: string, now: () => number, lifetime = 300_000): Nonces {
  const seal = (at: string) => createHmac('sha256', secret).update(at).digest('base64url').slice(0, 22);
  return {
    issue() {
      const at = now().toString(36);
      return `${at}.${seal(at)}`;
    },
    fresh(nonce) {
      const [at = '', mark = ''] = nonce.split('.');
      const age = now() - Number.parseInt(at, 36);
      return mark === seal(at) && age >= 0 && age <= lifetime;
    },
  };
}

/** The WWW-Authenticate header of a 401 (RFC 7616 3.3). */
export function challenge(realm: string, nonce: string, stale: boolean): string {
  return `WWW-Authenticate: Digest realm="${realm}", nonce="${nonce}", algorithm=MD5, qop="auth"${stale ? ', stale=true' : ''}`;
}
