import type { KeptCall, NotReady } from '../../src/protocol/frame.ts';
import type { CallEvent } from '../call/types.ts';
import type { LegSound } from '../recording/follow.ts';

/** An INVITE that arrived. */
export interface IncomingLeg {
  /** SIP Call-ID. */
  readonly leg: string;
  /** The PBX's own name of the call, from the header that the settings name. */
  readonly group: string | null;
  readonly number: string;
  readonly name: string;
  /** The number that was dialled, where the PBX says it. */
  readonly line: string;
  /** The PBX wants it answered without a person: `answer-after=0` in Call-Info, or auto answer in Alert-Info. */
  readonly autoAnswer: boolean;
}

/** What the SIP side tells. `registration: null` is registered. */
export type SipNews =
  | { readonly on: 'registration'; readonly problem: NotReady | null }
  | { readonly on: 'incoming'; readonly call: IncomingLeg }
  | { readonly on: 'leg'; readonly leg: string; readonly event: CallEvent };

/** What a leg's connection counts. */
export interface LegStats {
  readonly report: RTCStatsReport;
  /** As the last offer and answer agreed on; null before. */
  readonly direction: string | null;
  /** false: muted or on hold, so that silence of our microphone is meant. */
  readonly speaking: boolean;
}

/** What names a dialog (RFC 3261 12), and whom it is with. */
export type Dialog = Pick<KeptCall, 'sipCallId' | 'localTag' | 'remoteTag' | 'remoteUri' | 'inside'>;

/**
 * The PBX as the rest of the phone sees it. Everything that is SIP.js stays behind this: its library has known gaps
 * (docs/sipjs.md), each closed in a file of its own under sipjs/.
 *
 * Commands never throw; what they came to arrives as news of the leg. A command for a leg that is over does nothing.
 */
export interface SipPhone {
  start(): void;
  /** Another frame is the phone now: registers no more. A live call goes on, nothing is un-registered. */
  retire(): void;
  /** This page is stopped: leaves the PBX without a word, as its contact may be another page's in a moment. Only without calls. */
  pause(): void;
  /** The page goes on; and where the PBX was away: tries it now. */
  resume(): void;
  /** @param replaces a leg of an earlier page whose place this one takes; waits for the PBX's socket */
  invite(leg: string, number: string, line: string, replaces?: KeptCall): void;
  /**
   * INVITE inside the dialog of an earlier page's leg, with a fresh connection for the sound: where the PBX refused to
   * replace that leg. Told like a leg that is dialled; waits for the PBX's socket.
   */
  reenter(leg: string, kept: KeptCall, afterMs: number): void;
  /** BYE inside that dialog, so that the far end is not left with nobody. Nothing is told of it. */
  release(kept: KeptCall): void;
  /** What names the leg's dialog; null before it is confirmed. */
  dialog(leg: string): Dialog | null;
  answer(leg: string): void;
  /** BYE or CANCEL; `refuse` is the status for a call that only rings here. */
  hangup(leg: string, refuse: number): void;
  hold(leg: string, held: boolean): void;
  mute(leg: string, muted: boolean): void;
  dtmf(leg: string, key: string): void;
  /** Blind transfer. */
  refer(leg: string, number: string): void;
  /**
   * Attended transfer: the other party of `leg` takes our place in `consultation` (RFC 3891, RFC 5589 7.3). Both must be
   * answered; the news `transfer` comes for `leg`.
   */
  referTo(leg: string, consultation: string): void;
  /** null for a leg that is over, or has no connection yet. */
  stats(leg: string): Promise<LegStats | null>;
  /** What this leg sends and hears now; null for a leg that is over, or has no sound yet. */
  sound(leg: string): LegSound | null;
}
