import type { Session } from '../../src/protocol/frame.ts';
import type { Answer } from '../bitrix24/bridge.ts';
import type { Panel, PanelAct } from './panel.ts';
import type { SessionRefusal } from './session.ts';

/** Something that happened to the card of one frame; the phone's own frame is one of them. */
export type CardNews =
  | {
      readonly frame: string;
      readonly callId: string;
      readonly name: string;
      readonly data: unknown;
      /** `initialized` of a card that an earlier phone knew: it is open, and whoever clicked was served. */
      readonly again?: true;
    }
  /** A card is open there that opened before the frame listened: nobody knows whose it is, and its buttons do nothing. */
  | { readonly frame: string; readonly unheard: true }
  /** The frame was taken for gone, for it answered a command late: its card of this call is open. */
  | { readonly frame: string; readonly callId: string; readonly back: true }
  /** The frame's page went away, and its card with it. */
  | { readonly frame: string; readonly left: true };

/**
 * What the frame gives to the phone when this frame becomes the phone. The phone is a separate bundle which knows neither
 * the bridge nor the other frames.
 */
export interface PhoneHost {
  /** Name of this frame among the person's frames. */
  readonly frame: string;
  readonly session: Session;
  /** A fresh session by the portal's token, asked for once; where there is none, why. */
  newSession(): Promise<Session | SessionRefusal>;
  /** Hands a new ticket to the followers and to the vault, so that whoever is the phone next needs no request. */
  share(session: Session): void;
  /** The session is of no use any more: the next page asks for its own. */
  forget(): void;
  /** From now on news of all cards comes here; what happened before is delivered first. */
  onCard(listener: (news: CardNews) => void): void;
  /** Sends one of the 9 commands to the card of a frame. Unanswered after 2 s; a frame that is gone has no card. */
  command(frame: string, callId: string, command: string, params: unknown): Promise<Answer>;
  /** Load times in ms of this person's frames, the earlier ones first. */
  onLoad(listener: (loadMs: number) => void): void;
  /** Tells the operator's panel, if one is open, how the phone is; said again to each panel that opens. */
  panel(panel: Panel): void;
  /** What a person does on the panel. */
  onAct(listener: (act: PanelAct) => void): void;
  /** Puts a word for support and tests on the frame's document: `data-phone`, `data-call`. */
  show(key: 'phone' | 'call', word: string): void;
}

/** A phone that runs in this frame. */
export interface RunningPhone {
  /**
   * The browser is about to stop this page: lets go of the PBX and the object, unless a call lives here.
   * @returns whether another page may be the phone now
   */
  pause(): boolean;
  /** This frame is the phone again. */
  resume(session: Session): void;
  /** Another browser has the phone, or nobody lets this page in, and no call lives here: another page may begin anew. */
  isOver(): boolean;
}

/** What the phone's bundle exports. */
export interface PhoneModule {
  startPhone(host: PhoneHost): Promise<RunningPhone>;
}

/** Messages on a person's channel. `from` and `to` are names of frames. */
export type PeerMessage =
  /** A frame asks who the phone is. `here`: its page was opened, or woke up, just now, so the person is in this browser. */
  | { readonly t: 'hello'; readonly from: string; readonly here?: true }
  /** The phone is ready for cards and loads; said to everybody, after `hello` and after each new ticket. */
  | { readonly t: 'phone'; readonly from: string; readonly session: Session }
  /** Without Web Locks only: this frame is going to be the phone. */
  | { readonly t: 'claim'; readonly from: string }
  /** Without Web Locks only: this frame was elected, and becomes the phone or is it; the answer to `hello` and `claim`. */
  | { readonly t: 'mine'; readonly from: string }
  | { readonly t: 'load'; readonly from: string; readonly loadMs: number }
  | { readonly t: 'card'; readonly from: string; readonly news: CardNews }
  | {
      readonly t: 'command';
      readonly from: string;
      readonly to: string;
      readonly id: number;
      readonly callId: string;
      readonly command: string;
      readonly params: unknown;
    }
  | { readonly t: 'reply'; readonly from: string; readonly to: string; readonly id: number; readonly answer: Answer }
  /** An operator's panel asks how the phone is. */
  | { readonly t: 'panel?'; readonly from: string }
  | { readonly t: 'panel'; readonly from: string; readonly panel: Panel }
  | { readonly t: 'act'; readonly from: string; readonly act: PanelAct }
  /** The frame's page goes away. */
  | { readonly t: 'bye'; readonly from: string };
