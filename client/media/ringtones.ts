import type { Preferences } from '../../src/protocol/frame.ts';
import type { Tone } from '../call/types.ts';

/** One sound of a tone. */
export interface Note {
  /** Hz that sound together. */
  readonly hertz: readonly number[];
  /** Seconds from the tone's beginning, and its length. */
  readonly at: number;
  readonly for: number;
  /** A struck bell fades, a signal doesn't. */
  readonly bell?: true;
  /** Hz of an old telephone's hammer. */
  readonly tremble?: number;
}

/** A tone is played again and again; each round lasts `period` s. */
export interface Pattern {
  readonly period: number;
  readonly notes: readonly Note[];
}

export type Ringtone = Preferences['ringtone'];

const strike = (hz: number, at: number, length: number): Note => ({ hertz: [hz, 2 * hz], at, for: length, bell: true });

/** What people may choose from. */
export const RINGTONES: Readonly<Record<Ringtone, Pattern>> = {
  classic: {
    period: 3,
    notes: [
      { hertz: [440, 480], at: 0, for: 0.4, tremble: 20 },
      { hertz: [440, 480], at: 0.6, for: 0.4, tremble: 20 },
    ],
  },
  soft: { period: 3, notes: [strike(392, 0, 0.9), strike(523.25, 0.45, 1.1)] },
  chime: { period: 3, notes: [strike(659.25, 0, 0.8), strike(830.61, 0.22, 0.8), strike(987.77, 0.44, 1.2)] },
};

/** The ringback is the European one (ITU-T E.180: 425 Hz, 1 s on, 4 s off), and so is the tone of a call that waits. */
const SIGNALS: Readonly<Record<'ringback' | 'waiting', Pattern>> = {
  ringback: { period: 5, notes: [{ hertz: [425], at: 0, for: 1 }] },
  waiting: {
    period: 5,
    notes: [
      { hertz: [425], at: 0, for: 0.2 },
      { hertz: [425], at: 0.4, for: 0.2 },
    ],
  },
};

export function patternOf(tone: Exclude<Tone, 'none'>, ringtone: Ringtone): Pattern {
  return tone === 'ring' ? RINGTONES[ringtone] : SIGNALS[tone];
}
