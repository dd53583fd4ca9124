import type { CallQuality, CallStatus, Customer, Direction, FrameMessage, KeptCall } from '../../src/protocol/frame.ts';
import type { UiState } from '../card/commands.ts';
import type { CardEvent } from '../card/events.ts';

/**
 * Where a call is.
 * - `offered`: incoming, rings here
 * - `answering`: answered by the person, not yet by the microphone and the PBX
 * - `prepared`: outgoing, waits for the person to press call
 * - `calling`: outgoing, INVITE on its way or ringing there
 * - `resuming`: an earlier page had it; the PBX is asked to put us in that page's place
 * - `talking`
 * - `transferring`: being handed over, step by step (Transfer), or refused
 * - `closing`: over for the PBX; the card still says why, or stays for the consultation that outlives the call
 * - `ended`: over for everybody
 */
export type Phase =
  | 'offered'
  | 'answering'
  | 'prepared'
  | 'calling'
  | 'resuming'
  | 'talking'
  | 'transferring'
  | 'closing'
  | 'ended';

/** How a call went, as Bitrix24 is told. */
export interface Ending {
  readonly status: CallStatus;
  readonly reason: string;
  /** Unix ms. */
  readonly at: number;
}

/**
 * What is wrong with a call's sound, the worst alone.
 * - `blocked`: the browser does not play it until the person touches a page
 * - `no_incoming`: no packets from the far end
 * - `no_microphone`: our microphone gives nothing but silence, though it is open
 * - `not_heard`: the far end reports that nothing of ours arrives
 * - `bad`: it arrives, but so that words get lost
 */
export type SoundTrouble = 'none' | 'blocked' | 'no_incoming' | 'no_microphone' | 'not_heard' | 'bad';

/** Why the microphone did not open. `forbidden`: the portal's page gives this frame no right to it. */
export type MicrophoneProblem = 'forbidden' | 'denied' | 'none' | 'busy';

/** One second's figures; units as in CallQuality. */
export type SoundFigures = Pick<CallQuality, 'mos' | 'jitterMs' | 'lossPercent' | 'rttMs'>;

/** How a call sounds (docs/sound.md). */
export interface CallSound {
  /** false: its way has died, and the phone looks for another. */
  readonly alive: boolean;
  readonly trouble: SoundTrouble;
  /** Something that is no trouble but has to be said, such as a change of the microphone; '' = nothing. */
  readonly notice: string;
  /** The newest second; null before the first. */
  readonly now: SoundFigures | null;
  /** The whole call up to now; null before the first second. */
  readonly total: CallQuality | null;
}

/** Whom a call is handed to: what the PBX dials, and the colleague's portal user id where it is one. */
export interface Target {
  readonly number: string;
  readonly userId: number | null;
}

/**
 * How far a transfer is. `attended` speaks with the target first: `holding` the customer, `ringing` and `talking` with
 * the target. `asked`: REFER sent; `accepted`: the PBX has said 202, which is not success; `failed`: the card says so.
 */
export interface Transfer {
  readonly kind: 'blind' | 'attended';
  readonly target: Target;
  /** We have put the other party on hold for it, so we resume when it is taken back. */
  readonly ours: boolean;
  readonly at: 'holding' | 'ringing' | 'talking' | 'asked' | 'accepted' | 'failed';
}

export interface Call {
  /** Its first leg: names the call on the desk, where a redialled one changes its leg. */
  readonly id: string;
  /** `consultation`: with the target of a transfer; it has no card of its own. */
  readonly role: 'call' | 'consultation';
  /** Whether the object hears of it: a consultation with a colleague is no call of the CRM. */
  readonly recorded: boolean;
  readonly phase: Phase;
  readonly direction: Direction;
  /** SIP Call-ID. */
  readonly leg: string;
  /** Known once the object registered the call, or from the start when Bitrix24 did. */
  readonly callId: string | null;
  readonly number: string;
  /** What the PBX is asked to dial, where that differs from the number as people know it. */
  readonly dial: string;
  /** What the PBX calls the other party; '' where it sends no name. */
  readonly name: string;
  /** What the CRM knows of them; null until the object has said it. */
  readonly customer: Customer | null;
  /** Our number, '' where unknown. */
  readonly line: string;
  readonly answeredAt: number | null;
  /** As the PBX confirmed it. */
  readonly held: boolean;
  /** Hold (true) and resume as the PBX was asked for and has not answered yet, oldest first. */
  readonly asking: readonly boolean[];
  readonly muted: boolean;
  /** In `transferring`. */
  readonly transfer: Transfer | null;
  /** In `closing`: the customer has hung up, the consultation goes on, and this card is its only button. */
  readonly lingers: boolean;
  /** The other party is on the PBX's conference bridge, where our leg is the bridge's. */
  readonly conferred: boolean;
  /** In `resuming`: what the earlier page left. */
  readonly resumes: KeptCall | null;
  /**
   * The call goes on, or is to, inside the earlier page's dialog: how many looks on end have found no sound of the far end.
   * null: it was heard, or was never in doubt.
   */
  readonly unheard: number | null;
  /** In `closing`: the person may try again. */
  readonly redial: boolean;
  readonly ending: Ending | null;
  /** null until something was measured. */
  readonly sound: CallSound | null;
}

