import { DurableObject } from 'cloudflare:workers';
import type { Env } from '../env.ts';
import { type Failure, failure } from '../http/failure.ts';
import { err, ok, type Result } from '../http/result.ts';
import { bugName, log } from '../log.ts';
import { portalOf } from '../portal/stub.ts';
import { KEEP_MS, READ_BYTES, RECORD_LIMIT, SILENCE_MS, TELL_AGAIN_MS } from './limits.ts';
import { RecordStore } from './record-store.ts';

/** Who sends a piece: what a ticket that was just verified says, and the leg that the address names. */
export interface Sender {
  readonly portal: string;
  readonly userId: number;
  /** The portal object's row that can be revoked. */
  readonly session: string;
  /** SIP Call-ID. */
  readonly leg: string;
}

const CLOSED = failure('forbidden', 'This record is closed: Bitrix24 has it already.');
const NOT_YOURS = failure('forbidden', 'This call belongs to another employee.');
const NOT_BEGUN = failure('not_found', 'No piece of this record has arrived yet.');

/**
 * Durable Object "Recording": the sound of one leg, in pieces, on its way from the browser to Bitrix24. It asks the portal's
 * object once whether the leg may be recorded, says when no more pieces are expected, and forgets the sound as soon as
 * Bitrix24 has it (docs/recording.md).
 */
export class Recording extends DurableObject<Env> {
  readonly #store: RecordStore;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#store = new RecordStore(ctx.storage.sql);
  }

  /**
   * Takes one piece; the same number again is accepted and changes nothing.
   *
   * @returns forbidden for somebody else's leg, a portal that does not record, or a record that is closed; not_found while
   *   the ledger does not know the leg; too_large
   */
  async piece(from: Sender, number: number, bytes: Uint8Array): Promise<Result<true, Failure>> {
    const allowed = await this.#admit(from);
    if (!allowed.ok) return allowed;
    if ((this.#store.facts()?.bytes ?? 0) + bytes.byteLength > RECORD_LIMIT)
      return err(failure('too_large', `A record is at most ${RECORD_LIMIT / 1024 / 1024} MB.`));
    const now = Date.now();
    this.#store.add(number, bytes, now);
    await this.#wait(now);
    return ok(true);
  }

  /** The browser says how many pieces there were; they may still be on their way. */
  async end(from: Sender, pieces: number): Promise<Result<true, Failure>> {
    const facts = this.#store.facts();
    if (!facts) return err(NOT_BEGUN);
    if (facts.userId !== from.userId) return err(NOT_YOURS);
    // Said twice: the answer to the first was lost.
    if (facts.state !== 'arriving') return ok(true);
    const now = Date.now();
    this.#store.expect(pieces, now);
    await this.#wait(now);
    return ok(true);
  }

  /** A part of the record, for the portal's object; see {@link RecordStore.read}. */
  read(from: number): { readonly bytes: Uint8Array; readonly next: number } | null {
    return this.#store.facts() ? this.#store.read(from, READ_BYTES) : null;
  }

  /**
   * Bitrix24 has the record.
   *
   * @param bytes how much of it was handed on
   * @returns false when more has arrived meanwhile: then it is kept, and the ledger is told again
   */
  async taken(bytes: number): Promise<boolean> {
    const facts = this.#store.facts();
    if (!facts || facts.state === 'attached') return true;
    if (facts.bytes !== bytes) return false;
    this.ctx.storage.transactionSync(() => {
      this.#store.dropPieces();
      this.#store.setState('attached');
    });
    await this.ctx.storage.setAlarm(Date.now() + KEEP_MS);
    return true;
  }

  /** The portal's administrator had the data removed. */
  async wipe(): Promise<void> {
    await this.ctx.storage.deleteAll();
  }

  override async alarm(): Promise<void> {
    try {
      await this.#look(Date.now());
    } catch (error) {
      log('error', 'recording_bug', { code: bugName(error) });
      await this.ctx.storage.setAlarm(Date.now() + TELL_AGAIN_MS);
    }
  }

  /** Nobody is asked for a record that is begun and still open; the portal's object decides about everything else. */
  async #admit(from: Sender): Promise<Result<true, Failure>> {
    const facts = this.#store.facts();
    if (facts && facts.userId !== from.userId) return err(NOT_YOURS);
    if (facts?.state === 'attached') return err(CLOSED);
    if (facts?.state === 'arriving') return ok(true);
    const portal = portalOf(this.env, from.portal);
    const begun = portal ? await portal.recordBegins(from.session, from.userId, from.leg) : err(NOT_YOURS);
    if (!begun.ok) return begun;
    this.ctx.storage.transactionSync(() => {
      this.#store.begin(from.portal, from.leg, from.userId, Date.now());
      // Taken for whole in a long pause; while the portal was asked it may even have been attached.
      if (this.#store.facts()?.state === 'whole') this.#store.setState('arriving');
    });
    return this.#store.facts()?.state === 'attached' ? err(CLOSED) : ok(true);
  }

  /** Looks again when silence would mean the end, or at once when all is here. */
  #wait(now: number): Promise<void> {
    const facts = this.#store.facts();
    const complete = facts !== null && facts.expected !== null && facts.pieces >= facts.expected;
    return this.ctx.storage.setAlarm(complete ? now : now + SILENCE_MS);
  }

  async #look(now: number): Promise<void> {
    const facts = this.#store.facts();
    if (!facts) return;
    if (facts.state === 'attached' || now - facts.lastAt >= KEEP_MS) return this.ctx.storage.deleteAll();
    if (facts.state === 'whole') return this.ctx.storage.setAlarm(facts.lastAt + KEEP_MS);
    await portalOf(this.env, facts.portal)?.recordWhole(facts.leg, facts.bytes);
    // A piece that came while the portal was told has set an alarm of its own, which tells it anew.
    if (this.#store.facts()?.pieces !== facts.pieces) return;
    this.#store.setState('whole');
    await this.ctx.storage.setAlarm(facts.lastAt + KEEP_MS);
  }
}
