import { Hono } from 'hono';
import { readConfig } from '../config.ts';
import type { Env } from '../env.ts';
import { failure, failureResponse } from '../http/failure.ts';
import { wrongMethod } from '../http/method.ts';
import { NOT_INSTALLED, portalOf } from '../portal/stub.ts';
import type { PresenceAnswer } from '../protocol/status.ts';
import { bearer, readTicket, writeTicket } from '../session/ticket.ts';

/** `GET /api/presence`: how the phones of a portal's people stand, for any of them (Bearer ticket). */
export const presenceRoutes = new Hono<{ Bindings: Env }>()
  .get('/api/presence', async (c) => {
    const config = readConfig(c.env);
    if (!config.ok) return failureResponse(config.error);
    const ticket = bearer(c.req.raw);
    if (!ticket)
      return failureResponse(
        failure('unauthorized', 'Send the ticket of your session: Authorization: Bearer <ticket>.'),
      );
    const now = Date.now();
    const claims = await readTicket(config.value, ticket, now);
    if (!claims.ok) return failureResponse(claims.error);
    const { portal: memberId, userId, session } = claims.value;
    const portal = portalOf(c.env, memberId);
    if (!portal) return failureResponse(NOT_INSTALLED);
    const seen = await portal.presence(session, claims.value.expiresAt);
    if (!seen.ok) return failureResponse(seen.error);
    const { people, expiresAt } = seen.value;
    // Bitrix24 is not asked again, so this proves no administrator.
    const renewed =
      expiresAt === null
        ? {}
        : { ticket: await writeTicket(config.value, { portal: memberId, userId, admin: false, session, expiresAt }) };
    const answer: PresenceAnswer = { generatedAt: new Date(now).toISOString(), people, ...renewed };
    return Response.json(answer, { headers: { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } });
  })
  .all('/api/presence', wrongMethod('GET'));
