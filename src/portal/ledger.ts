import type { CallStatus, Direction } from '../protocol/frame.ts';
import { HANDOVER_GRACE_MS, type Handover, mayRingHere } from './handover.ts';

/**
 * How far a call is. `ended` waits for Bitrix24 to confirm the finish, `recorded` is a finished call whose record Bitrix24
 * has, `failed` is a call that Bitrix24 refused.
 */
export type CallState = 'ringing' | 'talking' | 'ended' | 'finished' | 'recorded' | 'failed';

/** TYPE of telephony.externalcall.register (fact 4.1). */
export const CallType = { outgoing: 1, incoming: 2, callback: 4 } as const;

/** Key of a call that was tapped in the mobile app. */
export const mobileKey = (callId: string): string => `m:${callId}`;

export interface CallRecord {
  readonly key: string;
  readonly callId: string | null;
  readonly type: number;
  readonly direction: Direction;
  readonly number: string;
  readonly line: string;
  readonly state: CallState;
  /** The employee who rang first or who dials. */
  readonly userId: number;
  readonly startedAt: number;
  /** Who talks, or talked last. */
  readonly answeredBy: number | null;
  /** The leg they talk on. */
  readonly answeredLeg: string | null;
  /** When the first of them answered. */
  readonly answeredAt: number | null;
  /** Whether the call was transferred from one of our agents to another. */
  readonly handedOver: boolean;
  readonly endedAt: number | null;
  readonly seconds: number | null;
  readonly status: CallStatus | null;
  readonly reason: string | null;
  readonly vote: number | null;
}

export interface LegRecord {
  /** Its name: the SIP Call-ID, and behind a `;` the branch that it came in by. */
  readonly leg: string;
  readonly callKey: string;
  readonly userId: number;
  readonly live: boolean;
  readonly status: CallStatus | null;
  readonly seenAt: number;
  /** Id of the `register` message that still waits for its answer. */
  readonly waiting: string | null;
  /** Whether this person's page can show the card: another call's may be open there. */
  readonly card: boolean;
  /** When this leg was answered; null = not yet. */
  readonly answeredAt: number | null;
  /** Epoch of the socket whose page named it last. */
  readonly holder: number | null;
  /** Whether it belongs to its call by a transfer that was announced. */
  readonly joined: boolean;
}

/**
 * Whether a call waits for its person's click, in whatever page they have: a customer wants to be called back, or the number
 * was tapped in the mobile app.
 */
export const waitsForClick = ({ key, type, state }: Pick<CallRecord, 'key' | 'type' | 'state'>): boolean =>
  state === 'ringing' && (type === CallType.callback || key.startsWith(mobileKey('')));

/** Legs of one call that the PBX does not name: same line and caller, ringing within this time (ms). */
export const SAME_CALL_MS = 10_000;

/** How long an unanswered call with a name waits for the queue to ring somebody else before it is finished (ms). */
export const QUEUE_GRACE_MS = 12_000;

/** The SIP Call-ID of a leg, as the PBX knows it. */
export const sipCallId = (leg: string): string => leg.split(';', 1)[0] ?? leg;

/** A new leg, as its browser reports it. */
export interface NewLeg {
  readonly leg: string;
  readonly group: string | null;
  readonly direction: Direction;
  readonly number: string;
  readonly line: string;
  readonly startedAt: number;
  readonly userId: number;
}

/**
 * Which call a new leg belongs to (docs/rules.md, rule 3): the one the PBX names, else an incoming call of the same line and
 * caller that began to ring for a colleague a moment ago. Outgoing legs are calls of their own.
 *
 * @param open calls that are neither finished nor failed
 * @returns the call, or null for a new one
 */
export function callOfNewLeg(
  leg: NewLeg,
  open: readonly (Pick<CallRecord, 'key' | 'direction' | 'number' | 'line' | 'startedAt' | 'state'> & {
    readonly users: readonly number[];
  })[],
): string | null {
  if (leg.direction === 'out') return null;
  if (leg.group !== null) {
    const named = groupKey(leg.group);
    return open.find((call) => call.key === named || call.key.startsWith(`${named}#`))?.key ?? null;
  }
  const same = open.find(
    (call) =>
      call.direction === 'in' &&
      call.state === 'ringing' &&
      call.key.startsWith('l:') &&
      call.number === leg.number &&
      call.line === leg.line &&
      Math.abs(call.startedAt - leg.startedAt) <= SAME_CALL_MS &&
      !call.users.includes(leg.userId),
  );
  return same?.key ?? null;
}

