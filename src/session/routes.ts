import { Hono } from 'hono';
import { readConfig } from '../config.ts';
import type { Env } from '../env.ts';
import { readJson } from '../http/body.ts';
import { callerNetwork } from '../http/caller.ts';
import { failure, failureResponse } from '../http/failure.ts';
import { NOT_INSTALLED, portalOf } from '../portal/stub.ts';
import { openSession, SessionRequest } from './open.ts';
import { socketTicket } from './subprotocol.ts';
import { readTicket } from './ticket.ts';

/** `POST /api/session` and `GET /api/socket`. */
export const sessionRoutes = new Hono<{ Bindings: Env }>();

sessionRoutes.post('/api/session', async (c) => {
  const config = readConfig(c.env);
  if (!config.ok) return failureResponse(config.error);
  const body = await readJson(c.req.raw, SessionRequest);
  if (!body.ok) return failureResponse(body.error);
  const session = await openSession(c.env, config.value, body.value, Date.now(), callerNetwork(c.req.raw));
  return session.ok ? c.json(session.value, 200, { 'cache-control': 'no-store' }) : failureResponse(session.error);
});

sessionRoutes.get('/api/socket', async (c) => {
  if (c.req.header('upgrade')?.toLowerCase() !== 'websocket')
    return failureResponse(failure('bad_request', 'This address speaks WebSocket only.'));
  // The frame is our own page, so its origin is ours; any other page that got hold of a ticket is turned away.
  if (c.req.header('origin') !== new URL(c.req.url).origin)
    return failureResponse(failure('forbidden', 'Sockets are opened from our own frame only.'));
  const config = readConfig(c.env);
  if (!config.ok) return failureResponse(config.error);
  const offered = socketTicket(c.req.header('sec-websocket-protocol'));
  if (!offered.ok) return failureResponse(offered.error);
  const claims = await readTicket(config.value, offered.value, Date.now());
  if (!claims.ok) return failureResponse(claims.error);
  const portal = portalOf(c.env, claims.value.portal);
  if (!portal) return failureResponse(NOT_INSTALLED);
  // The object gets an address and headers of ours only, never what the caller sent.
  const answer = await portal.fetch('https://portal/socket', {
    headers: { upgrade: 'websocket', 'x-session': claims.value.session },
  });
  if (answer.status === 101) return answer;
  return failureResponse(failure('unauthorized', 'The ticket is revoked or ran out: open a new session.'));
});
