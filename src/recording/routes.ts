import { type Context, Hono } from 'hono';
import * as v from 'valibot';
import { readConfig } from '../config.ts';
import type { Env } from '../env.ts';
import { readJson } from '../http/body.ts';
import { readBytes } from '../http/bytes.ts';
import { type Failure, failure, failureResponse } from '../http/failure.ts';
import { err, ok, type Result } from '../http/result.ts';
import { bearer, readTicket } from '../session/ticket.ts';
import { MOST_PIECES, PIECE_LIMIT } from './limits.ts';
import type { Sender } from './recording.ts';
import { recordingName } from './recording-name.ts';

/** `POST /api/recordings/<leg>/<index>` and `POST /api/recordings/<leg>/end`. */
export const recordingRoutes = new Hono<{ Bindings: Env }>();

/** As long as the ledger's own limit on a SIP Call-ID. */
const LONGEST_LEG = 256;
const End = v.object({ pieces: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MOST_PIECES)) });

type RecordingContext = Context<{ Bindings: Env }>;

async function sender(c: RecordingContext): Promise<Result<Sender, Failure>> {
  const config = readConfig(c.env);
  if (!config.ok) return config;
  const ticket = bearer(c.req.raw);
  if (!ticket) return err(failure('unauthorized', 'Send the ticket as Authorization: Bearer <ticket>.'));
  const claims = await readTicket(config.value, ticket, Date.now());
  if (!claims.ok) return claims;
  const leg = c.req.param('leg') ?? '';
  if (leg === '' || leg.length > LONGEST_LEG)
    return err(failure('bad_request', `A SIP Call-ID has at most ${LONGEST_LEG} characters.`));
  const { portal, userId, session } = claims.value;
  return ok({ portal, userId, session, leg });
}

const recordingOf = (env: Env, { portal, leg }: Sender) => env.RECORDING.getByName(recordingName(portal, leg));

const LOST = failure('upstream', 'The piece may not be stored. Send it again.');

/** An object that does not answer is no bug of ours: the browser keeps the piece and sends it again. */
async function answer(said: Promise<Result<true, Failure>>): Promise<Response> {
  const result = await said.catch(() => err(LOST));
  if (!result.ok) return failureResponse(result.error);
  return new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } });
}

recordingRoutes.post('/api/recordings/:leg/end', async (c) => {
  const from = await sender(c);
  if (!from.ok) return failureResponse(from.error);
  const body = await readJson(c.req.raw, End);
  if (!body.ok) return failureResponse(body.error);
  return answer(recordingOf(c.env, from.value).end(from.value, body.value.pieces));
});

recordingRoutes.post('/api/recordings/:leg/:index{[0-9]{1,9}}', async (c) => {
  const from = await sender(c);
  if (!from.ok) return failureResponse(from.error);
  const index = Number(c.req.param('index'));
  if (index >= MOST_PIECES) return failureResponse(failure('too_large', `A record has at most ${MOST_PIECES} pieces.`));
  if (c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase() !== 'audio/mpeg')
    return failureResponse(failure('unsupported', 'Send a piece of mp3 with content-type audio/mpeg.'));
  const bytes = await readBytes(c.req.raw, PIECE_LIMIT);
  if (!bytes) return failureResponse(failure('too_large', `A piece is at most ${PIECE_LIMIT / 1024} KB.`));
  if (bytes.byteLength === 0) return failureResponse(failure('bad_request', 'The piece is empty.'));
  return answer(recordingOf(c.env, from.value).piece(from.value, index, bytes));
});
