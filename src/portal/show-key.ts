import type { CallRecord, CallState } from './ledger.ts';

/** Marks the key of a card that is closed first. */
const ANEW = 'anew ';

/**
 * Key of the job that raises a call's card for one more employee. It remembers what the call was doing: a colleague who
 * is rung by a transfer sees the card of a call that is talked on, but one of a queue sees no card after somebody answered.
 *
 * @param anew the person's cards of this call are closed first
 */
export const showKey = (call: Pick<CallRecord, 'key' | 'state'>, userId: number, anew = false): string =>
  `${userId}|${anew ? ANEW : ''}${call.state}|${call.key}`;

/** Reads what {@link showKey} wrote. */
export function readShowKey(key: string): { userId: number; state: CallState; anew: boolean; callKey: string } {
  const [userId = '', how = '', ...rest] = key.split('|');
  const anew = how.startsWith(ANEW);
  const state = (anew ? how.slice(ANEW.length) : how) as CallState;
  return { userId: Number(userId), state, anew, callKey: rest.join('|') };
}
