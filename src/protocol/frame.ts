/**
 * The words that frames and the portal's object exchange. Types only: the browser pays no byte for them.
 * The page for people is docs/protocol.md; change both together.
 */

/** A phone line of the portal: the number customers dial, and what the portal calls it. */
export interface Line {
  readonly number: string;
  readonly name: string;
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
  /** 128 random bits (base64url) from which this person's frames derive channel and lock names. */
  readonly room: string;
  /** A frame load longer than this (ms) is a strike. */
  readonly strikeMs: number;
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
  | { readonly ready: true; readonly talking: boolean }
  | { readonly ready: false; readonly talking: boolean; readonly reason: NotReady };

export type NotReady = 'microphone_denied' | 'not_registered' | 'wrong_password' | 'pbx_unreachable' | 'starting';

/** From the phone's frame to the object. A message with `id` is repeated after a reconnect until its answer came. */
export type FrameMessage =
  /**
   * Sent first after every (re)connect and at each change. `legs` names every leg this browser still holds: a leg the
   * object thinks alive that is not named has died with its page.
   */
  | { readonly t: 'state'; readonly state: PhoneState; readonly legs: readonly string[] }
  | { readonly t: 'vitals'; readonly loads: readonly number[] }
  | { readonly t: 'renew'; readonly id: string }
  | {
      readonly t: 'register';
      readonly id: string;
      /** SIP Call-ID of this leg. */
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
    }
  | {
      /** A call that Bitrix24 registered itself (click-to-call): we take its CALL_ID over. */
      readonly t: 'adopt';
      readonly id: string;
      readonly callId: string;
      readonly leg: string;
      readonly number: string;
      readonly line: string;
      readonly startedAt: number;
    }
  | { readonly t: 'answered'; readonly id: string; readonly leg: string; readonly at: number }
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
  | { readonly t: 'dial'; readonly callId: string; readonly number: string; readonly line: string }
  /** The call was answered by a colleague; this leg stops ringing. */
  | { readonly t: 'elsewhere'; readonly leg: string; readonly callId: string };

/** WebSocket close codes of `GET /api/socket`. */
export const CloseCode = {
  /** The ticket is revoked or ran out: get a new session. */
  ticket: 4401,
  /** A newer phone took over. */
  superseded: 4409,
  /** A message did not fit the protocol. */
  protocol: 4400,
  /** The app was uninstalled from the portal. */
  uninstalled: 4410,
} as const;
