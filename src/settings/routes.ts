import { type Context, Hono } from 'hono';
import * as v from 'valibot';
import type { Env } from '../env.ts';
import { readJson } from '../http/body.ts';
import { failure, failureResponse, failureStatus } from '../http/failure.ts';
import { wrongMethod } from '../http/method.ts';
import { admitAdmin } from '../session/admin.ts';
import { FORM_LIMIT } from './form.ts';
import { type SettingsFailure, settingsFor } from './store.ts';

type SettingsContext = Context<{ Bindings: Env }>;

const answer = (value: unknown) => Response.json(value, { headers: { 'cache-control': 'no-store' } });

/** Like every failure, plus the fields to mend. */
const formFailure = (problem: SettingsFailure) =>
  Response.json(
    { error: problem.reason, message: problem.message, fields: problem.fields },
    { status: failureStatus(problem), headers: { 'cache-control': 'no-store' } },
  );

async function getSettings(c: SettingsContext): Promise<Response> {
  const admitted = await admitAdmin(c.env, c.req.raw);
  if (!admitted.ok) return failureResponse(admitted.error);
  return answer(await settingsFor(c.env, admitted.value.claims.portal).view());
}

async function putSettings(c: SettingsContext): Promise<Response> {
  const admitted = await admitAdmin(c.env, c.req.raw);
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
