import * as v from 'valibot';
import type { Config } from '../config.ts';
import type { Env } from '../env.ts';
import { type Failure, failure } from '../http/failure.ts';
import { err, ok, type Result } from '../http/result.ts';
import { NOT_INSTALLED, portalOf } from '../portal/stub.ts';
import type { Session } from '../protocol/frame.ts';
import { settingsFor } from '../settings/store.ts';
import { TICKET_SECONDS, writeTicket } from './ticket.ts';

const token = v.pipe(v.string(), v.minLength(1), v.maxLength(512));

/** Body of `POST /api/session`; REFRESH_ID is only sent by the app's page. */
export const SessionRequest = v.object({
  AUTH_ID: token,
  member_id: token,
  REFRESH_ID: v.optional(v.string()),
});

/**
 * Verifies a person at their portal and gives their browser what it needs (docs/security.md).
 *
 * @param now Unix ms
 * @param from the caller's network, by which refused attempts are counted
 * @returns forbidden for an unknown portal, a foreign token or an uninstalled app; upstream when the portal is silent
 */
export async function openSession(
  env: Env,
  config: Config,
  request: v.InferOutput<typeof SessionRequest>,
  now: number,
  from: string,
): Promise<Result<Session, Failure>> {
  if (!request.AUTH_ID || !request.member_id)
    return err(failure('bad_request', 'AUTH_ID or member_id is missing: open this from Bitrix24.'));
  const portal = portalOf(env, request.member_id);
  if (!portal) return err(NOT_INSTALLED);
  const opened = await portal.openSession(request.AUTH_ID, request.REFRESH_ID || null, from);
  if (!opened.ok) return opened;
  const { userId, admin, name, session, expiresAt, room, preferences } = opened.value;
  const phone = await settingsFor(env, request.member_id).phoneOf(config, userId, now);
  const ticket = await writeTicket(config, { portal: request.member_id, userId, admin, session, expiresAt });
  return ok({
    ticket,
    expiresIn: TICKET_SECONDS,
    user: { id: userId, admin, name },
    sip: phone.sip,
    ice: phone.ice,
    lines: phone.lines.length > 0 ? phone.lines : opened.value.lines,
    colleagues: phone.colleagues,
    callHeader: phone.callHeader,
    calling: phone.calling,
    ...(preferences && { preferences }),
    room,
    strikeMs: config.strikeMs,
  });
}
