import type { Handover, OpenHandover } from './handover.ts';
import type { CallState } from './ledger.ts';

type HandoverRow = {
  call_key: string;
  from_user: number;
  kind: Handover['kind'];
  to_user: number | null;
  number: string;
  at: number;
};

const toHandover = (row: HandoverRow): Handover => ({
  callKey: row.call_key,
  fromUser: row.from_user,
  kind: row.kind,
  toUser: row.to_user,
  number: row.number,
  at: row.at,
});

/** The transfers that are under way. */
export class HandoverStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  of(key: string): Handover | null {
    const row = this.#sql.exec<HandoverRow>('SELECT * FROM handover WHERE call_key = ?', key).toArray()[0];
    return row ? toHandover(row) : null;
  }

  set(handover: Handover): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO handover (call_key, from_user, kind, to_user, number, at) VALUES (?, ?, ?, ?, ?, ?)',
      handover.callKey,
      handover.fromUser,
      handover.kind,
      handover.toUser,
      handover.number,
      handover.at,
    );
  }

  drop(key: string): void {
    this.#sql.exec('DELETE FROM handover WHERE call_key = ?', key);
  }

  /** There is news of it: its life is counted from here. */
  renew(key: string, now: number): void {
    this.#sql.exec('UPDATE handover SET at = ? WHERE call_key = ?', now, key);
  }

  /** Those that a new leg may belong to, the latest news first. `mayRingOn`: whether a call that has ended may ring again. */
  open(mayRingOn: (key: string) => boolean): OpenHandover[] {
    return this.#sql
      .exec<HandoverRow & { customer: string; line: string; state: CallState }>(
        `SELECT handover.*, call.number AS customer, call.line, call.state FROM handover JOIN call ON call.key = call_key
         WHERE call.state IN ('talking', 'ended') ORDER BY at DESC`,
      )
      .toArray()
      .filter((row) => row.state === 'talking' || mayRingOn(row.call_key))
      .map((row) => ({ ...toHandover(row), customer: row.customer, line: row.line }));
  }
}
