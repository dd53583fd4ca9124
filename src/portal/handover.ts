import type { NewLeg } from './ledger.ts';

/** A transfer that is under way: where the next leg of a call may come from. */
export interface Handover {
  readonly callKey: string;
  /** Who transfers, and the leg they talk on. */
  readonly fromUser: number;
  readonly kind: 'blind' | 'attended';
  /** The colleague; null = a number that is nobody's: a queue, or somebody outside. */
  readonly toUser: number | null;
  readonly number: string;
  /** Last news of it, Unix ms. */
  readonly at: number;
}

/** A handover as the choice of a call sees it: with its call's other party and line. */
export interface OpenHandover extends Handover {
  readonly customer: string;
  readonly line: string;
}

/** How long after its last news a handover still claims a new leg (ms): a colleague's phone rings for less. */
export const HANDOVER_LIFE_MS = 60_000;

/** How long a transferred call waits for the target's leg before it is finished (ms): a PBX rings at once. */
export const HANDOVER_GRACE_MS = 12_000;

/** Numbers with more digits are nobody's extension. */
const EXTENSION_DIGITS = 6;
/** Fewer digits make no telephone number of a town: two that merely end alike are not the same. */
const LEAST_DIGITS = 7;

const digitsOf = (number: string): string => number.replace(/\D/g, '');

/** Whether a number can only be one of the PBX's own. */
export const isExtension = (number: string): boolean => {
  const count = digitsOf(number).length;
  return count > 0 && count <= EXTENSION_DIGITS && !number.startsWith('+');
};

/** Whether two spellings mean the same telephone: with or without country code, with or without zeros in front. */
export function sameParty(a: string, b: string): boolean {
  const [x, y] = [a, b].map((number) => digitsOf(number).replace(/^0+/, '')) as [string, string];
  if (x === '' || y === '') return false;
  return x === y || (Math.min(x.length, y.length) >= LEAST_DIGITS && (x.endsWith(y) || y.endsWith(x)));
}

/**
 * The transferred call that a colleague's new leg belongs to. The leg shows the customer's number (the PBX has joined
 * them already), or, to the colleague whom the transfer names, the transferring agent's: an extension, or the line they
 * call out with.
 *
 * @param now Unix ms
 * @returns the call's key, or null
 */
export function callHandedTo(
  leg: Pick<NewLeg, 'direction' | 'number' | 'userId'>,
  handovers: readonly OpenHandover[],
  now: number,
): string | null {
  if (leg.direction === 'out') return null;
  const meant = handovers.find((handover) => {
    if (handover.at < now - HANDOVER_LIFE_MS || handover.fromUser === leg.userId) return false;
    if (sameParty(leg.number, handover.customer)) return handover.toUser === null || handover.toUser === leg.userId;
    const fromAgent = isExtension(leg.number) || sameParty(leg.number, handover.line);
    return handover.toUser === leg.userId && fromAgent;
  });
  return meant?.callKey ?? null;
}

/** Whether the target of a handover may still ring one of our phones after the first agent's leg has ended. */
export const mayRingHere = (handover: Handover): boolean => handover.toUser !== null || isExtension(handover.number);
