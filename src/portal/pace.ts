/**
 * How fast a portal may be called. The cloud counts requests in a leaky bucket: two drain a second, above fifty it answers
 * 503 (fact 6). It counts everybody who calls from our address, so we keep well below, and the less urgent a call is, the
 * more room it leaves: a backlog of finishes never stands in the way of a card that a person waits for.
 */
export interface Bucket {
  /** Requests that have not drained yet. */
  readonly level: number;
  /** When that was so, Unix ms. */
  readonly at: number;
}

const DRAIN_PER_SECOND = 2;
/** Above this the portal refuses. */
export const BLOCK = 50;

export type Urgency = 'register' | 'card' | 'customer' | 'finish' | 'rest' | 'record';

/** Up to which level a call of this urgency still goes out. */
const CEILING: Readonly<Record<Urgency, number>> = {
  register: 45,
  card: 40,
  customer: 35,
  finish: 30,
  rest: 25,
  record: 20,
};

const METHODS: readonly (readonly [RegExp, Urgency])[] = [
  [/^telephony\.externalcall\.register$/, 'register'],
  // Who calls back is chosen by a look-up, and without the placement there is no phone at all.
  [/^telephony\.externalcall\.(show|hide|searchcrmentities)$|^placement\.|^profile$|^app\.info$/, 'card'],
  [/^crm\./, 'customer'],
  [/^telephony\.externalcall\.finish$/, 'finish'],
  [/^telephony\.externalcall\.attach/, 'record'],
];

/** How urgent a REST method is. @example urgencyOf('telephony.externalCall.finish') // 'finish' */
export function urgencyOf(method: string): Urgency {
  const name = method.toLowerCase();
  return METHODS.find(([pattern]) => pattern.test(name))?.[1] ?? 'rest';
}

/** The more urgent of two. */
export const moreUrgent = (a: Urgency, b: Urgency): Urgency => (CEILING[a] >= CEILING[b] ? a : b);

/** Requests in the bucket at `now` (Unix ms). A clock that went back drains nothing. */
export const levelAt = (bucket: Bucket, now: number): number =>
  Math.max(0, bucket.level - (Math.max(0, now - bucket.at) / 1000) * DRAIN_PER_SECOND);

/** The bucket after one more request. */
export const pour = (bucket: Bucket, now: number): Bucket => ({ level: levelAt(bucket, now) + 1, at: now });

/** The bucket after the portal said that it is full: others have called from our address too. */
export const full = (now: number): Bucket => ({ level: BLOCK, at: now });

/**
 * How long a call of this urgency has to wait, ms; 0 = it may go now.
 *
 * @param now Unix ms
 */
export function waitFor(bucket: Bucket, urgency: Urgency, now: number): number {
  const over = levelAt(bucket, now) + 1 - CEILING[urgency];
  return over <= 0 ? 0 : Math.ceil((over / DRAIN_PER_SECOND) * 1000);
}

/** So many requests in a row without any answer, and the portal counts as away. */
const AWAY_AFTER = 3;
/** Longest time between two looks whether it is back (s): calls of an outage of hours are on record a minute after it. */
const LONGEST_LOOK_S = 60;

export const isAway = (failures: number): boolean => failures >= AWAY_AFTER;

/**
 * When a portal that is away is asked again, ms from its last silence; 0 = it is not away. Until then only what a person
 * waits for tries.
 *
 * @param failures requests in a row without an answer
 * @param random 0 <= random < 1
 */
export function lookAfter(failures: number, random: number): number {
  if (!isAway(failures)) return 0;
  const seconds = Math.min(LONGEST_LOOK_S, 2 ** Math.min(failures - AWAY_AFTER, 10));
  return Math.round(seconds * 1000 * (0.75 + random / 2));
}
