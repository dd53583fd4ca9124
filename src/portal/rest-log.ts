import type { RestCall } from '../bitrix24/rest.ts';

/** Bitrix24's Market asks for three days; one more, so that a weekend's fault can be read on Monday (ms). */
const KEEP_MS = 4 * 24 * 60 * 60_000;
/** At most so many rows; the newest stay. */
const KEEP_ROWS = 20_000;
/** Rows that one look may ask for. */
const PAGE = 200;

/** One REST command that the portal was sent. Holds no parameter but the call that it was about, and no word of the answer. */
export interface RestLogRow extends RestCall {
  readonly id: number;
}

/** What of the log is wanted: newest first. */
export interface RestLogQuery {
  /** Only rows older than this one; for the next page. */
  readonly before?: number;
  readonly method?: string;
  readonly call?: string;
  readonly failed?: boolean;
  /** 1-200; default 100. */
  readonly limit?: number;
}

type Row = { id: number; at: number; method: string; code: string; ms: number; together: number; call_key: string };

/** A call-back's key holds the customer's number: all but its last two digits are hidden. */
export const maskNumbers = (text: string): string =>
  text.startsWith('c:') ? text.replace(/\d(?=\d{2})(?=\d*$)/g, '\u2022') : text;

/** The log of the portal's REST calls, redacted by what it is made of. */
export class RestLog {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  note(call: RestCall): void {
    this.#sql.exec(
      'INSERT INTO rest_log (at, method, code, ms, together, call_key) VALUES (?, ?, ?, ?, ?, ?)',
      call.at,
      call.method,
      call.code,
      call.ms,
      call.together,
      maskNumbers(call.call),
    );
  }

  read(query: RestLogQuery): RestLogRow[] {
    const rows = this.#sql.exec<Row>(
      `SELECT * FROM rest_log WHERE id < ?1 AND (?2 = '' OR method = ?2 COLLATE NOCASE) AND (?3 = '' OR call_key = ?3)
         AND (?4 = 0 OR code <> '') ORDER BY id DESC LIMIT ?5`,
      query.before ?? Number.MAX_SAFE_INTEGER,
      query.method ?? '',
      query.call ?? '',
      query.failed ? 1 : 0,
      Math.min(PAGE, Math.max(1, query.limit ?? 100)),
    );
    return rows.toArray().map(({ call_key, ...row }) => ({ ...row, call: call_key }));
  }

  /** Drops what is older than it has to be kept, and what is too much. `now`: Unix ms. */
  sweep(now: number): void {
    this.#sql.exec('DELETE FROM rest_log WHERE at < ?', now - KEEP_MS);
    this.#sql.exec('DELETE FROM rest_log WHERE id <= (SELECT max(id) FROM rest_log) - ?', KEEP_ROWS);
  }
}
