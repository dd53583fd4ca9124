import type { Config } from '../config.ts';
import { type Failure, failure } from '../http/failure.ts';
import { err, ok, type Result } from '../http/result.ts';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\]|.+\.localhost)$/;
const IP_LITERAL = /^(\d{1,3}(\.\d{1,3}){3}|\[.*\])$/;

/** Whether the name can only mean this machine (RFC 6761 6.3). */
export const isLoopback = (hostname: string): boolean => LOOPBACK.test(hostname);

const isPublicName = (name: string) => {
  // A trailing dot means the same host (RFC 1034 3.1).
  const hostname = name.replace(/\.$/, '');
  return (
    hostname.includes('.') &&
    !IP_LITERAL.test(hostname) &&
    !isLoopback(hostname) &&
    !/\.(local|internal|lan|home|arpa)$/.test(hostname)
  );
};

const isCallable = (config: Config, url: URL): boolean =>
  ((url.protocol === 'https:' && isPublicName(url.hostname)) ||
    (config.allowLocal && isLoopback(url.hostname) && /^https?:$/.test(url.protocol))) &&
  !url.username &&
  !url.password;

/**
 * Checks the REST address that the OAuth host named for a portal. https and a public name only; loopback over http in
 * development, so that a record can never make the Worker call into somebody's network.
 *
 * @returns the endpoint with exactly one trailing slash
 * @example readEndpoint(config, 'https://acme.bitrix24.de/rest/')
 */
export function readEndpoint(config: Config, endpoint: string): Result<string, Failure> {
  const url = URL.parse(endpoint);
  if (!url || !isCallable(config, url)) return err(failure('forbidden', 'The portal has no public https address.'));
  return ok(`${url.origin}${url.pathname.replace(/\/*$/, '/')}`);
}

/**
 * Checks the address that a portal names for the upload of a file: the portal may store files elsewhere, but never where
 * {@link readEndpoint} would not let us call.
 */
export function readUploadUrl(config: Config, address: string): Result<string, Failure> {
  const url = URL.parse(address);
  if (!url || !isCallable(config, url))
    return err(failure('forbidden', 'The portal names no public https address for the upload.'));
  return ok(url.href);
}

/**
 * Which OAuth host to ask. A portal names its own in SERVER_ENDPOINT; it is believed only if it is on the allow list,
 * because whoever is asked learns our client_secret.
 *
 * @param claim `https://oauth.bitrix.info/rest/` or nothing
 */
export function oauthHost(config: Config, claim: string | undefined): Result<string, Failure> {
  if (!claim) return ok(config.oauthHosts[0]);
  let host: string;
  try {
    host = new URL(claim).host;
  } catch {
    return err(failure('bad_request', 'SERVER_ENDPOINT is not a URL.'));
  }
  if (config.oauthHosts.includes(host)) return ok(host);
  return err(failure('forbidden', 'SERVER_ENDPOINT is not an OAuth host that this service trusts (B24_OAUTH_HOSTS).'));
}

/** Token address at an allow-listed host. */
export function tokenUrl(config: Config, host: string): string {
  const hostname = host.replace(/:\d+$/, '');
  const scheme = config.allowLocal && isLoopback(hostname) ? 'http' : 'https';
  return `${scheme}://${host}/oauth/token/`;
}
