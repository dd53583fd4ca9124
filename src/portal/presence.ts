import type { NotReady, PhoneState } from '../protocol/frame.ts';
import type { Presence } from '../protocol/status.ts';
import { isSilent } from './reachable.ts';

/** For so long a person who goes from one page to the next counts as they did before (ms). */
export const BETWEEN_PAGES_MS = 5000;
/** Whoever was seen within this time may be loading a page whose phone takes a click (ms): a page load on a bad network. */
export const LOADING_MS = 10_000;

/** What is known of one person's phone. */
export interface PhoneKnown {
  /** When it was last heard, Unix ms; null = none is open. */
  readonly heardAt: number | null;
  /** What it said last; null = nothing yet. */
  readonly state: PhoneState | null;
  readonly doNotDisturb: boolean;
}

/** How somebody's phone stands. `reason`: with `not_ready`. */
export interface Standing {
  readonly presence: Presence;
  readonly reason?: NotReady;
}

/**
 * How somebody's phone stands now. Who talks, talks, whatever else is wrong; and a phone that could not ring is a fault,
 * whether calls are wanted or not.
 *
 * @param now Unix ms
 */
export function presenceOf({ heardAt, state, doNotDisturb }: PhoneKnown, now: number): Standing {
  if (heardAt === null || isSilent(heardAt, now)) return { presence: 'away' };
  if (state?.talking) return { presence: 'talking' };
  if (state?.ready !== true) return { presence: 'not_ready', reason: state?.reason ?? 'starting' };
  return { presence: doNotDisturb ? 'do_not_disturb' : 'reachable' };
}

/** Whether a call would ring there and could be answered; whether it is wanted is another question. */
export const wouldRing = ({ heardAt, state }: PhoneKnown, now: number): boolean =>
  heardAt !== null && !isSilent(heardAt, now) && state?.ready === true;

/**
 * What colleagues see: a page load is no absence, so for its time a person stands as before.
 *
 * @param before as they stood until now; null = not known
 * @param seenAt when the last page went or the newest came, Unix ms
 */
export function seenByOthers(found: Standing, before: Standing | null, seenAt: number, now: number): Standing {
  const loads = found.presence === 'away' || found.reason === 'starting';
  return loads && before && now - seenAt < BETWEEN_PAGES_MS ? before : found;
}

/**
 * When the first of these people would be seen otherwise though nothing happens: whoever stands as before for the time of a
 * page load does so until then. Null = nobody does.
 *
 * @param people `seenAt`: as for {@link seenByOthers}
 */
export function nextSettled(
  people: readonly { readonly found: Standing; readonly seenAt: number }[],
  now: number,
): number | null {
  const ends = people
    .filter(({ found }) => found.presence === 'away' || found.reason === 'starting')
    .map(({ seenAt }) => seenAt + BETWEEN_PAGES_MS)
    .filter((at) => at > now);
  return ends.length === 0 ? null : Math.min(...ends);
}

/** Why nobody will dial what a person has clicked. */
export type Unreached = 'no_phone' | 'silent';

/**
 * Whether a click can be given up at once; null = a phone is there, or may just be loading.
 *
 * @param heardAt when the phone was last heard, Unix ms; null = none is open
 * @param seenAt when the person was last seen, Unix ms; null = never
 */
export function unreached(heardAt: number | null, seenAt: number | null, now: number): Unreached | null {
  if (heardAt !== null) return isSilent(heardAt, now) ? 'silent' : null;
  return seenAt !== null && now - seenAt < LOADING_MS ? null : 'no_phone';
}
