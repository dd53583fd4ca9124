/** Bitrix24 counts long loads per day, and its day starts with the first one (fact 1.5). */
export const WINDOW_MS = 24 * 60 * 60 * 1000;

/** A running count of strikes; `startedAt` null = none yet. */
export interface StrikeWindow {
  readonly startedAt: number | null;
  readonly count: number;
}

/** Counts a strike at `at` (Unix ms): into the running window, or as the first of a new one. */
export function countStrike(window: StrikeWindow, at: number): StrikeWindow {
  if (window.startedAt === null || at - window.startedAt >= WINDOW_MS) return { startedAt: at, count: 1 };
  return { startedAt: window.startedAt, count: window.count + 1 };
}

/** What /status shows at `now`: a window that is over counts nothing. */
export function strikesToday(window: StrikeWindow, now: number): { count: number; resetsAt: number | null } {
  if (window.startedAt === null || now - window.startedAt >= WINDOW_MS) return { count: 0, resetsAt: null };
  return { count: window.count, resetsAt: window.startedAt + WINDOW_MS };
}

/** Whether a load of `ms` is a strike. Bitrix24 compares with "more than". */
export const isStrike = (ms: number, strikeMs: number): boolean => ms > strikeMs;

/**
 * Nearest-rank percentile.
 *
 * @param p 0 < p <= 100
 * @returns null for no values
 */
export function percentile(values: readonly number[], p: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)] ?? null;
}
