/**
 * The words that frames and the portal's object exchange. Types, and a few defaults.
 * The page for people is docs/protocol.md; change both together.
 */

/** A phone line of the portal: the number customers dial, and what the portal calls it. */
export interface Line {
  readonly number: string;
  readonly name: string;
  /** With `leads: 'by_line'` in the settings: whether an unknown caller on this line becomes a lead. */
  readonly leads?: boolean;
}

/** How calls are made and handled here, from the portal's settings. */
export interface CallingRules {
  /** What the card's transfer button does: speak with the target first, or hand over at once. */
  readonly transfer: 'attended' | 'blind';
  /** Keys travel in the audio stream (RFC 4733), or as SIP INFO for a PBX that understands nothing else. */
  readonly dtmf: 'stream' | 'info';
  /** What to dial for this agent's room on the PBX's conference bridge; null = the PBX has none. */
  readonly conference: string | null;
  /** `browser`: this browser records both sides; `pbx`: the PBX does, the ledger attaches its address. */
  readonly recording: 'off' | 'browser' | 'pbx';
  readonly dialling: DiallingPlan;
}

/**
 * What the browser needs to make of a number what the PBX dials; the Worker derives it from the portal's country. Small on
 * purpose: the library that knows all numbers of the world stays on the Worker.
 */
export interface DiallingPlan {
  /** Country calling code, e.g. `49`; '' = numbers are dialled as they are written. */
  readonly countryCode: string;
  /** Digit(s) that mark a number of another town, e.g. `0`; '' = none. */
  readonly nationalPrefix: string;
  /** Digits that mark a number of another country, e.g. `00`. */
  readonly internationalPrefix: string;
  /** Up to this many digits are an extension of the PBX and dialled as they are; 0 = no extensions. */
  readonly extensionDigits: number;
  /** The form that the PBX's trunk wants: `+493012345`, `03012345` (abroad `0044…`), or as written. */
  readonly dialAs: 'e164' | 'national' | 'as_written';
  /** Put before every number that is no extension and no emergency, e.g. `9`. */
  readonly prefix: string;
  /** Never dialled. A pattern is a number in which `*` stands for any digits, e.g. `+1900*`. */
  readonly forbidden: readonly string[];
  /** Dialled as written, whatever else the rules say. */
  readonly emergency: readonly string[];
}

/** What a person has set for themselves; kept by the object, the same in every browser. */
export interface Preferences {
  /** Calls are refused without ringing, so that the PBX rings somebody else. */
  readonly doNotDisturb: boolean;
  /** Whether a second call is offered while talking; off: refused as busy. */
  readonly callWaiting: boolean;
  /** Seconds after which a call is answered by itself; 0 = never, at most 30. */
  readonly autoAnswerS: number;
  readonly ringtone: 'classic' | 'soft' | 'chime';
  /** 0-1. */
  readonly ringVolume: number;
}

/** How a call sounded, measured in the browser (docs/sound.md). */
export interface CallQuality {
  /** Mean opinion score by the E-model (ITU-T G.107), 1-4.5. */
  readonly mos: number;
  /** Mean of the call, ms. */
  readonly jitterMs: number;
  /** Lost packets of the far end's sound, percent 0-100. */
  readonly lossPercent: number;
  /** Round trip, ms; null where the far end sends no reports. */
  readonly rttMs: number | null;
  /** How long one side could not be heard, whole seconds. */
  readonly oneWayS: number;
}

/** Who calls, as the CRM knows them. */
export interface Customer {
  readonly name: string;
  readonly company: string;
  /** Title of the newest open deal; '' = none. */
  readonly deal: string;
}

/** The SIP account that lets one employee's browser register at the PBX. Lives in memory only, never in web storage. */
export interface SipAccount {
  /** SIP address of record, e.g. `sip:1001@pbx.example.com`. */
  readonly uri: string;
  /** WebSocket URL of the PBX, e.g. `wss://pbx.example.com:8089/ws`. */
  readonly server: string;
  readonly authorizationUser: string;
  readonly password: string;
  readonly displayName: string;
}

export interface IceServer {
  readonly urls: string | readonly string[];
  readonly username?: string;
  readonly credential?: string;
}

/** What a request inside a dialog needs beside the dialog's name (RFC 3261 12.2.1.1). */
export interface Inside {
  /** The far end's Contact, a SIP URI. */
  readonly target: string;
  /** The proxies on the way, as Route headers. */
  readonly routes: readonly string[];
  readonly localUri: string;
  /** CSeq of our newest request; 0 before the first. */
  readonly cseq: number;
}

/**
 * What another page of the same person needs to go on with a live call: INVITE with Replaces (RFC 3891), or else a
 * re-INVITE. Whoever knows it and may call at the PBX can take the call, so it is a secret: sealed in the object, given to
 * this person's phone only.
 */
