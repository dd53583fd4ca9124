import { addToCounter, readCounter, writeCounter } from './records.ts';
import { countStrike, isStrike, percentile, strikesToday } from './strikes.ts';

/** Percentiles on /status are taken over this many newest loads. */
const KEPT_LOADS = 256;
/** Strikes shown on /status. */
const SHOWN_STRIKES = 10;

export type LoadSource = 'vitals' | 'socket';

/** Slow loads a minute that are counted; a portal's pages cannot load slowly more often than this honestly. */
const STRIKES_A_MINUTE = 60;

/**
 * Writes one frame load (ms, as the browser saw it) down; a long one is a strike.
 *
 * @returns false for a strike beyond {@link STRIKES_A_MINUTE}: it is not counted
 */
export function noteLoad(sql: SqlStorage, ms: number, at: number, source: LoadSource, strikeMs: number): boolean {
  if (isStrike(ms, strikeMs) && recentStrikes(sql, at) >= STRIKES_A_MINUTE) return false;
  const loads = readCounter(sql, 'loads');
  sql.exec('INSERT OR REPLACE INTO load (slot, at, ms) VALUES (?, ?, ?)', loads % KEPT_LOADS, at, ms);
  writeCounter(sql, 'loads', loads + 1);
  writeCounter(sql, 'last_load_at', at);
  if (!isStrike(ms, strikeMs)) return true;
  addToCounter(sql, 'slow', 1);
  addToCounter(sql, 'strikes', 1);
  sql.exec('INSERT INTO strike (at, ms, source) VALUES (?, ?, ?)', at, ms, source);
  const started = readCounter(sql, 'window_start');
  const window = countStrike({ startedAt: started || null, count: readCounter(sql, 'window_count') }, at);
  writeCounter(sql, 'window_start', window.startedAt ?? 0);
  writeCounter(sql, 'window_count', window.count);
  return true;
}

/** Counted from the newest, so that the strikes of a month are not all looked at. */
const recentStrikes = (sql: SqlStorage, now: number): number =>
  sql
    .exec<{ at: number }>('SELECT at FROM strike ORDER BY id DESC LIMIT ?', STRIKES_A_MINUTE)
    .toArray()
    .filter((strike) => strike.at > now - 60_000).length;

/** The loads' part of /status. */
export function readLoads(sql: SqlStorage, now: number) {
  const samples = sql
    .exec<{ ms: number }>('SELECT ms FROM load')
    .toArray()
    .map((row) => row.ms);
  const started = readCounter(sql, 'window_start');
  const today = strikesToday({ startedAt: started || null, count: readCounter(sql, 'window_count') }, now);
  return {
    loads: readCounter(sql, 'loads'),
    slow: readCounter(sql, 'slow'),
    p50: percentile(samples, 50),
    p95: percentile(samples, 95),
    lastAt: readCounter(sql, 'last_load_at') || null,
    today: today.count,
    resetsAt: today.resetsAt,
    total: readCounter(sql, 'strikes'),
    unverified: readCounter(sql, 'unverified'),
    last: sql
      .exec<{ at: number; ms: number; source: LoadSource }>(
        'SELECT at, ms, source FROM strike ORDER BY id DESC LIMIT ?',
        SHOWN_STRIKES,
      )
      .toArray(),
  };
}
