import { createRemoteJWKSet, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { sameText } from '../crypto/bytes.ts';
import { type Failure, failure } from '../http/failure.ts';
import { err, ok, type Result } from '../http/result.ts';

/** What of the configuration decides who may read /status; null = not configured. */
export interface StatusAccess {
  readonly statusToken: string | null;
  readonly access: { readonly teamDomain: string; readonly audience: string } | null;
}

/** Header in which Cloudflare Access hands over its JWT (Cloudflare One docs, "Validate JWTs"). */
const ACCESS_HEADER = 'cf-access-jwt-assertion';

const keySets = new Map<string, JWTVerifyGetKey>();

/** The team's public keys, fetched at need and kept for the isolate's life. */
function accessKeys(teamDomain: string): JWTVerifyGetKey {
  const known = keySets.get(teamDomain);
  if (known) return known;
  const keys = createRemoteJWKSet(new URL(`https://${teamDomain}/cdn-cgi/access/certs`));
  keySets.set(teamDomain, keys);
  return keys;
}

/**
 * The secret that a request offers: a Bearer token, or the password of Basic (any user name); null when there is none.
 *
 * @example offeredToken('Basic ' + btoa('me:secret')) // 'secret'
 */
export function offeredToken(authorization: string | null): string | null {
  const [, scheme = '', value = ''] = /^(\w+)\s+(\S+)\s*$/.exec(authorization ?? '') ?? [];
  if (scheme.toLowerCase() === 'bearer') return value;
  if (scheme.toLowerCase() !== 'basic') return null;
  try {
    const decoded = new TextDecoder().decode(Uint8Array.from(atob(value), (char) => char.charCodeAt(0)));
    const colon = decoded.indexOf(':');
    return colon < 0 ? null : decoded.slice(colon + 1);
  } catch {
    return null;
  }
}

async function fromAccess(jwt: string, access: NonNullable<StatusAccess['access']>, keys?: JWTVerifyGetKey) {
  try {
    await jwtVerify(jwt, keys ?? accessKeys(access.teamDomain), {
      issuer: `https://${access.teamDomain}`,
      audience: access.audience,
      algorithms: ['RS256', 'ES256'],
    });
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether a request may read /status. Closed unless something is configured: the page names every portal.
 *
 * @param keys the Access keys, where a test brings its own
 * @returns forbidden when nothing is configured or Access alone was asked for; unauthorized when the token is wrong
 */
export async function mayReadStatus(
  request: Request,
  { statusToken, access }: StatusAccess,
  keys?: JWTVerifyGetKey,
): Promise<Result<true, Failure>> {
  if (statusToken === null && access === null)
    return err(
      failure(
        'forbidden',
        'The status page is closed: set STATUS_TOKEN (or ACCESS_TEAM_DOMAIN and ACCESS_AUD) to open it.',
      ),
    );
  const jwt = request.headers.get(ACCESS_HEADER);
  if (access && jwt && (await fromAccess(jwt, access, keys))) return ok(true);
  if (statusToken === null)
    return err(failure('forbidden', 'Open this page through Cloudflare Access and sign in there.'));
  const offered = offeredToken(request.headers.get('authorization'));
  if (offered !== null && (await sameText(offered, statusToken))) return ok(true);
  return err(
    failure(
      'unauthorized',
      offered === null
        ? 'Sign in: any user name, and STATUS_TOKEN as the password.'
        : 'This is not the STATUS_TOKEN of this service.',
    ),
  );
}
