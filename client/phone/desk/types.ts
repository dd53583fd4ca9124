import type { CallingRules, Customer, KeptCall, Line, Preferences } from '../../../src/protocol/frame.ts';
import type { Call, CallEvent, Effect, Report, Target, Tone } from '../../call/types.ts';
import type { CardEffect } from '../../card/controller.ts';
import type { CardEvent } from '../../card/events.ts';
import type { PanelAct } from '../../frame/panel.ts';
import type { IncomingLeg } from '../sip.ts';

export type Initialized = CardEvent & { readonly name: 'initialized' };

/** What never changes while this page lives. */
export interface Rules {
  readonly lines: readonly Line[];
  /** Portal user id -> user part of the SIP address. */
  readonly colleagues: Readonly<Record<string, string>>;
  readonly calling: CallingRules;
  /** Whether the object keeps what the next page needs: then a live call outlives its page. */
  readonly keeps?: boolean;
}

/** One call on the desk, with what belongs to it. */
export interface Place {
  readonly call: Call;
  /** What it would sound like if it were alone. */
  readonly tone: Tone;
  /** Its own status text; what its card shows adds what there is to say about the other call. */
  readonly own: string;
  /** What its card was told last. */
  readonly said: string;
  /** Frames whose card is this call's. */
  readonly frames: readonly string[];
  /** How often its card was asked for. */
  readonly shows: number;
}

/** `front`: the call that the card shows. `other`: the second call, or the consultation of a transfer. */
export type Spot = 'front' | 'other';

/** Our own leg to the PBX's conference bridge, to which both parties are being referred, one after the other. */
export interface Bridge {
  readonly leg: string;
  /** `over`: hung up, and whoever is on it ends with it. */
  readonly stage: 'holding' | 'opening' | 'first' | 'second' | 'open' | 'over';
  /** The PBX has accepted the REFER of this stage. */
  readonly accepted: boolean;
}

/** A call that Bitrix24 pushed and whose card is waited for. */
export interface Pushed {
  readonly callId: string;
  readonly number: string;
  readonly line: string;
}

/**
 * Everything a person's phone has to do with calls. Immutable; changed by step.ts alone.
 */
export interface Desk {
  readonly rules: Rules;
  readonly preferences: Preferences;
  readonly front: Place | null;
  readonly other: Place | null;
  readonly bridge: Bridge | null;
  /** The call (`Call.id`) whose turn it is as soon as the PBX has put the active one on hold. */
  readonly turn: string | null;
  /** Cards that are open in frames, whether we know their call or not: `initialized` may come before `registered`. */
  readonly cards: ReadonlyMap<string, Initialized>;
  /** Frames with a card that nobody has heard of, so that its buttons do nothing. */
  readonly unheard: readonly string[];
  /** CALL_IDs that were dealt with, so that a late push doesn't dial a call a second time. */
  readonly handled: readonly string[];
  readonly pushed: readonly Pushed[];
  /** What sounds now. */
  readonly tone: Tone;
  /** What the last act on the panel came to; '' = nothing to say. */
  readonly notice: string;
}

/**
 * `wake`: the call has shown its end for long enough. `card`: has its card opened meanwhile? `auto`: answer it.
 * `push`: a pushed call's card had its time; its `id` is the CALL_ID.
 */
export type AlarmKind = 'wake' | 'card' | 'auto' | 'push';

/** What can happen to a desk. */
export type DeskEvent =
  | { readonly on: 'incoming'; readonly call: IncomingLeg }
  | { readonly on: 'leg'; readonly leg: string; readonly event: CallEvent }
  | {
      readonly on: 'card';
      readonly frame: string;
      readonly callId: string;
      readonly event: CardEvent;
      /** The card was open before this page was the phone. */
      readonly again?: true;
    }
  /** A card is open there that nobody has heard of: it opened before the frame listened. */
  | { readonly on: 'unheard'; readonly frame: string }
  /** The frame was taken for gone, and has answered after all: it has a card of this call. */
  | { readonly on: 'back'; readonly frame: string; readonly callId: string }
  /** The frame's page went away, and its card with it. */
  | { readonly on: 'left'; readonly frame: string }
  /** A command found no card in this frame. */
  | { readonly on: 'gone'; readonly id: string; readonly frame: string }
  | { readonly on: 'alarm'; readonly id: string; readonly kind: AlarmKind }
  | { readonly on: 'registered'; readonly leg: string; readonly callId: string }
  /** The object did not take the registration of this leg. */
  | { readonly on: 'refused'; readonly leg: string; readonly error: string; readonly message: string }
  | { readonly on: 'elsewhere'; readonly leg: string }
  | {
      readonly on: 'dial';
      readonly callId: string;
      readonly number: string;
      readonly line: string;
      /** The person is rung first. */
      readonly ask?: boolean;
    }
  | { readonly on: 'customer'; readonly leg: string; readonly customer: Customer }
  | { readonly on: 'preferences'; readonly preferences: Preferences }
  | { readonly on: 'act'; readonly act: DeskAct }
  /** An earlier page had this call, and is gone. */
  | { readonly on: 'recover'; readonly call: KeptCall }
  /** The page goes away: an honest end, while there is still time to say it. */
  | { readonly on: 'leave' };

/** What a person does on the panel, as far as it is about calls. */
export type DeskAct = Exclude<PanelAct, { readonly act: 'choose' | 'tryRing' | 'record' }>;

/** What the moment brings along. */
export interface Now {
  /** Unix ms. */
  readonly at: number;
  /** A fresh SIP Call-ID. */
  readonly leg: string;
  /** The sentence that says why the phone can't call now; null when it can. */
  readonly excuse: string | null;
}

/** An effect of a call that the PBX carries out. */
export type SipEffect =
  | Extract<Effect, { do: 'invite' | 'reenter' | 'release' | 'answer' | 'hangup' | 'hold' | 'mute' | 'dtmf' | 'refer' }>
  /** REFER with Replaces: `leg` is the consultation's. */
  | { readonly do: 'referTo'; readonly leg: string };

/** What a decision of the desk asks for. `id` names a call, `leg` a leg of the PBX. */
export type DeskEffect =
  | { readonly do: 'sip'; readonly leg: string; readonly effect: SipEffect }
  | { readonly do: 'card'; readonly id: string; readonly effect: CardEffect }
  /** This frame's card is the call's. */
  | { readonly do: 'attach'; readonly id: string; readonly frame: string; readonly callId: string }
  | { readonly do: 'detach'; readonly id: string; readonly frame: string }
  | { readonly do: 'report'; readonly report: Report }
  | { readonly do: 'tone'; readonly tone: Tone }
  /** A later alarm of the same id and kind takes the place of the earlier. */
  | { readonly do: 'alarm'; readonly id: string; readonly kind: AlarmKind; readonly afterMs: number }
  /** The call is over: nothing of it is needed any more. */
  | { readonly do: 'forget'; readonly id: string };

export type DeskStep = readonly [desk: Desk, effects: readonly DeskEffect[]];

/** One decision under way: inside step.ts the desk is changed piece by piece, outside nobody sees it half done. */
export interface Work {
  desk: Desk;
  readonly effects: DeskEffect[];
  readonly now: Now;
  /** The consultation that the front call has just asked for. */
  consult: Target | null;
}
