import type { CallStatus, Direction } from '../protocol/frame.ts';

/** One call of the ledger, as far as figures need it. Times are Unix ms. */
export interface CallFigures {
  readonly startedAt: number;
  /** Who talked last, else who rang first or dialled; 0 = nobody was chosen yet. */
  readonly userId: number;
  readonly direction: Direction;
  readonly status: CallStatus | null;
  /** Talk time, whole seconds. */
  readonly seconds: number;
  /** Mean opinion score, 1-4.5; null = not measured. */
  readonly mos: number | null;
}

export type Outcome = 'answered' | 'missed' | 'busy' | 'declined' | 'no_answer' | 'failed' | 'open';

/** Calls of one day, agent, direction and outcome together. */
export interface StatisticsRow {
  /** `2026-11-22`, UTC. */
  readonly day: string;
  readonly userId: number;
  readonly direction: Direction;
  readonly outcome: Outcome;
  readonly calls: number;
  readonly talkSeconds: number;
  /** Mean of the calls that were measured, two decimals; null = none was. */
  readonly mos: number | null;
}

const OUTCOMES: Readonly<Partial<Record<CallStatus, Outcome>>> = {
  '200': 'answered',
  '304': 'missed',
  '486': 'busy',
  '603': 'declined',
  '603-S': 'declined',
  '480': 'no_answer',
};

/** What a STATUS_CODE means in one word; a call without one still goes on. */
export const outcomeOf = (status: CallStatus | null): Outcome =>
  status === null ? 'open' : (OUTCOMES[status] ?? 'failed');

/** The day of a moment, UTC. @param at Unix ms */
export const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** Adds calls up, the newest day first, then by agent, direction and outcome. */
export function summarise(calls: Iterable<CallFigures>): StatisticsRow[] {
  const groups = new Map<string, { row: StatisticsRow; measured: number; sum: number }>();
  for (const { startedAt, userId, direction, status, seconds, mos } of calls) {
    const key = { day: dayOf(startedAt), userId, direction, outcome: outcomeOf(status) };
    const name = Object.values(key).join(' ');
    const group = groups.get(name) ?? { row: { ...key, calls: 0, talkSeconds: 0, mos: null }, measured: 0, sum: 0 };
    const { calls: count, talkSeconds } = group.row;
    groups.set(name, {
      row: { ...group.row, calls: count + 1, talkSeconds: talkSeconds + seconds },
      measured: group.measured + (mos === null ? 0 : 1),
      sum: group.sum + (mos ?? 0),
    });
  }
  const rows = [...groups.values()].map(({ row, measured, sum }) => ({
    ...row,
    mos: measured === 0 ? null : Math.round((sum / measured) * 100) / 100,
  }));
  return rows.sort(
    (a, b) =>
      b.day.localeCompare(a.day) ||
      a.userId - b.userId ||
      a.direction.localeCompare(b.direction) ||
      a.outcome.localeCompare(b.outcome),
  );
}

/** A row with the agent's name, as it is answered. */
export interface NamedRow extends StatisticsRow {
  readonly agent: string;
}

/**
 * One field of a CSV line. A spreadsheet takes a field that begins with = + - @, tab or return for a formula, so a name that
 * does gets an apostrophe (OWASP, CSV injection); quotes are doubled (RFC 4180 section 2).
 */
export function csvField(value: string | number | null): string {
  if (typeof value === 'number') return String(value);
  const text = value ?? '';
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",;\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const COLUMNS = ['day', 'userId', 'agent', 'direction', 'outcome', 'calls', 'talkSeconds', 'mos'] as const;

/** The rows as CSV with a head line (RFC 4180: lines end with CRLF). */
export const toCsv = (rows: readonly NamedRow[]): string =>
  [COLUMNS.join(','), ...rows.map((row) => COLUMNS.map((column) => csvField(row[column])).join(','))]
    .map((line) => `${line}\r\n`)
    .join('');
