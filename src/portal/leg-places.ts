import { callHandedTo } from './handover.ts';
import type { HandoverStore } from './handover-store.ts';
import { type CallRecord, callOfNewLeg, groupKey, type LegRecord, type NewLeg, newCallKey } from './ledger.ts';
import { type CallRow, toCall } from './ledger-rows.ts';
import type { LedgerStore } from './ledger-store.ts';

/** Finds a leg's call among what is on record, or makes one. */
export class LegPlaces {
  readonly #sql: SqlStorage;
  readonly #ledger: LedgerStore;
  readonly #handovers: HandoverStore;

  constructor(sql: SqlStorage, ledger: LedgerStore, handovers: HandoverStore) {
    this.#sql = sql;
    this.#ledger = ledger;
    this.#handovers = handovers;
  }

  /**
   * The call that a new leg belongs to, made where there is none.
   *
   * @param leg with `card`: whether its page can show the call's card
   * @param mayRingOn whether a call that has ended may ring again
   * @param now Unix ms
   */
  place(
    leg: NewLeg & { readonly card?: boolean },
    type: number,
    waiting: string,
    mayRingOn: (key: string) => boolean,
    now: number,
  ): { call: CallRecord; isNew: boolean } {
    const open = this.#sql
      .exec<CallRow>("SELECT * FROM call WHERE direction = 'in' AND state IN ('ringing', 'talking', 'ended')")
      .toArray()
      .filter((row) => row.state !== 'ended' || mayRingOn(row.key))
      .map((row) => ({ ...toCall(row), users: this.#ledger.legsOf(row.key).map((known) => known.userId) }));
    const named = leg.group === null ? null : callOfNewLeg(leg, open);
    const handed = named === null ? callHandedTo(leg, this.#handovers.open(mayRingOn), now) : null;
    const known = named ?? handed ?? callOfNewLeg(leg, open) ?? this.#callThatWasOver(leg);
    const key = known ?? newCallKey(leg, leg.group === null ? 0 : this.#callsOfGroup(leg.group));
    if (known === null) this.#ledger.insertCall({ ...leg, key, callId: null, type });
    this.#ledger.insertLeg(leg.leg, key, leg.userId, leg.startedAt, waiting);
    if (leg.card === false) this.#ledger.setCard(leg.leg, false);
    if (handed !== null) this.#join(leg.leg, handed, now);
    const call = this.#ledger.call(key);
    if (!call) throw new Error('a call that was just written is gone');
    return { call, isNew: known === null };
  }

  /** A browser that was cut off tells of its ringing when the call is on record already: no second call is made of it. */
  #callThatWasOver(leg: NewLeg): string | null {
    if (leg.group === null || leg.direction === 'out') return null;
    const newest = this.#sql
      .exec<CallRow>(
        `SELECT * FROM call WHERE (key = ?1 OR (key > ?1 || '#' AND key < ?1 || '$')) ORDER BY started_at DESC`,
        groupKey(leg.group),
      )
      .toArray()[0];
    return newest && newest.ended_at !== null && leg.startedAt <= newest.ended_at ? newest.key : null;
  }

  /** A leg that was counted to a call on record turns out to have been answered: it is a call of its own after all. */
  makeOwnCall(leg: LegRecord, at: number): string {
    const over = this.#ledger.call(leg.callKey);
    if (!over) throw new Error('a leg without a call');
    const key = `l:${leg.leg}`;
    const { type, direction, number, line } = over;
    this.#ledger.insertCall({ key, callId: null, type, direction, number, line, userId: leg.userId, startedAt: at });
    this.#sql.exec('UPDATE leg SET call_key = ? WHERE sip_call_id = ?', key, leg.leg);
    return key;
  }

  /** What was taken for a call of its own is part of another: its legs go there, and it has never been. */
  joinCall(from: string, to: string, now: number): void {
    for (const { leg } of this.#ledger.legsOf(from)) this.#join(leg, to, now);
    for (const table of ['leg', 'record'])
      this.#sql.exec(`UPDATE ${table} SET call_key = ? WHERE call_key = ?`, to, from);
    this.#sql.exec('DELETE FROM call WHERE key = ?', from);
  }

  #join(leg: string, key: string, now: number): void {
    this.#sql.exec('UPDATE leg SET joined = 1 WHERE sip_call_id = ?', leg);
    this.#handovers.renew(key, now);
  }

  #callsOfGroup(group: string): number {
    return Number(
      this.#sql
        // '$' follows '#': a range and no LIKE, for a name may hold its wild cards.
        .exec("SELECT count(*) AS n FROM call WHERE key = ?1 OR (key > ?1 || '#' AND key < ?1 || '$')", `g:${group}`)
        .one().n,
    );
  }
}
