import * as v from 'valibot';
import type { FrameMessage } from '../protocol/frame.ts';

/** Longest message a frame may send (characters). */
export const MESSAGE_LIMIT = 16 * 1024;

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const leg = v.pipe(v.string(), v.minLength(1), v.maxLength(256));
const number = v.pipe(v.string(), v.maxLength(64));
const at = v.pipe(v.number(), v.integer(), v.minValue(0));
const status = v.picklist([
  '200',
  '304',
  '603',
  '603-S',
  '403',
  '404',
  '486',
  '484',
  '503',
  '480',
  '402',
  '423',
  'OTHER',
]);
const reasons = v.picklist(['microphone_denied', 'not_registered', 'wrong_password', 'pbx_unreachable', 'starting']);
const doNotDisturb = v.exactOptional(v.boolean());

const preferences = v.object({
  doNotDisturb: v.boolean(),
  callWaiting: v.boolean(),
  autoAnswerS: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(30)),
  ringtone: v.picklist(['classic', 'soft', 'chime']),
  ringVolume: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
});

/** The browser's clock when the message left it, Unix ms. */
const sent = v.exactOptional(at);
const measure = (least: number, most: number) => v.pipe(v.number(), v.minValue(least), v.maxValue(most));

/** A call as a page keeps it for the next one; read again when it is unsealed. */
export const KeptCallSchema = v.object({
  leg,
  sipCallId: leg,
  localTag: v.pipe(v.string(), v.maxLength(256)),
  remoteTag: v.pipe(v.string(), v.maxLength(256)),
  remoteUri: v.pipe(v.string(), v.maxLength(512)),
  inside: v.exactOptional(
    v.object({
      target: v.pipe(v.string(), v.maxLength(1024)),
      routes: v.pipe(v.array(v.pipe(v.string(), v.maxLength(512))), v.maxLength(20)),
      localUri: v.pipe(v.string(), v.maxLength(512)),
      // RFC 3261 8.1.1.5
      cseq: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31 - 1)),
    }),
  ),
  callId: v.nullable(leg),
  direction: v.picklist(['in', 'out']),
  number,
  name: v.pipe(v.string(), v.maxLength(256)),
  line: number,
  answeredAt: at,
  held: v.boolean(),
  muted: v.boolean(),
});

const FrameMessageSchema = v.variant('t', [
  v.object({
    t: v.literal('state'),
    state: v.variant('ready', [
      v.object({ ready: v.literal(true), talking: v.boolean(), doNotDisturb }),
      v.object({ ready: v.literal(false), talking: v.boolean(), reason: reasons, doNotDisturb }),
    ]),
    legs: v.pipe(v.array(leg), v.maxLength(50)),
    browser: v.exactOptional(v.pipe(v.string(), v.maxLength(64))),
  }),
  v.object({ t: v.literal('keep'), id, call: KeptCallSchema }),
  v.object({ t: v.literal('resumed'), id, leg, from: leg }),
  v.object({
    t: v.literal('vitals'),
    loads: v.pipe(v.array(v.pipe(v.number(), v.minValue(0), v.maxValue(3_600_000))), v.maxLength(100)),
  }),
  v.object({ t: v.literal('renew'), id }),
  v.object({
    t: v.literal('register'),
    id,
    leg,
    group: v.nullable(leg),
    direction: v.picklist(['in', 'out']),
    number,
    line: number,
    startedAt: at,
    card: v.exactOptional(v.boolean()),
    sent,
  }),
  v.object({ t: v.literal('show'), id, leg, anew: v.exactOptional(v.literal(true)) }),
  v.object({
    t: v.literal('handover'),
    id,
    leg,
    kind: v.picklist(['blind', 'attended', 'over']),
    userId: v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(1))),
    number,
  }),
  v.object({
    t: v.literal('quality'),
    id,
    leg,
    quality: v.object({
      mos: measure(1, 5),
      jitterMs: measure(0, 60_000),
      lossPercent: measure(0, 100),
      rttMs: v.nullable(measure(0, 600_000)),
      oneWayS: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(7 * 86_400)),
    }),
  }),
  v.object({ t: v.literal('adopt'), id, callId: leg, leg, number, line: number, startedAt: at, sent }),
  v.object({ t: v.literal('answered'), id, leg, at, sent }),
  v.object({
    t: v.literal('ended'),
    id,
    leg,
    at,
    seconds: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(7 * 86_400)),
    status,
    reason: v.pipe(v.string(), v.maxLength(200)),
    sent,
  }),
  v.object({ t: v.literal('preferences'), id, preferences }),
  v.object({ t: v.literal('vote'), id, leg, vote: v.picklist([1, 2, 3, 4, 5]) }),
  v.object({ t: v.literal('comment'), id, leg, text: v.pipe(v.string(), v.maxLength(8000)) }),
]);

/** Reads one message of a frame; null when it is not one of the protocol's (docs/protocol.md). */
export function readFrameMessage(data: string | ArrayBuffer): FrameMessage | null {
  if (typeof data !== 'string' || data.length > MESSAGE_LIMIT) return null;
  let json: unknown;
  try {
    json = JSON.parse(data);
  } catch {
    return null;
  }
  const parsed = v.safeParse(FrameMessageSchema, json);
  return parsed.success ? parsed.output : null;
}
