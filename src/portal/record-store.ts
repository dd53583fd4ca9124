/**
 * How far the record of a leg is, as the ledger knows it. `arriving`: the browser records or uploads. `whole`: all of it is
 * here, or the PBX has it. `attached`: Bitrix24 has it, the Recording is still to be told. `done`. `failed`: given up.
 */
export type LegRecordState = 'arriving' | 'whole' | 'attached' | 'done' | 'failed';

/** What the ledger knows of the record of one leg; the sound itself is in the Recording's object, or at the PBX. */
export interface LegRecordRow {
  readonly leg: string;
  readonly callKey: string;
  readonly source: 'browser' | 'pbx';
  readonly state: LegRecordState;
  readonly bytes: number;
  readonly begunAt: number;
  /** How often Bitrix24 has refused it. */
  readonly refusals: number;
  /** Why it was given up; null unless `failed`. */
  readonly reason: string | null;
}

type Row = {
  leg: string;
  call_key: string;
  source: 'browser' | 'pbx';
  state: LegRecordState;
  bytes: number;
  begun_at: number;
  refusals: number;
  reason: string | null;
};

const toRecord = (row: Row): LegRecordRow => ({
  leg: row.leg,
  callKey: row.call_key,
  source: row.source,
  state: row.state,
  bytes: row.bytes,
  begunAt: row.begun_at,
  refusals: row.refusals,
  reason: row.reason,
});

/** The ledger's table of records. */
export class LegRecords {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  find(leg: string): LegRecordRow | null {
    const row = this.#sql.exec<Row>('SELECT * FROM record WHERE leg = ?', leg).toArray()[0];
    return row ? toRecord(row) : null;
  }

  /** Of one call, in the order in which they began. */
  ofCall(callKey: string): LegRecordRow[] {
    return this.#sql
      .exec<Row>('SELECT * FROM record WHERE call_key = ? ORDER BY begun_at, leg', callKey)
      .toArray()
      .map(toRecord);
  }

  /** Every leg whose sound a Recording may still hold. */
  held(): string[] {
    return this.#sql
      .exec<{ leg: string }>("SELECT leg FROM record WHERE source = 'browser' AND state <> 'done'")
      .toArray()
      .map((row) => row.leg);
  }

  /** Begins, or begins again after a pause that was taken for the end. */
  begin(leg: string, callKey: string, source: 'browser' | 'pbx', now: number): void {
    this.#sql.exec(
      `INSERT INTO record (leg, call_key, source, state, bytes, begun_at) VALUES (?, ?, ?, ?, 0, ?)
       ON CONFLICT (leg) DO UPDATE SET state = excluded.state, refusals = 0, reason = NULL`,
      leg,
      callKey,
      source,
      source === 'browser' ? 'arriving' : 'whole',
      now,
    );
  }

  setWhole(leg: string, bytes: number): void {
    this.#sql.exec("UPDATE record SET state = 'whole', bytes = ? WHERE leg = ?", bytes, leg);
  }

  setState(leg: string, state: LegRecordState): void {
    this.#sql.exec('UPDATE record SET state = ? WHERE leg = ?', state, leg);
  }

  /** Bitrix24 has these; one that goes on arriving meanwhile is not among them. */
  setAttached(records: readonly LegRecordRow[]): void {
    for (const { leg, bytes } of records)
      this.#sql.exec(
        "UPDATE record SET state = 'attached' WHERE leg = ? AND bytes = ? AND state = 'whole'",
        leg,
        bytes,
      );
  }

  addRefusal(callKey: string): void {
    this.#sql.exec("UPDATE record SET refusals = refusals + 1 WHERE call_key = ? AND state = 'whole'", callKey);
  }

  /** Given up: what is not attached yet keeps the reason. */
  setFailed(callKey: string, reason: string): void {
    this.#sql.exec(
      "UPDATE record SET state = 'failed', reason = ? WHERE call_key = ? AND state = 'whole'",
      reason,
      callKey,
    );
  }

  /** Forgets records of calls that are gone. */
  forgetOrphans(): void {
    this.#sql.exec('DELETE FROM record WHERE call_key NOT IN (SELECT key FROM call)');
  }
}