export interface KeptCall {
  readonly leg: string;
  readonly sipCallId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  /** Whom the dialog is with, as a SIP URI that the PBX can route. */
  readonly remoteUri: string;
  /** Absent: a page of an earlier version kept the call, and only Replaces can be tried. */
  readonly inside?: Inside;
  readonly callId: string | null;
  readonly direction: Direction;
  readonly number: string;
  readonly name: string;
  readonly line: string;
  /** Unix ms. */
  readonly answeredAt: number;
  readonly held: boolean;
  readonly muted: boolean;
}

/** The answer of `POST /api/session`. */
export interface Session {
  readonly ticket: string;
  /** Seconds until the ticket dies. */
  readonly expiresIn: number;
  readonly user: { readonly id: number; readonly admin: boolean; readonly name: string };
  /** null: this employee has no SIP account, so this browser is no phone. */
  readonly sip: SipAccount | null;
  readonly ice: readonly IceServer[];
  readonly lines: readonly Line[];
  /** Portal user id -> user part of the SIP address, for transfers to a colleague; absent = nobody can be named by id. */
  readonly colleagues?: Readonly<Record<string, string>>;
  /** Name of the SIP header that tells which call a leg belongs to; null where the PBX sends none. */
  readonly callHeader: string | null;
  /** Absent = DEFAULT_CALLING. */
  readonly calling?: CallingRules;
  /** What this person has set; absent = nothing yet. So that a phone that has just come up does not ring through it. */
  readonly preferences?: Preferences;
  /** 128 random bits (base64url) from which this person's frames derive channel and lock names. */
  readonly room: string;
  /** A frame load longer than this (ms) is a strike. */
  readonly strikeMs: number;
  /** Unix ms of the browser at which it was opened; put in by the frame, so that an older one than the settings is not used. */
  readonly at?: number;
}

export type Direction = 'in' | 'out';

/** Bitrix24's STATUS_CODE of telephony.externalcall.finish. */
export type CallStatus =
  | '200'
  | '304'
  | '603'
  | '603-S'
  | '403'
  | '404'
  | '486'
  | '484'
  | '503'
  | '480'
  | '402'
  | '423'
  | 'OTHER';

/** Whether a person can be called right now. `reason` is one short code for docs/protocol.md's table. */
export type PhoneState =
  | { readonly ready: true; readonly talking: boolean; readonly doNotDisturb?: boolean }
  | { readonly ready: false; readonly talking: boolean; readonly reason: NotReady; readonly doNotDisturb?: boolean };

export type NotReady = 'microphone_denied' | 'not_registered' | 'wrong_password' | 'pbx_unreachable' | 'starting';

/**
 * From the phone's frame to the object. A message with `id` is repeated after a reconnect until its answer came.
 * `sent`: the browser's clock (Unix ms) at the moment of sending, anew at each repetition; from it the object knows by
 * how much that clock is wrong.
 */