/** What can happen to a call. `at` is Unix ms. */
export type CallEvent =
  /** A provisional answer; `media`: with sound of its own (early media). */
  | { readonly on: 'progress'; readonly media: boolean }
  /** 200 and ACK: both sides have the call. */
  | { readonly on: 'established'; readonly at: number }
  /** Our INVITE was refused; status 0: it never got an answer. `cause`: Q.850, where a Reason header gave it (RFC 3326). */
  | { readonly on: 'rejected'; readonly status: number; readonly cause?: number; readonly at: number }
  /** The caller, or a colleague's answer, took the INVITE back. */
  | { readonly on: 'withdrawn'; readonly elsewhere: boolean; readonly at: number }
  /** The other side hung up, or the leg died. `gone`: so we hear afterwards, from a PBX that knows the call no more. */
  | { readonly on: 'over'; readonly reason: string; readonly gone?: true; readonly at: number }
  /** The connection over which we dialled was lost and is back: the answer to our INVITE would go to the lost one. */
  | { readonly on: 'adrift'; readonly at: number }
  /** The microphone did not open. */
  | { readonly on: 'microphone'; readonly why: MicrophoneProblem; readonly at: number }
  /** Each second of an answered call. */
  | {
      readonly on: 'sound';
      readonly trouble: SoundTrouble;
      readonly now: SoundFigures | null;
      readonly total: CallQuality | null;
    }
  /** Something to say about the sound; '' = no more. */
  | { readonly on: 'notice'; readonly notice: string }
  /** The browser has no address to offer, so no INVITE or answer was sent. `relayRefused`: TURN refuses our credentials. */
  | { readonly on: 'noPath'; readonly relayRefused: boolean; readonly at: number }
  /** In a call: the way of the sound has died, or is back. The phone looks for another by itself. */
  | { readonly on: 'path'; readonly alive: boolean }
  | { readonly on: 'held'; readonly held: boolean; readonly ok: boolean }
  /** `status`: what the target answered, by the NOTIFY (or the PBX to the REFER itself). */
  | {
      readonly on: 'transfer';
      readonly step: 'accepted' | 'done' | 'failed';
      readonly status?: number;
      readonly at: number;
    }
  /** `leg`: a fresh Call-ID, for a call that begins with this click. */
  | { readonly on: 'card'; readonly event: CardEvent; readonly at: number; readonly leg: string }
  /** The person wants the call handed over. A string: why that is impossible. */
  | { readonly on: 'transferTo'; readonly kind: Transfer['kind']; readonly target: Target | string }
  /** News of the consultation that this call asked for; `gone` says why in `text`. */
  | {
      readonly on: 'consultation';
      readonly news: 'ringing' | 'talking' | 'gone';
      readonly text: string;
      readonly at: number;
    }
  /** Nobody can see this ringing call: no card opened. */
  | { readonly on: 'unseen'; readonly reason: string; readonly at: number }
  | { readonly on: 'customer'; readonly customer: Customer }
  /** The last card of this call is gone. */
  | { readonly on: 'cardGone'; readonly at: number }
  | { readonly on: 'registered'; readonly callId: string }
  /** Time to stop showing why. */
  | { readonly on: 'wake'; readonly at: number }
  /** The page goes away, or another call needs the card. */
  | { readonly on: 'leave'; readonly at: number };

type WithoutId<Message> = Message extends { readonly id: string } ? Omit<Message, 'id'> : never;

/** What the object is told about a call; the socket adds the id. */
export type Report = WithoutId<Exclude<FrameMessage, { readonly t: 'renew' }>>;

/** `waiting`: a second call rings, softly, while the person talks. */
export type Tone = 'ring' | 'waiting' | 'ringback' | 'none';

/** What a decision asks for. Whoever runs these knows the browser; the decision doesn't. */
export type Effect =
  | {
      readonly do: 'invite';
      readonly leg: string;
      readonly number: string;
      readonly line: string;
      /** Takes the place of this leg. */
      readonly replaces?: KeptCall;
    }
  /** INVITE inside the dialog of this leg. */
  | { readonly do: 'reenter'; readonly kept: KeptCall; readonly afterMs: number }
  /** BYE inside the dialog of this leg. */
  | { readonly do: 'release'; readonly kept: KeptCall }
  | { readonly do: 'answer' }
  /** BYE, CANCEL, or for a call that only rings here a refusal with this SIP status. */
  | { readonly do: 'hangup'; readonly refuse: number }
  | { readonly do: 'hold'; readonly held: boolean }
  | { readonly do: 'mute'; readonly muted: boolean }
  | { readonly do: 'dtmf'; readonly key: string }
  | { readonly do: 'refer'; readonly number: string }
  /** Call the target of an attended transfer. */
  | { readonly do: 'consult'; readonly target: Target }
  /** REFER to the leg of the consultation, which the other party is to take over. */
  | { readonly do: 'replace' }
  | { readonly do: 'tone'; readonly tone: Tone }
  | { readonly do: 'ui'; readonly state: UiState }
  | { readonly do: 'title'; readonly text: string }
  | { readonly do: 'status'; readonly text: string }
  | { readonly do: 'timer'; readonly run: boolean }
  | { readonly do: 'showHold'; readonly held: boolean }
  | { readonly do: 'showMute'; readonly muted: boolean }
  | { readonly do: 'close' }
  | { readonly do: 'report'; readonly report: Report }
  | { readonly do: 'wake'; readonly afterMs: number };

/** One decision: the call as it is now, and what to do about it, in order. */
export type Step = readonly [call: Call, effects: readonly Effect[]];
