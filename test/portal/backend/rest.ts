import { type Answer, type Failure, fail, json, timeBlock } from './answers.ts';
import { runBatch } from './batch.ts';
import { type Fault, LostAnswer, SLOW_MS } from './faults.ts';
import { type Params, parsePairs, text, upperKeys } from './forms.ts';
import { OPERATING, operatingOf, pour, stillCounting } from './limits.ts';
import type { Call } from './methods/context.ts';
import { methods } from './methods/index.ts';
import { upload } from './methods/records.ts';
import { defaultScope } from './oauth.ts';
import { origin } from './portal.ts';
import type { Portal } from './types.ts';
import type { LogEntry, World } from './world.ts';

/** `/rest/<method>[.json]`; null for anything else (a webhook's path has three parts). */
const methodName = (pathname: string): string | null => {
  const match = /^\/rest\/([^/]+?)(?:\.json)?\/?$/.exec(pathname);
  return match?.[1]?.toLowerCase() ?? null;
};

const readParams = async (request: Request, url: URL): Promise<Params | Failure> => {
  const query: Params = parsePairs(url.searchParams);
  if (request.method !== 'POST') return query;
  const body = await request.text();
  if (body === '') return query;
  if (!(request.headers.get('content-type') ?? '').includes('json')) {
    return { ...query, ...parsePairs(new URLSearchParams(body)) };
  }
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null) return { ...query, ...(parsed as Params) };
  } catch {
    // Falls through to the error below: the body is not JSON.
  }
  return fail('INVALID_REQUEST', 'The body is not JSON', 400);
};

const isFailure = (value: object): value is Failure => 'ok' in value && value.ok === false;

const authorise = (world: World, portal: Portal, token: string): Omit<Call, 'params'> | Failure => {
  const looked = token === '' ? { state: 'unknown' as const } : world.tokens.access(token, world.now());
  if (looked.state === 'expired') return fail('expired_token', 'The access token provided has expired.', 401);
  if (looked.state !== 'live' || looked.grant.memberId !== portal.memberId) {
    return fail('NO_AUTH_FOUND', 'Wrong authorization data', 401);
  }
  const app = world.apps.get(looked.grant.clientId);
  const install = portal.installs.get(looked.grant.clientId);
  const user = portal.users.get(looked.grant.userId);
  if (app === undefined || install === undefined || user === undefined) {
    return fail('NO_AUTH_FOUND', 'Wrong authorization data', 401);
  }
  if (!user.active) return fail('user_access_error', 'The user does not have access to the application', 403);
  return { world, portal, app, install, user };
};

/** Spends operating time of a method; a failure when the ten minutes are used up (fact 6). */
const spend = (call: Call, method: string): { time: Record<string, unknown>; blocked: boolean } => {
  const { world, portal, app } = call;
  const key = `${app.clientId} ${method}`;
  const now = world.now();
  const counting = stillCounting(portal.operating.get(key) ?? [], now);
  const before = operatingOf(counting, now);
  const blocked = before.operating > OPERATING.limit;
  if (!blocked) counting.push({ at: now, seconds: portal.operatingCost.get(method) ?? 0.01 });
  portal.operating.set(key, counting);
  const { operating, resetAt } = operatingOf(counting, now);
  return { time: timeBlock(now, world.now(), operating, resetAt), blocked };
};

interface Performed {
  readonly answer: Answer;
  readonly time: Record<string, unknown> | null;
}

const perform = async (call: Call, method: string): Promise<Performed> => {
  const known = methods.get(method);
  if (known === undefined) return { answer: fail('ERROR_METHOD_NOT_FOUND', 'Method not found!', 404), time: null };
  const scopes: readonly string[] = call.app.scope ?? defaultScope;
  if (known.scope !== null && !scopes.includes(known.scope)) {
    const description = 'The request requires higher privileges than provided by the access token';
    return { answer: fail('insufficient_scope', description, 403), time: null };
  }
  const { time, blocked } = spend(call, method);
  if (blocked) {
    return { answer: fail('OPERATION_TIME_LIMIT', 'Method is blocked due to operation time limit.', 429), time };
  }
  return { answer: await known.run(call), time };
};

const wire = ({ answer, time }: Performed): Response => {
  const block = time === null ? {} : { time };
  if (!answer.ok) {
    const body = { error: answer.error, error_description: answer.description, ...answer.extra, ...block };
    return json(body, answer.status);
  }
  const more = answer.next === undefined ? {} : { next: answer.next };
  const total = answer.total === undefined ? {} : { total: answer.total };
  return json({ result: answer.result, ...more, ...total, ...block });
};

const htmlPage = (status: number): Response =>
  new Response(`<html><body><h1>${status}</h1></body></html>`, { status, headers: { 'content-type': 'text/html' } });

