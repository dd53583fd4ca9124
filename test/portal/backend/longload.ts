/** The counter behind "the handler is slow" (fact 1.5): what one report of a long load does. Times are Unix ms. */

const DAY_MS = 86_400_000;

export interface OvertimeState {
  /** options.maxTimeCount of the placement row. */
  readonly count: number;
  /** One value for all apps of the portal: a neighbour's first long load pushes it a day out for everybody. */
  readonly resetAt: number;
}

export interface OvertimeVerdict extends OvertimeState {
  readonly deleteRow: boolean;
}

/**
 * Counts one long load.
 * @param limit long loads that are forgiven per day; Bitrix24 says 10, so the 11th deletes the row
 */
export const countLongLoad = (state: OvertimeState, now: number, limit: number): OvertimeVerdict => {
  const startsAnew = state.count === 0 || state.resetAt < now;
  const count = (startsAnew ? 0 : state.count) + 1;
  return { count, resetAt: startsAnew ? now + DAY_MS : state.resetAt, deleteRow: count > limit };
};
