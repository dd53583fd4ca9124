/**
 * How far a record is. `arriving`: pieces come in. `whole`: the ledger knows that no more are expected. `attached`: Bitrix24
 * has it, the pieces are gone and this mark stays, so that a late piece begins no second record.
 */
export type RecordState = 'arriving' | 'whole' | 'attached';

/** The one row that says whose record this is. */
export interface RecordFacts {
  readonly portal: string;
  /** SIP Call-ID. */
  readonly leg: string;
  readonly userId: number;
  readonly state: RecordState;
  /** How many pieces there are to be; null until the browser has said so. */
  readonly expected: number | null;
  /** Unix ms of the newest piece. */
  readonly lastAt: number;
  readonly pieces: number;
  readonly bytes: number;
}

type Row = {
  portal: string;
  leg: string;
  user_id: number;
  state: RecordState;
  expected: number | null;
  last_at: number;
  pieces: number;
  bytes: number;
};

/** The pieces of one record, in the object's own SQLite. Without its tables it is nobody's and holds nothing. */
export class RecordStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  facts(): RecordFacts | null {
    const made = this.#sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'record'").toArray();
    const row = made.length > 0 ? this.#sql.exec<Row>('SELECT * FROM record').toArray()[0] : undefined;
    if (!row) return null;
    const { user_id: userId, last_at: lastAt, portal, leg, state, expected, pieces, bytes } = row;
    return { portal, leg, userId, state, expected, lastAt, pieces, bytes };
  }

  /** Makes the tables for a confirmed leg; a second first piece changes nothing. */
  begin(portal: string, leg: string, userId: number, now: number): void {
    this.#sql.exec(
      `CREATE TABLE IF NOT EXISTS record (
         one INTEGER PRIMARY KEY CHECK (one = 1), portal TEXT NOT NULL, leg TEXT NOT NULL, user_id INTEGER NOT NULL,
         state TEXT NOT NULL, expected INTEGER, last_at INTEGER NOT NULL,
         pieces INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0);
       CREATE TABLE IF NOT EXISTS piece (number INTEGER PRIMARY KEY, bytes BLOB NOT NULL);`,
    );
    this.#sql.exec(
      "INSERT OR IGNORE INTO record (one, portal, leg, user_id, state, last_at) VALUES (1, ?, ?, ?, 'arriving', ?)",
      portal,
      leg,
      userId,
      now,
    );
  }

  /** A piece that is there already stays as it is. */
  add(number: number, bytes: Uint8Array, now: number): void {
    const known = this.#sql.exec('SELECT 1 FROM piece WHERE number = ?', number).toArray().length > 0;
    this.#sql.exec('UPDATE record SET last_at = ?', now);
    if (known) return;
    this.#sql.exec('INSERT INTO piece (number, bytes) VALUES (?, ?)', number, bytes);
    // Counted here: to add the lengths up at each piece would read a row for every five seconds of the call.
    this.#sql.exec('UPDATE record SET pieces = pieces + 1, bytes = bytes + ?', bytes.byteLength);
  }

  expect(pieces: number, now: number): void {
    this.#sql.exec('UPDATE record SET expected = ?, last_at = ?', pieces, now);
  }

  setState(state: RecordState): void {
    this.#sql.exec('UPDATE record SET state = ?', state);
  }

  /**
   * The pieces from number `from` on, one after another, until they are about `limit` bytes.
   *
   * @returns null behind the last one; `next` is where to read on
   */
  read(from: number, limit: number): { readonly bytes: Uint8Array; readonly next: number } | null {
    const parts: Uint8Array[] = [];
    let size = 0;
    let next = from;
    for (const row of this.#sql.exec<{ number: number; bytes: ArrayBuffer }>(
      'SELECT number, bytes FROM piece WHERE number >= ? ORDER BY number',
      from,
    )) {
      if (size > 0 && size + row.bytes.byteLength > limit) break;
      parts.push(new Uint8Array(row.bytes));
      size += row.bytes.byteLength;
      next = row.number + 1;
    }
    if (parts.length === 0) return null;
    const bytes = new Uint8Array(size);
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.byteLength;
    }
    return { bytes, next };
  }

  /** Deletes the sound; the mark stays. */
  dropPieces(): void {
    this.#sql.exec('DELETE FROM piece');
    this.#sql.exec('UPDATE record SET pieces = 0, bytes = 0');
  }
}
