import type { CallQuality, CallStatus, Direction } from '../protocol/frame.ts';
import { callHandedTo, type Handover, type OpenHandover } from './handover.ts';
import {
  type CallRecord,
  type CallState,
  callOfNewLeg,
  groupKey,
  type LegEnd,
  type LegRecord,
  type NewLeg,
  newCallKey,
} from './ledger.ts';

type CallRow = {
  key: string;
  call_id: string | null;
  type: number;
  direction: Direction;
  number: string;
  line: string;
  state: CallState;
  user_id: number;
  started_at: number;
  answered_by: number | null;
  answered_leg: string | null;
  handed_over: number;
  answered_at: number | null;
  ended_at: number | null;
  seconds: number | null;
  status: CallStatus | null;
  reason: string | null;
  vote: number | null;
};

type LegRow = {
  sip_call_id: string;
  call_key: string;
  user_id: number;
  live: number;
  status: CallStatus | null;
  seen_at: number;
  waiting: string | null;
  card: number;
  answered_at: number | null;
  joined: number;
  holder: number | null;
};

type HandoverRow = {
  call_key: string;
  from_user: number;
  kind: Handover['kind'];
  to_user: number | null;
  number: string;
  at: number;
};

const toCall = (row: CallRow): CallRecord => ({
  key: row.key,
  callId: row.call_id,
  type: row.type,
  direction: row.direction,
  number: row.number,
  line: row.line,
  state: row.state,
  userId: row.user_id,
  startedAt: row.started_at,
  answeredBy: row.answered_by,
  answeredLeg: row.answered_leg,
  handedOver: row.handed_over === 1,
  answeredAt: row.answered_at,
  endedAt: row.ended_at,
  seconds: row.seconds,
  status: row.status,
  reason: row.reason,
  vote: row.vote,
});

const toLeg = (row: LegRow): LegRecord => ({
  leg: row.sip_call_id,
  callKey: row.call_key,
  userId: row.user_id,
  live: row.live === 1,
  status: row.status,
  seenAt: row.seen_at,
  waiting: row.waiting,
  card: row.card === 1,
  answeredAt: row.answered_at,
  joined: row.joined === 1,
  holder: row.holder,
});

const toHandover = (row: HandoverRow): Handover => ({
  callKey: row.call_key,
  fromUser: row.from_user,
  kind: row.kind,
  toUser: row.to_user,
  number: row.number,
  at: row.at,
});

