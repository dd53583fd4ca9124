import type { CallQuality, Customer, Direction, NotReady, Preferences } from '../../src/protocol/frame.ts';

/**
 * The phone as the app's page shows it, and what a person may do there: the words between the phone's frame and the
 * operator's panel (channel messages `panel` and `act`). The card can show one call; everything that it has no button for
 * is done here.
 */
export interface Panel {
  /** `ready`, or why the phone can't call. */
  readonly phone: 'ready' | NotReady | 'superseded' | 'uninstalled' | 'refused';
  /** At most two: the call that the card shows first. */
  readonly calls: readonly PanelCall[];
  readonly preferences: Preferences;
  readonly devices: DeviceChoice;
  /** Whether the two calls can be joined on the PBX's bridge now. */
  readonly canConfer: boolean;
  /** What the last act came to, where it needs a sentence; '' = nothing to say. */
  readonly notice: string;
}

export interface PanelCall {
  /** SIP Call-ID. */
  readonly leg: string;
  readonly direction: Direction;
  readonly number: string;
  readonly name: string;
  readonly customer: Customer | null;
  /** Phase of the call (client/call/types.ts). */
  readonly phase: string;
  readonly held: boolean;
  readonly muted: boolean;
  /** Unix ms of the answer; null while it rings. */
  readonly answeredAt: number | null;
  readonly recording: 'off' | 'on' | 'paused';
  /** The newest second's figures; null before the first. */
  readonly quality: Pick<CallQuality, 'mos' | 'jitterMs' | 'lossPercent' | 'rttMs'> | null;
  /** One sentence on what is wrong with the sound; '' = nothing. */
  readonly trouble: string;
}

/** An input or output of this browser, as the page may know it. */
export interface Device {
  readonly id: string;
  readonly label: string;
}

/** The devices of the phone's browser, and which are used; '' = the browser's own choice. */
export interface DeviceChoice {
  readonly microphones: readonly Device[];
  /** Empty where the browser does not let this frame choose. */
  readonly speakers: readonly Device[];
  readonly microphone: string;
  readonly speaker: string;
  /** Where it rings. */
  readonly ringer: string;
}

export type PanelAct =
  | { readonly act: 'answer' | 'decline' | 'hangup'; readonly leg: string }
  /** To the other of two calls: this one is held, the other resumed or answered. */
  | { readonly act: 'swap' }
  | { readonly act: 'hold'; readonly leg: string; readonly held: boolean }
  | { readonly act: 'mute'; readonly leg: string; readonly muted: boolean }
  | { readonly act: 'confer' }
  | { readonly act: 'record'; readonly leg: string; readonly on: boolean }
  | { readonly act: 'prefer'; readonly preferences: Preferences }
  | { readonly act: 'choose'; readonly kind: 'microphone' | 'speaker' | 'ringer'; readonly id: string }
  /** Rings once, so that a person hears the ringtone and its volume. */
  | { readonly act: 'tryRing' };
