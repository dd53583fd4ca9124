import { randomUUID } from 'node:crypto';
import type { LegEnd } from './leg.ts';
import { createMedia, type Media, type MediaStats } from './media.ts';
import { type RingResult, ring } from './ring.ts';
import type { Switchboard } from './switchboard.ts';
import { melody, steadyTone } from './tone.ts';

export interface AgentCallOptions {
  /** Caller's number, e.g. `+49301234567`. */
  readonly from: string;
  readonly name?: string;
  /** Name of the physical call, sent as `X-Call-Id`; several agents rung for one call share it. Default: a new one. */
  readonly callId?: string;
  /** The number that the customer dialled, sent as P-Called-Party-ID (RFC 7315 4.2). */
  readonly line?: string;
  /** Further header fields of the INVITE. */
  readonly headers?: readonly string[];
  /** What the customer says: a melody and then the agent's own words, a steady tone, or nothing. */
  readonly says?: 'greeting' | 'tone' | 'nothing';
  /** Aborting ends the ringing: the agent sees CANCEL. */
  readonly signal?: AbortSignal;
  /** How long it rings, ms; default 30 s. */
  readonly ringMs?: number;
  /**
   * Rings again, under the same `X-Call-Id`, where a phone goes away while it rings (480) or is not there: as soon as
   * the next one of this user has registered. A dial plan that asks who is coming back does the same.
   */
  readonly again?: boolean;
}

/** A call to an agent whose outcome is known. */
export interface AgentCall {
  readonly result: RingResult;
  /** SIP Call-ID of the leg. */
  readonly id: string;
  /** What went out as `X-Call-Id`. */
  readonly callId: string;
  /** What the customer says from now on; with 'nothing' not a packet is sent, as on a line that works one way. */
  say(what: NonNullable<AgentCallOptions['says']>): void;
  /** Ends an answered call from the customer's side. */
  hangup(): void;
  /** Resolves when an answered call is over; at once with null when nobody answered. */
  readonly ended: Promise<LegEnd | null>;
  /** What the customer heard and sent; null when nobody answered. */
  stats(): MediaStats | null;
}

/** Plays the customer who calls an agent. `onAnswer` runs in the moment of the answer, before anything is played. */
export async function callAgent(
  board: Switchboard,
  user: string,
  options: AgentCallOptions & { readonly onAnswer?: () => void },
): Promise<AgentCall> {
  const callId = options.callId ?? randomUUID();
  if (!options.again) return callOnce(board, user, { ...options, callId });
  for (;;) {
    const rung = board.registrar.find(user)?.connection;
    const call = await callOnce(board, user, { ...options, callId });
    if (call.result !== 'no_answer' && call.result !== 'not_registered') return call;
    await another(board, user, rung, options.signal);
    if (options.signal?.aborted || board.closing.aborted) return { ...call, result: 'cancelled' };
  }
}

/** Waits until the user has registered over another connection than the one that was rung. */
async function another(board: Switchboard, user: string, rung: string | undefined, signal?: AbortSignal) {
  const gone = signal ? AbortSignal.any([signal, board.closing]) : board.closing;
  const givenUp = new Promise<void>((resolve) => {
    gone.addEventListener('abort', () => resolve());
    if (gone.aborted) resolve();
  });
  const back = board.when((event) => {
    if (event.type !== 'registered' || event.user !== user) return false;
    const now = board.registrar.find(user)?.connection;
    return now !== undefined && now !== rung;
  });
  await Promise.race([back, givenUp]);
}

async function callOnce(
  board: Switchboard,
  user: string,
  options: AgentCallOptions & { readonly callId: string; readonly onAnswer?: () => void },
): Promise<AgentCall> {
  const id = randomUUID();
  const { callId } = options;
  let echoes = false;
  const media: Media = createMedia({
    onFrame: (frame) => echoes && media.send(frame),
    onDigit: (key) => board.emit({ type: 'dtmf', call: id, key, via: 'rtp' }),
  });
  const { from, name, signal, ringMs, line } = options;
  const rung = await ring(board, user, media, {
    call: id,
    from,
    ...(name === undefined ? {} : { name }),
    ...(signal === undefined ? {} : { signal }),
    ...(ringMs === undefined ? {} : { ringMs }),
    ...(line === undefined ? {} : { line }),
    headers: [`X-Call-Id: ${callId}`, ...(options.headers ?? [])],
  });
  const unanswered = { id, callId, say: () => {}, hangup: () => {}, ended: Promise.resolve(null), stats: () => null };
  if (rung.result !== 'answered') return { ...unanswered, result: rung.result };
  if (signal?.aborted) {
    // Two agents of a group answered in the same moment; the other one was first.
    rung.leg.hangup();
    return { ...unanswered, result: 'cancelled' };
  }
  options.onAnswer?.();
  const say: AgentCall['say'] = (what) => {
    echoes = false;
    if (what === 'nothing') media.play(null);
    if (what === 'tone') media.play(steadyTone());
    if (what === 'greeting') {
      media.play(melody(), () => {
        echoes = true;
      });
    }
  };
  say(options.says ?? 'greeting');
  const { leg } = rung;
  return { result: 'answered', id, callId, say, hangup: leg.hangup, ended: leg.ended, stats: media.stats };
}
