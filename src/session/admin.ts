import { type Config, readConfig } from '../config.ts';
import type { Env } from '../env.ts';
import { type Failure, failure } from '../http/failure.ts';
import { err, ok, type Result } from '../http/result.ts';
import { bearer, readTicket, type TicketClaims } from './ticket.ts';

/** Whose portal a request is about: the caller's, where the caller is its administrator (Bearer ticket, not revoked). */
export async function admitAdmin(
  env: Env,
  request: Request,
): Promise<Result<{ config: Config; claims: TicketClaims }, Failure>> {
  const config = readConfig(env);
  if (!config.ok) return config;
  const ticket = bearer(request);
  if (!ticket) return err(failure('unauthorized', 'Send the ticket of your session: Authorization: Bearer <ticket>.'));
  const claims = await readTicket(config.value, ticket, Date.now());
  if (!claims.ok) return claims;
  if (!claims.value.admin)
    return err(failure('forbidden', "Only the portal's administrators can see and change the settings."));
  if (!(await env.PORTAL.getByName(claims.value.portal).checkTicket(claims.value.session)))
    return err(failure('unauthorized', 'This session was ended: open the app again.'));
  return ok({ config: config.value, claims: claims.value });
}
