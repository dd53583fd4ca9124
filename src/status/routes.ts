import { type Context, Hono } from 'hono';
import { type Config, readConfig } from '../config.ts';
import { DIRECTORY_NAME } from '../directory/directory.ts';
import type { Env } from '../env.ts';
import { entries, styles } from '../generated/client.ts';
import { type Failure, failure, failureResponse, failureStatus } from '../http/failure.ts';
import { wrongMethod } from '../http/method.ts';
import { ok, type Result } from '../http/result.ts';
import { messagePage, pageResponse, prefersHtml } from '../pages/shell.ts';
import { portalOf } from '../portal/stub.ts';
import type { StatusDocument } from '../protocol/status.ts';
import { mayReadStatus } from './access.ts';
import { statusPage } from './page.ts';
import { readRestLogQuery, restLogPage } from './rest-log.ts';

type StatusContext = Context<{ Bindings: Env }>;

/** RFC 7617: the realm is what the browser shows while it asks. */
const CHALLENGE = { 'www-authenticate': 'Basic realm="status", charset="UTF-8"' };

async function admit(c: StatusContext): Promise<Result<Config, Failure>> {
  const config = readConfig(c.env);
  if (!config.ok) return config;
  const allowed = await mayReadStatus(c.req.raw, config.value);
  return allowed.ok ? ok(config.value) : allowed;
}

async function readDocument(env: Env): Promise<StatusDocument> {
  const portals = await env.DIRECTORY.getByName(DIRECTORY_NAME).rows();
  return { generatedAt: new Date().toISOString(), portals };
}

const refusalHeaders = (problem: Failure) => (problem.reason === 'unauthorized' ? CHALLENGE : {});

async function getJson(c: StatusContext): Promise<Response> {
  const admitted = await admit(c);
  if (!admitted.ok) return failureResponse(admitted.error, refusalHeaders(admitted.error));
  return Response.json(await readDocument(c.env), {
    headers: { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' },
  });
}

function refuse(c: StatusContext, problem: Failure): Response {
  const headers = refusalHeaders(problem);
  if (!prefersHtml(c.req.raw)) return failureResponse(problem, headers);
  const page = messagePage('Status', problem.message, styles.pages);
  return pageResponse(page, { framing: 'nobody', allowLocal: false, status: failureStatus(problem), headers });
}

/** A portal's REST log. An address that names no portal that installed the app wakes no object. */
async function getRestLog(c: StatusContext): Promise<Response> {
  const admitted = await admit(c);
  if (!admitted.ok) return refuse(c, admitted.error);
  const asked = new URL(c.req.url).searchParams;
  const memberId = asked.get('portal') ?? '';
  const known = (await readDocument(c.env)).portals.find((row) => row.memberId === memberId);
  const portal = known ? portalOf(c.env, memberId) : null;
  if (!known || !portal) return refuse(c, failure('not_found', 'No portal of that member_id has installed the app.'));
  const query = readRestLogQuery(asked);
  const rows = await portal.restLog(query);
  const page = restLogPage({ portal: memberId, name: known.domain, styles: styles.pages, query, rows });
  return pageResponse(page, { framing: 'nobody', allowLocal: false });
}

async function getPage(c: StatusContext): Promise<Response> {
  const admitted = await admit(c);
  if (!admitted.ok) return refuse(c, admitted.error);
  const page = statusPage(await readDocument(c.env), {
    title: admitted.value.appTitle,
    origin: new URL(c.req.url).origin,
    styles: styles.pages,
    script: entries.status,
  });
  return pageResponse(page, { framing: 'nobody', allowLocal: false });
}

/** `GET /status` and `GET /status.json`: every portal's state, for whoever runs the service. */
export const statusRoutes = new Hono<{ Bindings: Env }>()
  .get('/status', getPage)
  .get('/status.json', getJson)
  .get('/status/rest', getRestLog)
  .all('/status/rest', wrongMethod('GET'))
  .all('/status', wrongMethod('GET'))
  .all('/status.json', wrongMethod('GET'));
