import type { CallStatus, Direction } from '../protocol/frame.ts';
import { type CallFigures, type StatisticsRow, summarise } from '../statistics/summary.ts';

type Row = {
  started_at: number;
  user_id: number;
  answered_by: number | null;
  direction: Direction;
  state: string;
  status: CallStatus | null;
  seconds: number | null;
  mos: number | null;
};

/** Reads the ledger's calls one by one: a busy month has more than should be in memory at once. */
function* calls(sql: SqlStorage, from: number, to: number): Generator<CallFigures> {
  const rows = sql.exec<Row>(
    `SELECT started_at, user_id, answered_by, direction, state, status, seconds, mos FROM call
     WHERE started_at >= ? AND started_at < ?`,
    from,
    to,
  );
  for (const row of rows)
    yield {
      startedAt: row.started_at,
      userId: row.answered_by ?? row.user_id,
      direction: row.direction,
      // A queue that rings on keeps the status of its first end.
      status: row.state === 'ringing' || row.state === 'talking' ? null : (row.status ?? 'OTHER'),
      seconds: row.seconds ?? 0,
      mos: row.mos,
    };
}

/** The portal's calls that began in [from, to), Unix ms, added up. */
export const figures = (sql: SqlStorage, from: number, to: number): StatisticsRow[] => summarise(calls(sql, from, to));