/** The ledger's rows. Says what is written, never what it means: that is ledger.ts. */
export class LedgerStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  call(key: string): CallRecord | null {
    const row = this.#sql.exec<CallRow>('SELECT * FROM call WHERE key = ?', key).toArray()[0];
    return row ? toCall(row) : null;
  }

  callById(callId: string): CallRecord | null {
    const row = this.#sql.exec<CallRow>('SELECT * FROM call WHERE call_id = ?', callId).toArray()[0];
    return row ? toCall(row) : null;
  }

  leg(leg: string): LegRecord | null {
    const row = this.#sql.exec<LegRow>('SELECT * FROM leg WHERE sip_call_id = ?', leg).toArray()[0];
    return row ? toLeg(row) : null;
  }

  legsOf(key: string): LegRecord[] {
    return this.#sql.exec<LegRow>('SELECT * FROM leg WHERE call_key = ?', key).toArray().map(toLeg);
  }

  liveLegsOfUser(userId: number): LegRecord[] {
    return this.#sql
      .exec<LegRow>('SELECT * FROM leg WHERE user_id = ? AND live = 1 ORDER BY rowid', userId)
      .toArray()
      .map(toLeg);
  }

  /**
   * The call that a new leg belongs to, made where there is none.
   *
   * @param leg with `card`: whether its page can show the call's card
   * @param mayRingOn whether a call that has ended may ring again
   * @param now Unix ms
   */
  placeLeg(
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
      .map((row) => ({ ...toCall(row), users: this.legsOf(row.key).map((known) => known.userId) }));
    const named = leg.group === null ? null : callOfNewLeg(leg, open);
    const handed = named === null ? callHandedTo(leg, this.#openHandovers(mayRingOn), now) : null;
    const known = named ?? handed ?? callOfNewLeg(leg, open) ?? this.#callThatWasOver(leg);
    const key = known ?? newCallKey(leg, leg.group === null ? 0 : this.#callsOfGroup(leg.group));
    if (known === null) this.insertCall({ ...leg, key, callId: null, type });
    this.insertLeg(leg.leg, key, leg.userId, leg.startedAt, waiting);
    if (leg.card === false) this.setCard(leg.leg, false);
    if (handed !== null) this.#join(leg.leg, handed, now);
    const call = this.call(key);
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
    const over = this.call(leg.callKey);
    if (!over) throw new Error('a leg without a call');
    const key = `l:${leg.leg}`;
    const { type, direction, number, line } = over;
    this.insertCall({ key, callId: null, type, direction, number, line, userId: leg.userId, startedAt: at });
    this.#sql.exec('UPDATE leg SET call_key = ? WHERE sip_call_id = ?', key, leg.leg);
    return key;
  }

  #openHandovers(mayRingOn: (key: string) => boolean): OpenHandover[] {
    return this.#sql
      .exec<HandoverRow & { customer: string; line: string; state: CallState }>(
        `SELECT handover.*, call.number AS customer, call.line, call.state FROM handover JOIN call ON call.key = call_key
         WHERE call.state IN ('talking', 'ended') ORDER BY at DESC`,
      )
      .toArray()
      .filter((row) => row.state === 'talking' || mayRingOn(row.call_key))
      .map((row) => ({ ...toHandover(row), customer: row.customer, line: row.line }));
  }

  #join(leg: string, key: string, now: number): void {
    this.#sql.exec('UPDATE leg SET joined = 1 WHERE sip_call_id = ?', leg);
    this.#sql.exec('UPDATE handover SET at = ? WHERE call_key = ?', now, key);
  }

  handover(key: string): Handover | null {
    const row = this.#sql.exec<HandoverRow>('SELECT * FROM handover WHERE call_key = ?', key).toArray()[0];
    return row ? toHandover(row) : null;
  }

  setHandover(handover: Handover): void {
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

  dropHandover(key: string): void {
    this.#sql.exec('DELETE FROM handover WHERE call_key = ?', key);
  }

  setCard(leg: string, card: boolean): void {
    this.#sql.exec('UPDATE leg SET card = ? WHERE sip_call_id = ?', card ? 1 : 0, leg);
  }

  setLegAnswered(leg: string, at: number): void {
    this.#sql.exec('UPDATE leg SET answered_at = coalesce(answered_at, ?) WHERE sip_call_id = ?', at, leg);
  }

  setQuality(key: string, quality: CallQuality): void {
    this.#sql.exec(
      'UPDATE call SET mos = ?, jitter_ms = ?, loss_percent = ?, rtt_ms = ?, one_way_s = ? WHERE key = ?',
      quality.mos,
      quality.jitterMs,
      quality.lossPercent,
      quality.rttMs,
      quality.oneWayS,
      key,
    );
  }

  #callsOfGroup(group: string): number {
    return Number(
      this.#sql
        // '$' follows '#': a range and no LIKE, for a name may hold its wild cards.
        .exec("SELECT count(*) AS n FROM call WHERE key = ?1 OR (key > ?1 || '#' AND key < ?1 || '$')", `g:${group}`)
        .one().n,
    );
  }

  insertCall(call: {
    key: string;
    callId: string | null;
    type: number;
    direction: Direction;
    number: string;
    line: string;
    userId: number;
    startedAt: number;
  }): void {
    this.#sql.exec(
      `INSERT INTO call (key, call_id, type, direction, number, line, state, user_id, started_at)
       VALUES (?, ?, ?, ?, ?, ?, 'ringing', ?, ?)`,
      call.key,
      call.callId,
      call.type,
      call.direction,
      call.number,
      call.line,
      call.userId,
      call.startedAt,
    );
  }

  insertLeg(leg: string, key: string, userId: number, at: number, waiting: string | null): void {
    this.#sql.exec(
      'INSERT INTO leg (sip_call_id, call_key, user_id, live, seen_at, waiting) VALUES (?, ?, ?, 1, ?, ?)',
      leg,
      key,
      userId,
      at,
      waiting,
    );
  }

  setWaiting(leg: string, waiting: string | null): void {
    this.#sql.exec('UPDATE leg SET waiting = ? WHERE sip_call_id = ?', waiting, leg);
  }

  setRegistered(key: string, callId: string): void {
    this.#sql.exec('UPDATE call SET call_id = ? WHERE key = ?', callId, key);
  }

  setFailed(key: string, reason: string): void {
    this.#sql.exec("UPDATE call SET state = 'failed', reason = ? WHERE key = ?", reason, key);
  }

  setUser(key: string, userId: number): void {
    this.#sql.exec('UPDATE call SET user_id = ? WHERE key = ?', userId, key);
  }

  setAnswered(key: string, leg: string, userId: number, at: number): void {
    this.#sql.exec(
      "UPDATE call SET state = 'talking', answered_by = ?, answered_leg = ?, answered_at = ? WHERE key = ?",
      userId,
      leg,
      at,
      key,
    );
  }

  /** A transferred call was taken by another of our agents; it was answered when the first one did. */
  setHandedOver(key: string, leg: string, userId: number): void {
    this.#sql.exec(
      'UPDATE call SET answered_by = ?, answered_leg = ?, handed_over = 1 WHERE key = ?',
      userId,
      leg,
      key,
    );
  }

  /** The browser is back, though its leg was taken for dead. */
  reviveLeg(leg: string): void {
    this.#sql.exec('UPDATE leg SET live = 1, status = NULL WHERE sip_call_id = ?', leg);
  }

  endLeg(leg: string, status: CallStatus, at: number): void {
    this.#sql.exec('DELETE FROM kept WHERE sip_call_id = ?', leg);
    this.#sql.exec('UPDATE leg SET live = 0, status = ?, seen_at = ? WHERE sip_call_id = ?', status, at, leg);
  }

  setEnded(key: string, end: LegEnd): void {
    this.#sql.exec(
      "UPDATE call SET state = 'ended', ended_at = ?, seconds = ?, status = ?, reason = ? WHERE key = ?",
      end.at,
      end.seconds,
      end.status,
      end.reason,
      key,
    );
  }

  /** The call that had ended goes on: a queue rings the next agent, or a transfer its target. */
  setGoesOn(key: string): void {
    this.#sql.exec(
      `UPDATE call SET state = iif(answered_at IS NULL, 'ringing', 'talking'), ended_at = NULL
       WHERE key = ? AND state = 'ended'`,
      key,
    );
  }

  setFinished(key: string): void {
    this.#sql.exec("UPDATE call SET state = 'finished' WHERE key = ?", key);
  }

  setRecorded(key: string): void {
    this.#sql.exec("UPDATE call SET state = 'recorded' WHERE key = ? AND state = 'finished'", key);
  }

  setVote(key: string, vote: number): void {
    this.#sql.exec('UPDATE call SET vote = ? WHERE key = ?', vote, key);
  }

  setComment(key: string, text: string): void {
    this.#sql.exec('UPDATE call SET comment = ? WHERE key = ?', text, key);
  }

  /**
   * Forgets calls that began before `at`, with their legs. In whatever state: one that Bitrix24 has not taken in all
   * that time would be tried for ever.
   */
  forgetBefore(at: number): void {
    for (const table of ['leg', 'handover'])
      this.#sql.exec(`DELETE FROM ${table} WHERE call_key IN (SELECT key FROM call WHERE started_at < ?)`, at);
    this.#sql.exec('DELETE FROM call WHERE started_at < ?', at);
  }

  /** The ledger's part of /status. `dayStart`: Unix ms. */
  summary(dayStart: number) {
    const count = (where: string, ...args: number[]) =>
      Number(this.#sql.exec(`SELECT count(*) AS n FROM call WHERE ${where}`, ...args).one().n);
    return {
      live: count("state IN ('ringing', 'talking')"),
      today: count('started_at >= ?', dayStart),
      backlog: count("state IN ('ringing', 'talking', 'ended') AND (call_id IS NULL OR state = 'ended')"),
      last: this.#sql.exec<CallRow>('SELECT * FROM call ORDER BY started_at DESC LIMIT 10').toArray().map(toCall),
    };
  }
}
