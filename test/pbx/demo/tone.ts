/**
 * Sounds of the demo PBX: G.711 mu-law, 8 kHz, in frames of 20 ms. Pure: no timers, no sockets.
 */

/** Samples, and bytes, of one 20 ms frame of G.711 (RFC 3551 4.5.14: 8000 samples a second, one byte each). */
export const FRAME = 160;

/** Largest magnitude that mu-law can carry before its bias is added (ITU-T G.711, table 2a). */
const CLIP = 32_635;
const BIAS = 132;

/**
 * One linear sample as a mu-law byte (ITU-T G.711).
 * @param sample -32768 to 32767; louder values are clipped.
 */
export function encodeMulaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(Math.round(sample)), CLIP) + BIAS;
  const segment = 24 - Math.clz32(magnitude);
  const mantissa = (magnitude >> (segment + 3)) & 0x0f;
  return ~(sign | (segment << 4) | mantissa) & 0xff;
}

/** One mu-law byte as a linear sample, -32124 to 32124 (ITU-T G.711). */
export function decodeMulaw(byte: number): number {
  const bits = ~byte & 0xff;
  const magnitude = ((((bits & 0x0f) << 3) + BIAS) << ((bits >> 4) & 0x07)) - BIAS;
  return bits & 0x80 ? 0 - magnitude : magnitude;
}

/** Loudness of a mu-law frame as root mean square, 0 (silence) to 1 (full scale). */
export function levelOf(frame: Uint8Array): number {
  if (frame.length === 0) return 0;
  let sum = 0;
  for (const byte of frame) sum += decodeMulaw(byte) ** 2;
  return Math.sqrt(sum / frame.length) / 32_768;
}

/** A note: pitch in hertz (0 is a rest), length in milliseconds. */
export interface Note {
  readonly hz: number;
  readonly ms: number;
}

/** The greeting of the demo customer: a rising chord and its way home, about two and a half seconds. */
export const GREETING: readonly Note[] = [
  { hz: 523.25, ms: 240 },
  { hz: 659.25, ms: 240 },
  { hz: 783.99, ms: 240 },
  { hz: 1046.5, ms: 480 },
  { hz: 0, ms: 120 },
  { hz: 783.99, ms: 240 },
  { hz: 659.25, ms: 240 },
  { hz: 523.25, ms: 600 },
];

/**
 * Frames of a steady sine, for ever. A whole number of frames never cuts the wave: the phase runs on.
 * @param hz pitch, 50 to 3400
 * @param level peak, 0 to 1 of full scale
 */
export function* steadyTone(hz = 440, level = 0.35): Generator<Uint8Array, void> {
  for (let from = 0; ; from += FRAME) yield sineFrame(hz, level, from);
}

/** Frames of a melody, once; each note fades in and out over 10 ms so that it does not click. */
export function* melody(notes: readonly Note[] = GREETING, level = 0.35): Generator<Uint8Array, void> {
  for (const note of notes) {
    const frames = Math.max(1, Math.round(note.ms / 20));
    for (let n = 0; n < frames; n++) yield sineFrame(note.hz, level, n * FRAME, frames * FRAME);
  }
}

const FADE = 80;

function sineFrame(hz: number, level: number, from: number, length = Number.POSITIVE_INFINITY): Uint8Array {
  const frame = new Uint8Array(FRAME);
  for (let n = 0; n < FRAME; n++) {
    const at = from + n;
    const fade = length === Number.POSITIVE_INFINITY ? 1 : Math.min(1, at / FADE, (length - at) / FADE);
    frame[n] = encodeMulaw(32_767 * level * fade * Math.sin((2 * Math.PI * hz * at) / 8000));
  }
  return frame;
}

/** A frame of silence. */
export const SILENCE: Uint8Array = new Uint8Array(FRAME).fill(encodeMulaw(0));
