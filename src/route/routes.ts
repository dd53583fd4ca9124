import { type Context, Hono } from 'hono';
import * as v from 'valibot';
import { readConfig } from '../config.ts';
import { verify } from '../crypto/sign.ts';
import type { Env } from '../env.ts';
import { readJson } from '../http/body.ts';
import { type Failure, failure, failureResponse, failureStatus } from '../http/failure.ts';
import { wrongMethod } from '../http/method.ts';
import { err, ok, type Result } from '../http/result.ts';
import { portalOf } from '../portal/stub.ts';
import { bearer } from '../session/ticket.ts';
import { settingsFor } from '../settings/store.ts';
import { decideRoute, type RouteAgent, type RouteAnswer, routeText } from './decide.ts';

type RouteContext = Context<{ Bindings: Env }>;
type PortalStub = NonNullable<ReturnType<typeof portalOf>>;

/** Larger transcripts are refused (bytes): an hour of talk is about 60 KB of text. */
const TRANSCRIPT_LIMIT = 512 * 1024;

/** The PBX of a portal, by the key that the portal's administrators see on the app's page. */
async function admit(c: RouteContext): Promise<Result<{ memberId: string; portal: PortalStub }, Failure>> {
  const config = readConfig(c.env);
  if (!config.ok) return config;
  const key = bearer(c.req.raw);
  if (!key) return err(failure('unauthorized', 'Send the key of the app\u2019s page: Authorization: Bearer <key>.'));
  const memberId = c.req.query('portal') ?? '';
  const portal = portalOf(c.env, memberId);
  if (!portal || !(await verify(config.value.signKeys, 'pbx', memberId, key)))
    return err(
      failure('forbidden', 'This key is not the portal\u2019s. The app\u2019s page in Bitrix24 shows the right one.'),
    );
  return ok({ memberId, portal });
}

const CallerNumber = v.pipe(v.string(), v.maxLength(64));

const plain = (text: string, status = 200) =>
  new Response(text, { status, headers: { 'cache-control': 'no-store', 'content-type': 'text/plain; charset=utf-8' } });

/** A dial plan reads no error: it gets nobody, and the status for whoever looks. */
async function getRoute(c: RouteContext): Promise<Response> {
  if (c.req.query('agent') !== undefined) return getBack(c);
  const isText = c.req.query('format') === 'text';
  const answer = await answerRoute(c);
  if (!answer.ok) return isText ? plain('|', failureStatus(answer.error)) : failureResponse(answer.error);
  return isText
    ? plain(routeText(answer.value))
    : Response.json(answer.value, { headers: { 'cache-control': 'no-store' } });
}

/** Asked when a person could not be rung, before the call goes elsewhere. */
async function getBack(c: RouteContext): Promise<Response> {
  const isText = c.req.query('format') === 'text';
  const answer = await answerBack(c);
  if (!answer.ok) return isText ? plain('', failureStatus(answer.error)) : failureResponse(answer.error);
  return isText
    ? plain(answer.value.back ? 'back' : '')
    : Response.json(answer.value, { headers: { 'cache-control': 'no-store' } });
}

async function answerBack(c: RouteContext): Promise<Result<{ agent: string; back: boolean }, Failure>> {
  const agent = c.req.query('agent') ?? '';
  const admitted = await admit(c);
  if (!admitted.ok) return admitted;
  const { memberId, portal } = admitted.value;
  const { agents } = await settingsFor(c.env, memberId).view();
  const person = agents.find(({ sipUser }) => sipUser === agent);
  if (!person) return err(failure('not_found', 'agent: nobody has this extension in the settings.'));
  const back = await portal.comingBack(person.userId);
  return back.ok ? ok({ agent, back: back.value }) : back;
}

async function answerRoute(c: RouteContext): Promise<Result<RouteAnswer, Failure>> {
  const number = v.safeParse(CallerNumber, c.req.query('number'));
  if (!number.success)
    return err(failure('bad_request', 'number: send the caller\u2019s number, at most 64 characters.'));
  const admitted = await admit(c);
  if (!admitted.ok) return admitted;
  const { memberId, portal } = admitted.value;
  const [facts, settings] = await Promise.all([portal.routeFacts(number.output), settingsFor(c.env, memberId).view()]);
  if (!facts.ok) return facts;
  const phones = new Map(facts.value.phones.map((phone) => [phone.userId, phone]));
  const agents = settings.agents.map(({ userId, sipUser, name }): RouteAgent => {
    const phone = phones.get(userId);
    const { presence = 'away', reachable = false, talking = false, doNotDisturb = false } = phone ?? {};
    const returning = facts.value.returning.includes(userId);
    return { userId, extension: sipUser, name, presence, reachable, returning, talking, doNotDisturb, timeman: '' };
  });
  return ok(decideRoute(facts.value.number, facts.value.match, agents));
}

const seconds = v.pipe(v.number(), v.minValue(0), v.maxValue(7 * 86_400));
const Transcript = v.object({
  call: v.pipe(v.string(), v.minLength(1), v.maxLength(256)),
  messages: v.pipe(
    v.array(
      v.pipe(
        v.object({
          side: v.picklist(['agent', 'customer']),
          from: seconds,
          to: seconds,
          text: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(8000)),
        }),
        v.check(({ from, to }) => to > 0 && to >= from, 'A passage ends after it begins.'),
      ),
    ),
    v.minLength(1),
    v.maxLength(5000),
  ),
});

async function postTranscription(c: RouteContext): Promise<Response> {
  const admitted = await admit(c);
  if (!admitted.ok) return failureResponse(admitted.error);
  const body = await readJson(c.req.raw, Transcript, TRANSCRIPT_LIMIT);
  if (!body.ok) return failureResponse(body.error);
  const kept = await admitted.value.portal.transcript(body.value.call, body.value.messages);
  if (!kept.ok) return failureResponse(kept.error);
  if (kept.value === 'unknown_call')
    return failureResponse(failure('not_found', 'The ledger knows no call of that name. It keeps calls for 30 days.'));
  return Response.json({ ok: true }, { status: 202, headers: { 'cache-control': 'no-store' } });
}

/** What a company's PBX calls: `GET /api/route` before it rings anybody, `POST /api/transcription` after a call. */
export const pbxRoutes = new Hono<{ Bindings: Env }>()
  .get('/api/route', getRoute)
  .all('/api/route', wrongMethod('GET'))
  .post('/api/transcription', postTranscription)
  .all('/api/transcription', wrongMethod('POST'));
