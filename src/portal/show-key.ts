import type { CallRecord, CallState } from './ledger.ts';

/**
 * Key of the job that raises a call's card for one more employee. It remembers what the call was doing: a colleague who
 * is rung by a transfer sees the card of a call that is talked on, but one of a queue sees no card after somebody answered.
 */
export const showKey = (call: Pick<CallRecord, 'key' | 'state'>, userId: number): string =>
  `${userId}|${call.state}|${call.key}`;

/** Reads what {@link showKey} wrote. */
export function readShowKey(key: string): { userId: number; state: CallState; callKey: string } {
  const [userId = '', state = '', ...rest] = key.split('|');
  return { userId: Number(userId), state: state as CallState, callKey: rest.join('|') };
}
