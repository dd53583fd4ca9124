/** What was measured, what was aimed at, and whether it was reached. Pure: bench.ts measures and prints. */

export interface Spread {
  readonly n: number;
  readonly p50: number;
  readonly p95: number;
}

/**
 * The value that a share of all values does not exceed (nearest rank, so it is always one that was measured).
 *
 * @param values at least one, in any order
 * @param share 0 < share <= 1
 * @example quantile([3, 1, 2], 0.5) // 2
 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new Error('Nothing was measured.');
  return value;
}

export const spread = (values: readonly number[]): Spread => ({
  n: values.length,
  p50: quantile(values, 0.5),
  p95: quantile(values, 0.95),
});

export type Unit = 'x' | 'ms' | 'us' | 'bytes' | 'requests';

export interface Figure {
  /** Key in bench.json; stays the same over the years. */
  readonly id: string;
  readonly what: string;
  readonly unit: Unit;
  readonly measured: Spread;
  /** null: stands beside a figure for comparison. */
  readonly target: { readonly atMost: number; readonly of: 'p50' | 'p95' } | null;
  /** What lies behind the figure, one line. */
  readonly note?: string;
}

/** A figure that there is none of, and why. `fault`: it should have been there. */
export interface Unmeasured {
  readonly id: string;
  readonly what: string;
  readonly reason: string;
  readonly fault: boolean;
}

export type Outcome = Figure | Unmeasured;

export const isMeasured = (outcome: Outcome): outcome is Figure => 'measured' in outcome;

export type Verdict = 'ok' | 'missed' | 'no target';

export function verdictOf({ measured, target }: Figure): Verdict {
  if (target === null) return 'no target';
  return measured[target.of] <= target.atMost ? 'ok' : 'missed';
}

const DIGITS: Readonly<Record<Unit, number>> = { x: 2, ms: 0, us: 0, bytes: 0, requests: 0 };

/** @example show(1.149, 'x') // '1.15 x' */
export const show = (value: number, unit: Unit): string =>
  `${value.toFixed(DIGITS[unit])} ${unit === 'us' ? 'µs' : unit}`;

/** One outcome as a line for the terminal: measured, target, verdict; its note below. */
export function lineOf(outcome: Outcome): string {
  const what = outcome.what.padEnd(62);
  if (!isMeasured(outcome)) return `${what} not measured: ${outcome.reason}`;
  const { measured, unit, target, note } = outcome;
  const values = `p50 ${show(measured.p50, unit)}, p95 ${show(measured.p95, unit)}, n=${measured.n}`;
  const aim = target === null ? 'for comparison' : `target ${target.of} <= ${show(target.atMost, unit)}`;
  const head = `${what} ${values.padEnd(40)} ${aim.padEnd(28)} ${target === null ? '' : verdictOf(outcome)}`;
  return note === undefined ? head.trimEnd() : `${head.trimEnd()}\n    ${note}`;
}
