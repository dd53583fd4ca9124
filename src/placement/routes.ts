import { Hono } from 'hono';
import * as v from 'valibot';
import { readConfig } from '../config.ts';
import { type SignPurpose, verify } from '../crypto/sign.ts';
import type { Env } from '../env.ts';
import { readForm, readJson } from '../http/body.ts';
import { type Failure, failure, failureResponse } from '../http/failure.ts';
import { err, ok, type Result } from '../http/result.ts';
import { NOT_INSTALLED, portalOf } from '../portal/stub.ts';
import { readSignedTicket } from '../session/ticket.ts';
import { placementAnswer } from './answer.ts';

/** The handler, its error handler and vitals. */
export const placementRoutes = new Hono<{ Bindings: Env }>();

/** Requests that index.ts has let through to the router, such as HEAD. */
placementRoutes.on(['GET', 'POST'], '/placement', (c) => placementAnswer(c.env));

/**
 * Which portal a signed address is for. Wrong signatures end here, in the Worker: nobody wakes an object by guessing.
 *
 * @param url with `portal` and `key`
 */
export async function signedPortal(env: Env, url: string, purpose: SignPurpose): Promise<Result<string, Failure>> {
  const config = readConfig(env);
  if (!config.ok) return config;
  const query = new URL(url).searchParams;
  const portal = query.get('portal') ?? '';
  const genuine = await verify(config.value.signKeys, purpose, portal, query.get('key') ?? '');
  return genuine ? ok(portal) : err(failure('forbidden', 'This address is not signed by this service.'));
}

/** Bitrix24 removed the placement. GET is taken too: how the queue calls is documented for events only. */
placementRoutes.on(['GET', 'POST'], '/placement/error', async (c) => {
  const memberId = await signedPortal(c.env, c.req.url, 'placement-error');
  if (!memberId.ok) return failureResponse(memberId.error);
  const portal = portalOf(c.env, memberId.value);
  if (!portal) return failureResponse(NOT_INSTALLED);
  let error = 'unknown';
  if (c.req.method === 'POST') {
    const form = await readForm(c.req.raw);
    if (!form.ok) return failureResponse(form.error);
    error = form.value.get('error') ?? '';
    if (!/^[A-Z0-9_]{3,64}$/.test(error))
      return failureResponse(failure('bad_request', 'The field error is missing or malformed.'));
  }
  const taken = await portal.hit(error);
  return taken.ok ? c.json({ ok: true }) : failureResponse(taken.error);
});

const Vitals = v.object({
  ticket: v.pipe(v.string(), v.minLength(1), v.maxLength(2048)),
  loadMs: v.pipe(v.number(), v.minValue(0), v.maxValue(3_600_000)),
});

/** A frame tells how long its load took. Only a long one with a ticket of ours wakes the portal's object. */
placementRoutes.post('/api/vitals', async (c) => {
  const config = readConfig(c.env);
  if (!config.ok) return failureResponse(config.error);
  const body = await readJson(c.req.raw, Vitals);
  if (!body.ok) return failureResponse(body.error);
  const claims = await readSignedTicket(config.value, body.value.ticket);
  if (!claims.ok) return failureResponse(claims.error);
  if (body.value.loadMs <= config.value.strikeMs) return c.body(null, 204);
  const portal = portalOf(c.env, claims.value.portal);
  if (!portal) return failureResponse(NOT_INSTALLED);
  const counted = await portal.slowLoad(claims.value.session, Math.round(body.value.loadMs));
  return counted.ok ? c.body(null, 204) : failureResponse(counted.error);
});
