import * as v from 'valibot';
import type { Config } from '../config.ts';
import { fromBase64, toBase64Url } from '../crypto/bytes.ts';
import { sign, verify } from '../crypto/sign.ts';
import { type Failure, failure } from '../http/failure.ts';
import { err, ok, type Result } from '../http/result.ts';

/** Seconds that a ticket lives . */
export const TICKET_SECONDS = 15 * 60;

/** What a ticket says. Signed, not secret: it holds ids only. Revocation is asked of the portal's object. */
export interface TicketClaims {
  /** member_id */
  readonly portal: string;
  readonly userId: number;
  readonly admin: boolean;
  /** The object's row that can be revoked. */
  readonly session: string;
  /** Unix ms. */
  readonly expiresAt: number;
}

const ClaimsSchema = v.object({
  portal: v.string(),
  userId: v.number(),
  admin: v.boolean(),
  session: v.string(),
  expiresAt: v.number(),
});

/** Signs the claims: `<base64url JSON>.<base64url HMAC>`. */
export async function writeTicket(config: Config, claims: TicketClaims): Promise<string> {
  const body = toBase64Url(new TextEncoder().encode(JSON.stringify(claims)));
  return `${body}.${await sign(config.signKeys, 'ticket', body)}`;
}

/** Reads a ticket whose signature is ours, dead or alive: an expired one still tells whose page load was slow. */
export async function readSignedTicket(config: Config, ticket: string): Promise<Result<TicketClaims, Failure>> {
  const refused = err(failure('unauthorized', 'The ticket is not one of ours: open a new session.'));
  const [body, signature, more] = ticket.split('.');
  if (!body || !signature || more !== undefined) return refused;
  if (!(await verify(config.signKeys, 'ticket', body, signature))) return refused;
  const bytes = fromBase64(body);
  if (!bytes) return refused;
  const claims = v.safeParse(ClaimsSchema, JSON.parse(new TextDecoder().decode(bytes)));
  return claims.success ? ok(claims.output) : refused;
}

/** Reads a ticket that is signed by us and still alive at `now` (Unix ms). */
export async function readTicket(config: Config, ticket: string, now: number): Promise<Result<TicketClaims, Failure>> {
  const claims = await readSignedTicket(config, ticket);
  if (claims.ok && claims.value.expiresAt <= now)
    return err(failure('unauthorized', 'The ticket ran out: open a new session.'));
  return claims;
}

/** The token of `Authorization: Bearer <token>`, or null. */
export function bearer(request: Request): string | null {
  const match = /^Bearer\s+(\S+)$/i.exec(request.headers.get('authorization') ?? '');
  return match?.[1] ?? null;
}