export type FrameMessage =
  /**
   * Sent first after every (re)connect and at each change. `legs` names every leg this browser still holds: a leg the
   * object thinks alive that is not named has died with its page.
   */
  | {
      readonly t: 'state';
      readonly state: PhoneState;
      readonly legs: readonly string[];
      /**
       * A random name of this browser, '' where it keeps none: a call kept by the same browser has lost its page, even if
       * that page's socket still looks open.
       */
      readonly browser?: string;
    }
  /** A live call as it is now; said again when hold, mute or its dialog change. */
  | { readonly t: 'keep'; readonly id: string; readonly call: KeptCall }
  /** `leg` has taken the place of `from`, which an earlier page held. */
  | { readonly t: 'resumed'; readonly id: string; readonly leg: string; readonly from: string }
  | { readonly t: 'vitals'; readonly loads: readonly number[] }
  | { readonly t: 'renew'; readonly id: string }
  | {
      readonly t: 'register';
      readonly id: string;
      /** SIP Call-ID of this leg; behind a `;` the branch that it came in by, as a proxy may fork one Call-ID to several. */
      readonly leg: string;
      /** The PBX's own name of the call that this leg belongs to, where it sends one. */
      readonly group: string | null;
      readonly direction: Direction;
      /** The other party. */
      readonly number: string;
      /** Our number (incoming) or the line that dials (outgoing); '' where unknown. */
      readonly line: string;
      /** Unix ms. */
      readonly startedAt: number;
      /** false: another call's card is open here, and Bitrix24 shows one at a time; `show` asks for it later. */
      readonly card?: boolean;
      readonly sent?: number;
    }
  /**
   * Raise the card of this call again: none opened, or another call's card was in its place. Coalesced by the object.
   * `anew`: cards of this call that are open are closed first, for one of them opened before its frame listened.
   */
  | { readonly t: 'show'; readonly id: string; readonly leg: string; readonly anew?: true }
  /**
   * This leg's call is being transferred: the ledger joins the target's leg to the call and moves its card.
   * `over`: it was cancelled, has failed, or the customer hung up before it was complete. The transferring leg's `ended`
   * without an `over` before it means that the target has the call.
   */
  | {
      readonly t: 'handover';
      readonly id: string;
      readonly leg: string;
      readonly kind: 'blind' | 'attended' | 'over';
      /** Portal user id of a colleague; null for a number that is nobody's. */
      readonly userId: number | null;
      readonly number: string;
    }
  | { readonly t: 'quality'; readonly id: string; readonly leg: string; readonly quality: CallQuality }
  | { readonly t: 'preferences'; readonly id: string; readonly preferences: Preferences }
  | {
      /** A call that Bitrix24 registered itself (click-to-call): we take its CALL_ID over. */
      readonly t: 'adopt';
      readonly id: string;
      readonly callId: string;
      readonly leg: string;
      readonly number: string;
      readonly line: string;
      readonly startedAt: number;
      readonly sent?: number;
    }
  | { readonly t: 'answered'; readonly id: string; readonly leg: string; readonly at: number; readonly sent?: number }
  | {
      readonly t: 'ended';
      readonly id: string;
      readonly leg: string;
      /** Unix ms. */
      readonly at: number;
      /** Talk time in whole seconds; 0 when nobody answered. */
      readonly seconds: number;
      readonly status: CallStatus;
      readonly reason: string;
      readonly sent?: number;
    }
  | { readonly t: 'vote'; readonly id: string; readonly leg: string; readonly vote: 1 | 2 | 3 | 4 | 5 }
  | { readonly t: 'comment'; readonly id: string; readonly leg: string; readonly text: string };

/** From the object to the phone's frame. */
export type ObjectMessage =
  | { readonly t: 'welcome'; readonly epoch: number }
  /** Another frame or browser of this person is the phone now: stop registering, hang nothing up. */
  | { readonly t: 'superseded'; readonly epoch: number }
  | { readonly t: 'ticket'; readonly id: string; readonly ticket: string; readonly expiresIn: number }
  | { readonly t: 'registered'; readonly id: string; readonly leg: string; readonly callId: string }
  | { readonly t: 'refused'; readonly id: string; readonly error: string; readonly message: string }
  | { readonly t: 'ack'; readonly id: string }
  /** Click-to-call or call-back: `callId` is registered and its card shown; adopt and dial it (de-duplicate by callId). */
  | {
      readonly t: 'dial';
      readonly callId: string;
      readonly number: string;
      readonly line: string;
      /** Ring the person first: the number was tapped in the mobile app, and nobody may sit at this browser. */
      readonly ask?: boolean;
    }
  /** What the person has set, after `welcome` and after a change in another browser; never set = never said. */
  | { readonly t: 'preferences'; readonly preferences: Preferences }
  /** Who calls, once the CRM was asked; nobody known = never said. */
  | { readonly t: 'customer'; readonly leg: string; readonly customer: Customer }
  /** An earlier page of this person held this call and is gone: go on with it. */
  | { readonly t: 'recover'; readonly call: KeptCall }
  /** The call was answered by a colleague; this leg stops ringing. */
  | { readonly t: 'elsewhere'; readonly leg: string; readonly callId: string };

/** Where an older Worker, or nobody, has said anything else. */
export const DEFAULT_CALLING: CallingRules = {
  transfer: 'attended',
  dtmf: 'stream',
  conference: null,
  recording: 'off',
  dialling: {
    countryCode: '',
    nationalPrefix: '',
    internationalPrefix: '00',
    extensionDigits: 0,
    dialAs: 'as_written',
    prefix: '',
    forbidden: [],
    emergency: [],
  },
};

export const DEFAULT_PREFERENCES: Preferences = {
  doNotDisturb: false,
  callWaiting: true,
  autoAnswerS: 0,
  ringtone: 'classic',
  ringVolume: 0.7,
};

/** WebSocket close codes of `GET /api/socket`. */
export const CloseCode = {
  /** The ticket is revoked or ran out: get a new session. */
  ticket: 4401,
  /** A connection of the same session came in after this one: connect again if that was not you. */
  again: 4408,
  /** A newer phone took over. */
  superseded: 4409,
  /** A message did not fit the protocol. */
  protocol: 4400,
  /** The app was uninstalled from the portal. */
  uninstalled: 4410,
  /** Not heard for too long: connect again. */
  silent: 4411,
} as const;
