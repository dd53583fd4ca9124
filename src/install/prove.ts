import { oauthHost, readEndpoint } from '../bitrix24/address.ts';
import { whoIs } from '../bitrix24/identity.ts';
import { refreshTokens } from '../bitrix24/oauth.ts';
import type { Fetch } from '../bitrix24/rest.ts';
import type { Config } from '../config.ts';
import type { Form } from '../http/body.ts';
import { type Failure, failure } from '../http/failure.ts';
import { err, ok, type Result } from '../http/result.ts';
import type { ProvedInstall } from '../portal/portal.ts';

/** What an install POST claims. None of it is believed before {@link proveInstall}. */
export interface InstallClaim {
  readonly memberId: string;
  readonly refreshToken: string;
  readonly serverEndpoint: string | undefined;
  readonly applicationToken: string | null;
  /** A person looks at the answer (installer frame), or Bitrix24's queue does (ONAPPINSTALL). */
  readonly by: 'frame' | 'queue';
}

/** Reads the installer frame's form or the ONAPPINSTALL event (fact 5.1, 5.2). */
export function readClaim(form: Form): Result<InstallClaim, Failure> {
  const event = form.get('event');
  if (event !== undefined && event.toUpperCase() !== 'ONAPPINSTALL')
    return err(failure('bad_request', 'Only ONAPPINSTALL is taken here.'));
  const queue = event !== undefined;
  const field = (frame: string, inEvent: string) => form.get(queue ? `auth[${inEvent}]` : frame) || undefined;
  const memberId = field('member_id', 'member_id');
  const refreshToken = field('REFRESH_ID', 'refresh_token');
  if (!memberId) return err(failure('bad_request', 'member_id is missing: open this address from Bitrix24.'));
  if (!refreshToken) return err(failure('bad_request', 'REFRESH_ID is missing: open this address from Bitrix24.'));
  return ok({
    memberId,
    refreshToken,
    serverEndpoint: field('SERVER_ENDPOINT', 'server_endpoint'),
    applicationToken: field('APPLICATION_TOKEN', 'application_token') ?? null,
    by: queue ? 'queue' : 'frame',
  });
}

const refused = (message: string) => err(failure('forbidden', message));

/**
 * Proves an install: the refresh token must be good for our client_id at an allow-listed OAuth host. Only that host's
 * answer says which portal this is and where it lives; there the user must be an admin. A portal that answers "admin"
 * for somebody else's member_id gets nowhere: it cannot make the OAuth host say that member_id.
 */
export async function proveInstall(
  fetch: Fetch,
  config: Config,
  claim: InstallClaim,
  origin: string,
  now: number,
): Promise<Result<ProvedInstall, Failure>> {
  const host = oauthHost(config, claim.serverEndpoint);
  if (!host.ok) return host;
  const tokens = await refreshTokens(fetch, config, host.value, claim.refreshToken, now);
  if (!tokens.ok)
    return tokens.error.kind === 'denied' || tokens.error.kind === 'refused' || tokens.error.kind === 'expired'
      ? refused(`The OAuth host did not accept the portal\u2019s refresh token (${tokens.error.code}).`)
      : err(failure('upstream', 'The OAuth host could not be reached. Start the installation again in a moment.'));
  if (tokens.value.memberId !== claim.memberId)
    return refused('The refresh token belongs to another portal than member_id says.');
  const endpoint = readEndpoint(config, tokens.value.clientEndpoint);
  if (!endpoint.ok) return endpoint;
  const identity = await whoIs(fetch, { endpoint: endpoint.value, token: tokens.value.access });
  if (!identity.ok)
    return identity.error.kind === 'denied' || identity.error.kind === 'refused' || identity.error.kind === 'expired'
      ? refused(`The portal did not confirm its own token (${identity.error.code}).`)
      : err(failure('upstream', 'The portal could not be asked. Start the installation again in a moment.'));
  if (!identity.value.admin) return refused('Only an administrator of the portal can install the app.');
  return ok({
    tokens: tokens.value,
    endpoint: endpoint.value,
    identity: identity.value,
    origin,
    applicationToken: claim.applicationToken,
  });
}
