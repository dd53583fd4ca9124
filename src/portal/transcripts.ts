import type { Caller } from './tokens.ts';

/** One passage of a conversation, as telephony.call.attachTranscription takes it (fact 4.1). Seconds from the answer. */
export interface Passage {
  readonly side: 'agent' | 'customer';
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** What became of a transcript that was handed in. */
export type Kept = 'kept' | 'attached_before' | 'unknown_call';

/** Transcripts on their way to Bitrix24, one a call. */
export class Transcripts {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /**
   * Keeps a transcript until its call is finished.
   *
   * @param call the PBX's name of the call, a SIP Call-ID of one of its legs, or its CALL_ID
   * @returns the key of the call, where there is one
   */
  keep(call: string, passages: readonly Passage[]): { readonly kept: Kept; readonly key: string | null } {
    const key = this.#keyOf(call);
    if (key === null) return { kept: 'unknown_call', key };
    const known = this.#sql.exec('SELECT passages FROM transcript WHERE call_key = ?', key).toArray()[0];
    if (known && known.passages === null) return { kept: 'attached_before', key };
    this.#sql.exec(
      'INSERT OR REPLACE INTO transcript (call_key, passages) VALUES (?, ?)',
      key,
      JSON.stringify(passages),
    );
    return { kept: 'kept', key };
  }

  /** What is still to be attached; null = nothing. */
  waiting(key: string): readonly Passage[] | null {
    const text = this.#sql.exec('SELECT passages FROM transcript WHERE call_key = ?', key).toArray()[0]?.passages;
    return typeof text === 'string' ? (JSON.parse(text) as Passage[]) : null;
  }

  /** The text is Bitrix24's now; that there was one stays known, so that handing it in again doubles nothing. */
  settle(key: string): void {
    this.#sql.exec('UPDATE transcript SET passages = NULL WHERE call_key = ?', key);
  }

  /** Forgets the transcripts of calls that are forgotten. */
  sweep(): void {
    this.#sql.exec('DELETE FROM transcript WHERE call_key NOT IN (SELECT key FROM call)');
  }

  #keyOf(call: string): string | null {
    const row = this.#sql
      .exec(
        `SELECT key FROM call
         WHERE key = 'g:' || ?1 OR (key > 'g:' || ?1 || '#' AND key < 'g:' || ?1 || '$') OR call_id = ?1
           OR key IN (SELECT call_key FROM leg WHERE sip_call_id = ?1)
         ORDER BY started_at DESC LIMIT 1`,
        call,
      )
      .toArray()[0];
    return row ? String(row.key) : null;
  }
}

/** Attaches a transcript to a finished call. */
export async function attachTranscript(caller: Caller, callId: string, passages: readonly Passage[]) {
  const got = await caller.batch({
    it: {
      method: 'telephony.call.attachTranscription',
      params: {
        CALL_ID: callId,
        MESSAGES: passages.map(({ side, from, to, text }) => ({
          SIDE: side === 'agent' ? 'User' : 'Client',
          START_TIME: from,
          STOP_TIME: to,
          MESSAGE: text,
        })),
      },
    },
  });
  return got.ok ? got.value.it : got;
}
