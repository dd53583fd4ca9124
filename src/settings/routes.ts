import { type Context, Hono } from 'hono';
import * as v from 'valibot';
import { type Config, readConfig } from '../config.ts';
import type { Env } from '../env.ts';
import { readJson } from '../http/body.ts';
import { type Failure, failure, failureResponse, failureStatus } from '../http/failure.ts';
import { wrongMethod } from '../http/method.ts';
import { err, ok, type Result } from '../http/result.ts';
import { bearer, readTicket, type TicketClaims } from '../session/ticket.ts';
import { FORM_LIMIT } from './form.ts';
import { type SettingsFailure, settingsFor } from './store.ts';

type SettingsContext = Context<{ Bindings: Env }>;

/** Whose settings may be read and written: the caller's portal's, where the caller is its admin. */
async function admit(c: SettingsContext): Promise<Result<{ config: Config; claims: TicketClaims }, Failure>> {
  const config = readConfig(c.env);
  if (!config.ok) return config;
  const ticket = bearer(c.req.raw);
  if (!ticket) return err(failure('unauthorized', 'Send the ticket of your session: Authorization: Bearer <ticket>.'));
  const claims = await readTicket(config.value, ticket, Date.now());
  if (!claims.ok) return claims;
  if (!claims.value.admin)
    return err(failure('forbidden', "Only the portal's administrators can see and change the settings."));
  if (!(await c.env.PORTAL.getByName(claims.value.portal).checkTicket(claims.value.session)))
    return err(failure('unauthorized', 'This session was ended: open the app again.'));
  return ok({ config: config.value, claims: claims.value });
}

const answer = (value: unknown) => Response.json(value, { headers: { 'cache-control': 'no-store' } });

/** Like every failure, plus the fields to mend. */
const formFailure = (problem: SettingsFailure) =>
  Response.json(
    { error: problem.reason, message: problem.message, fields: problem.fields },
    { status: failureStatus(problem), headers: { 'cache-control': 'no-store' } },
  );

async function getSettings(c: SettingsContext): Promise<Response> {
  const admitted = await admit(c);
  if (!admitted.ok) return failureResponse(admitted.error);
  return answer(await settingsFor(c.env, admitted.value.claims.portal).view());
}

async function putSettings(c: SettingsContext): Promise<Response> {
  const admitted = await admit(c);
  if (!admitted.ok) return failureResponse(admitted.error);
  const { config, claims } = admitted.value;
  const body = await readJson(c.req.raw, v.unknown(), FORM_LIMIT);
  if (!body.ok) return failureResponse(body.error);
  const saved = await settingsFor(c.env, claims.portal).save(config, body.value);
  if (!saved.ok) return formFailure(saved.error);
  try {
    // On every save, changed or not: saving again is then the cure when this call got lost.
    await c.env.PORTAL.getByName(claims.portal).settingsChanged(saved.value);
  } catch {
    return failureResponse(
      failure('upstream', 'The settings are stored, but the lines are not in Bitrix24 yet: save again.'),
    );
  }
  return answer(saved.value);
}

/** `GET` and `PUT /api/settings`: the settings document, for the portal's administrators (Bearer ticket). */
export const settingsRoutes = new Hono<{ Bindings: Env }>()
  .get('/api/settings', getSettings)
  .put('/api/settings', putSettings)
  .all('/api/settings', wrongMethod('GET, PUT'));
