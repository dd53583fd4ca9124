import type { CallQuality, CallStatus, Direction } from '../protocol/frame.ts';
import type { CallRecord, LegEnd, LegRecord } from './ledger.ts';
import { type CallRow, type LegRow, toCall, toLeg } from './ledger-rows.ts';

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

  /** Calls that somebody talks on now. */
  talks(): CallRecord[] {
    return this.#sql.exec<CallRow>("SELECT * FROM call WHERE state = 'talking'").toArray().map(toCall);
  }

  /** Incoming calls that live and have no CALL_ID yet. */
  unregistered(): CallRecord[] {
    return this.#sql
      .exec<CallRow>(
        "SELECT * FROM call WHERE direction = 'in' AND state IN ('ringing', 'talking') AND call_id IS NULL",
      )
      .toArray()
      .map(toCall);
  }

  ringingOutOf(userId: number): CallRecord[] {
    const ringing = "SELECT * FROM call WHERE user_id = ? AND state = 'ringing' AND direction = 'out'";
    return this.#sql.exec<CallRow>(ringing, userId).toArray().map(toCall);
  }

  leg(leg: string): LegRecord | null {
    const row = this.#sql.exec<LegRow>('SELECT * FROM leg WHERE sip_call_id = ?', leg).toArray()[0];
    return row ? toLeg(row) : null;
  }

  /** Whoever names another person's leg names none. */
  legOf(userId: number, leg: string): LegRecord | null {
    const row = this.leg(leg);
    return row?.userId === userId ? row : null;
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
