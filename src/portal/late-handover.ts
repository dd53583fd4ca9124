import { callHandedTo, type OpenHandover, sameParty } from './handover.ts';
import type { CallRecord, NewLeg } from './ledger.ts';

/**
 * How long a leg waits for its registration that a transfer may have brought about of which we were not told yet (ms):
 * the agent's connection was cut in that moment, and most are back by then. The colleague's card comes later by as much.
 */
export const UNTOLD_MS = 4000;

/** A call that Bitrix24 was not asked to register yet. */
export type UnregisteredCall = Pick<CallRecord, 'key' | 'number' | 'startedAt'> & {
  readonly users: readonly number[];
};

/**
 * Whether a new call may be the other end of a transfer: somebody who calls while a colleague talks to them, and that
 * colleague's phone is out of touch. A company's shared number looks the same, so this is a reason to wait and not to join.
 *
 * @param talks calls that are talked on by somebody whose phone is not connected: one that is has told of its transfers
 */
export const mayBeHandedOver = (
  leg: Pick<NewLeg, 'direction' | 'number' | 'userId' | 'startedAt'>,
  talks: readonly Pick<CallRecord, 'number' | 'answeredBy' | 'answeredAt'>[],
): boolean =>
  leg.direction === 'in' &&
  talks.some(
    ({ number, answeredBy, answeredAt }) =>
      answeredBy !== leg.userId && answeredAt !== null && answeredAt <= leg.startedAt && sameParty(leg.number, number),
  );

/**
 * The calls that are none, now that a transfer is told: its colleague's legs, which came before the word of it.
 *
 * @param answeredAt when the transferred call was answered, Unix ms; whatever rang before is no part of it
 * @returns their keys
 */
export const handedLate = (
  handover: OpenHandover,
  answeredAt: number,
  unregistered: readonly UnregisteredCall[],
  now: number,
): string[] =>
  unregistered
    .filter(({ number, startedAt, users }) => {
      const isMeant = (userId: number) => callHandedTo({ direction: 'in', number, userId }, [handover], now) !== null;
      return startedAt >= answeredAt && users.length > 0 && users.every(isMeant);
    })
    .map(({ key }) => key);
