import * as v from 'valibot';
import type { Config } from '../config.ts';
import { err, ok, type Result } from '../http/result.ts';
import { tokenUrl } from './address.ts';
import type { RestError } from './errors.ts';
import { type Fetch, postForm, readError } from './rest.ts';

/** A pair that an OAuth host of the allow list has just issued to us: the only proof of who a portal is. */
export interface ProvedTokens {
  readonly memberId: string;
  /** As answered; still to be checked by readEndpoint. */
  readonly clientEndpoint: string;
  readonly access: string;
  readonly refresh: string;
  /** Unix ms. */
  readonly expiresAt: number;
  readonly userId: number;
  readonly oauthHost: string;
}

const text = v.pipe(v.string(), v.minLength(1), v.maxLength(4096));
const number = v.pipe(v.union([v.number(), v.string()]), v.transform(Number), v.number());

const TokenAnswer = v.object({
  access_token: text,
  refresh_token: text,
  member_id: text,
  client_endpoint: text,
  expires_in: v.optional(number, 3600),
  user_id: v.optional(number, 0),
});

/**
 * Trades a refresh token for a new pair (fact 5.3). The old one is dead afterwards: store the answer before
 * anything else is done. POST keeps the secrets out of the OAuth host's request log.
 *
 * @param host one of config.oauthHosts
 * @param now Unix ms
 */
export async function refreshTokens(
  fetch: Fetch,
  config: Config,
  host: string,
  refreshToken: string,
  now: number,
): Promise<Result<ProvedTokens, RestError>> {
  const answer = await postForm(fetch, tokenUrl(config, host), {
    grant_type: 'refresh_token',
    client_id: config.clientId,
    client_secret: config.clientSecret,
    refresh_token: refreshToken,
  });
  if (!answer.ok) return answer;
  const error = readError(answer.value.status, answer.value.body);
  if (error) return err(error);
  const parsed = v.safeParse(TokenAnswer, answer.value.body);
  if (!parsed.success)
    return err({ kind: 'unavailable', code: 'BAD_ANSWER', message: 'The OAuth host answered something unexpected.' });
  const a = parsed.output;
  return ok({
    memberId: a.member_id,
    clientEndpoint: a.client_endpoint,
    access: a.access_token,
    refresh: a.refresh_token,
    expiresAt: now + a.expires_in * 1000,
    userId: a.user_id,
    oauthHost: host,
  });
}