const logged = (world: World, portal: Portal, request: Request, url: URL, method: string, params: Params): LogEntry =>
  world.note({
    at: world.now(),
    side: 'rest',
    memberId: portal.memberId,
    verb: request.method,
    url: `${url.host}${url.pathname}`,
    method,
    params,
    batched: false,
    userId: null,
    clientId: null,
    status: 0,
    error: null,
  });

const close = (entry: LogEntry, answer: Answer, status: number): void => {
  entry.status = status;
  entry.error = answer.ok ? null : answer.error;
};

const batchRunner =
  (call: Call, outer: LogEntry) =>
  async (name: string, query: Params): Promise<{ answer: Answer; time: unknown }> => {
    const method = name.toLowerCase();
    const entry = call.world.note({ ...outer, method, params: query, batched: true, status: 0 });
    const fault = call.world.faults.meet(method, call.portal.memberId);
    const performed =
      fault?.kind === 'error'
        ? { answer: fail(fault.error, fault.description, fault.status), time: null }
        : await perform({ ...call, params: upperKeys(query) }, method);
    close(entry, performed.answer, performed.answer.ok ? 200 : performed.answer.status);
    return performed;
  };

const withFault = async (fault: Fault | null, run: () => Promise<Performed>): Promise<Response> => {
  if (fault?.kind === 'error') {
    return wire({ answer: fail(fault.error, fault.description, fault.status), time: null });
  }
  if (fault?.kind === 'reset') throw new LostAnswer();
  if (fault?.kind === 'page') return htmlPage(fault.status);
  let performed = await run();
  if (fault?.kind === 'duplicate') performed = await run();
  if (fault?.kind === 'slow') await new Promise((late) => setTimeout(late, SLOW_MS));
  if (fault?.kind === 'lost') throw new LostAnswer();
  return fault?.kind === 'garbled' ? htmlPage(fault.status) : wire(performed);
};

const throttled = (world: World, portal: Portal): boolean => {
  if (world.options.rateLimit === false) return false;
  const poured = pour(portal.bucket, world.now());
  portal.bucket = poured.bucket;
  return poured.refused;
};

/** A host the portal has left sends callers to the new one; POST must be repeated there (fact 5.3). */
const moved = (world: World, portal: Portal, url: URL): Response | null => {
  const which = portal.formerHosts.get(url.host);
  if (which === undefined) return null;
  const location = `${origin(world, portal[which])}${url.pathname}${url.search}`;
  return new Response(null, { status: 302, headers: { location } });
};

const bearer = (request: Request): string =>
  /^Bearer (.+)$/i.exec(request.headers.get('authorization') ?? '')?.[1] ?? '';

const uploaded = async (world: World, portal: Portal, url: URL, request: Request): Promise<Response> =>
  withFault(world.faults.meet('upload', portal.memberId), async () => ({
    answer: await upload(portal, url.searchParams.get('token') ?? '', request),
    time: null,
  }));

/** One REST request to a portal. Throws only {@link LostAnswer}, on a fault that was asked for. */
export const rest = async (world: World, portal: Portal, request: Request): Promise<Response> => {
  const url = new URL(request.url);
  const elsewhere = moved(world, portal, url);
  if (elsewhere !== null) return elsewhere;
  const method = methodName(url.pathname);
  if (method === null)
    return wire({ answer: fail('INVALID_CREDENTIALS', 'Invalid request credentials', 403), time: null });
  if (method === 'upload') return uploaded(world, portal, url, request);
  const params = await readParams(request, url);
  if (isFailure(params)) return wire({ answer: params, time: null });
  const entry = logged(world, portal, request, url, method, params);
  const fault = world.faults.meet(method, portal.memberId);
  if (fault?.kind === 'hang') {
    await world.faults.hang();
    return htmlPage(504);
  }
  const response = await withFault(fault, async () => {
    const performed = await admitted(world, portal, request, method, params, entry);
    close(entry, performed.answer, performed.answer.ok ? 200 : performed.answer.status);
    return performed;
  });
  entry.status = response.status;
  return response;
};

const admitted = async (
  world: World,
  portal: Portal,
  request: Request,
  method: string,
  params: Params,
  entry: LogEntry,
): Promise<Performed> => {
  if (throttled(world, portal)) {
    return { answer: fail('QUERY_LIMIT_EXCEEDED', 'Too many requests', 503), time: null };
  }
  const who = authorise(world, portal, text(params, 'auth') || bearer(request));
  if (isFailure(who)) return { answer: who, time: null };
  entry.userId = who.user.id;
  entry.clientId = who.app.clientId;
  const call: Call = { ...who, params: upperKeys(params) };
  if (method !== 'batch') return perform(call, method);
  const now = world.now();
  const answer = await runBatch(call.params, batchRunner(call, entry));
  return { answer, time: timeBlock(now, world.now(), 0, Math.ceil(now / 1000) + 600) };
};