export const groupKey = (group: string): string => `g:${group}`;

/**
 * Key of a new call. A PBX may use a name again after the call was finished (a transfer back, say), so the count of
 * its earlier calls is appended.
 */
export function newCallKey(leg: Pick<NewLeg, 'leg' | 'group' | 'direction'>, earlier: number): string {
  if (leg.group === null || leg.direction === 'out') return `l:${leg.leg}`;
  return earlier === 0 ? groupKey(leg.group) : `${groupKey(leg.group)}#${earlier + 1}`;
}

export interface LegEnd {
  readonly at: number;
  readonly seconds: number;
  readonly status: CallStatus;
  readonly reason: string;
}

/** How a call ends, or that it goes on. */
export type EndDecision =
  | { readonly t: 'goes_on' }
  | { readonly t: 'ends'; readonly end: LegEnd; readonly finishAt: number };

/** Whole seconds from the first answer to `at`. */
export const talkedFor = (answeredAt: number | null, at: number): number =>
  answeredAt === null ? 0 : Math.max(0, Math.round((at - answeredAt) / 1000));

/**
 * What the end of one leg means for its call. A call that nobody answered ends with its last leg, and a queue gets a
 * moment to ring the next agent. A call that was answered ends with the leg it is talked on; but while a colleague's
 * leg lives, it is being handed over (a transfer) and goes on.
 *
 * @param ended the leg that has just ended
 * @param others the call's other legs
 * @param handover the transfer that is under way, if one is: its target may be about to ring, or is nobody of ours
 */
export function decideEnd(
  call: Pick<CallRecord, 'key' | 'state' | 'direction' | 'answeredLeg' | 'answeredAt' | 'handedOver'>,
  ended: Pick<LegRecord, 'leg'>,
  others: readonly Pick<LegRecord, 'leg' | 'live' | 'seenAt'>[],
  end: LegEnd,
  handover: Handover | null = null,
): EndDecision {
  if (others.some((leg) => leg.live)) return { t: 'goes_on' };
  if (call.state === 'talking') {
    const talked = ended.leg === call.answeredLeg ? null : others.find((leg) => leg.leg === call.answeredLeg);
    // The colleague did not answer: the conversation was over when the agent who had it left.
    if (talked)
      return ends({ at: end.at, seconds: talkedFor(call.answeredAt, talked.seenAt), status: '200', reason: '' });
    const whole = call.handedOver ? { ...end, seconds: talkedFor(call.answeredAt, end.at) } : end;
    if (handover === null) return ends(whole);
    const left = { ...whole, reason: `Transferred to ${handover.number}` };
    return ends(left, mayRingHere(handover) ? HANDOVER_GRACE_MS : 0);
  }
  if (call.state !== 'ringing') return { t: 'goes_on' };
  const { at } = end;
  // Several agents rang: no one leg's status is the call's. A redial's last attempt is.
  if (others.length > 0 && call.direction === 'in')
    return ends({ at, seconds: 0, status: '304', reason: '' }, graceOf(call.key));
  return ends({ ...end, seconds: 0 }, graceOf(call.key));
}

const graceOf = (key: string): number => (key.startsWith('g:') ? QUEUE_GRACE_MS : 0);
const ends = (end: LegEnd, grace = 0): EndDecision => ({ t: 'ends', end, finishAt: end.at + grace });

/** The end of a leg whose browser went away without a word; its length is what was last known to be alive. */
export function abandonedEnd(
  call: Pick<CallRecord, 'state' | 'answeredAt' | 'direction'>,
  answered: boolean,
  seenAt: number,
): LegEnd {
  const reason = 'The browser went away';
  if (!answered || call.answeredAt === null)
    return { at: seenAt, seconds: 0, status: call.direction === 'in' ? '304' : '603', reason };
  return { at: seenAt, seconds: talkedFor(call.answeredAt, seenAt), status: '200', reason };
}

/**
 * Whose card a call no longer needs: people of whose legs none lives. Who talks keeps it, and so does who talked last,
 * until a colleague's leg lives on without theirs.
 */
export function withoutCard(
  call: Pick<CallRecord, 'answeredBy' | 'state'>,
  legs: readonly Pick<LegRecord, 'userId' | 'live'>[],
): number[] {
  const lives = new Set(legs.filter((leg) => leg.live).map((leg) => leg.userId));
  const left = [...new Set(legs.map((leg) => leg.userId))].filter((user) => !lives.has(user));
  return lives.size > 0 ? left : left.filter((user) => user !== call.answeredBy);
}
