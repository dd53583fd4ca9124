import * as v from 'valibot';
import { type SealKeys, seal, unseal } from '../crypto/seal.ts';
import { log } from '../log.ts';
import type { KeptCall } from '../protocol/frame.ts';
import type { KeptRow } from './holding.ts';
import type { LegRecord } from './ledger.ts';
import { KeptCallSchema } from './messages.ts';

const placeOf = (portal: string, leg: string) => ({ portal, field: `kept_call:${leg}` });

/**
 * Which page holds which leg, and live calls as their pages keep them for the next page. Whoever knows a dialog's tags and may call at the PBX can take
 * the call, so they are sealed, and gone with the leg.
 */
export class KeptStore {
  readonly #sql: SqlStorage;
  readonly #keys: SealKeys;
  readonly #portal: () => string;

  /** @param portal the portal's member_id */
  constructor(sql: SqlStorage, keys: SealKeys, portal: () => string) {
    this.#sql = sql;
    this.#keys = keys;
    this.#portal = portal;
  }

  /** A page names the legs that it holds. `holder`: epoch of its socket. */
  hold(userId: number, legs: readonly string[], holder: number, at: number): void {
    for (const leg of legs)
      this.#sql.exec(
        'UPDATE leg SET holder = ?, seen_at = max(seen_at, ?) WHERE sip_call_id = ? AND user_id = ? AND live = 1',
        holder,
        at,
        leg,
        userId,
      );
  }

  /** A page was there until `at`: the length of a call that dies silently is counted to here. */
  seen(userId: number, holder: number, at: number): void {
    this.#sql.exec('UPDATE leg SET seen_at = ? WHERE user_id = ? AND live = 1 AND holder = ?', at, userId, holder);
  }

  /** Another page of the same person goes on with a leg's call. */
  continueLeg(from: LegRecord, leg: string, holder: number, at: number): void {
    this.#sql.exec(
      `INSERT INTO leg (sip_call_id, call_key, user_id, live, seen_at, card, answered_at, joined, holder)
       SELECT ?, call_key, user_id, 1, ?, card, answered_at, joined, ? FROM leg WHERE sip_call_id = ?`,
      leg,
      at,
      holder,
      from.leg,
    );
    this.#sql.exec('UPDATE leg SET live = 0, seen_at = ? WHERE sip_call_id = ?', at, from.leg);
    this.#sql.exec('DELETE FROM kept WHERE sip_call_id = ?', from.leg);
    this.#sql.exec('UPDATE call SET answered_leg = ? WHERE key = ? AND answered_leg = ?', leg, from.callKey, from.leg);
  }

  async keep(userId: number, call: KeptCall): Promise<void> {
    const sealed = await seal(this.#keys, JSON.stringify(call), placeOf(this.#portal(), call.leg));
    // The call may have ended while it was sealed.
    this.#sql.exec(
      `INSERT OR REPLACE INTO kept (sip_call_id, sealed)
       SELECT sip_call_id, ? FROM leg WHERE sip_call_id = ? AND user_id = ? AND live = 1`,
      sealed,
      call.leg,
      userId,
    );
  }

  row(leg: string): KeptRow | null {
    const row = this.#sql
      .exec<{ offered_to: number | null }>('SELECT offered_to FROM kept WHERE sip_call_id = ?', leg)
      .toArray()[0];
    return row ? { leg, offeredTo: row.offered_to } : null;
  }

  setOffered(leg: string, epoch: number): void {
    this.#sql.exec('UPDATE kept SET offered_to = ? WHERE sip_call_id = ?', epoch, leg);
  }

  /** @returns null for one that is gone, or whose key is */
  async open(leg: string): Promise<KeptCall | null> {
    const row = this.#sql.exec<{ sealed: string }>('SELECT sealed FROM kept WHERE sip_call_id = ?', leg).toArray()[0];
    if (!row) return null;
    const opened = await unseal(this.#keys, row.sealed, placeOf(this.#portal(), leg));
    if (!opened.ok) {
      log('error', 'secret_not_opened', { portal: this.#portal(), kind: 'kept_call' });
      return null;
    }
    const parsed = v.safeParse(KeptCallSchema, JSON.parse(opened.value));
    return parsed.success ? parsed.output : null;
  }

  /** Forgets what belongs to no live leg. */
  sweep(): void {
    this.#sql.exec('DELETE FROM kept WHERE sip_call_id NOT IN (SELECT sip_call_id FROM leg WHERE live = 1)');
  }
}
