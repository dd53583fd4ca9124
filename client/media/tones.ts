import type { Note, Pattern } from './ringtones.ts';

const RATE = 8000;
const LOUDNESS = 0.5;
const HEADER_BYTES = 44;
/** A wave that is cut clicks: each note rises and falls over this long, in s. */
const EDGE = 0.005;

function amplitude({ for: length, bell, tremble }: Note, t: number): number {
  const edge = Math.min(1, t / EDGE, (length - t) / EDGE);
  const fading = bell ? Math.exp((-5 * t) / length) : 1;
  const hammer = tremble ? 0.6 + 0.4 * Math.cos(2 * Math.PI * tremble * t) : 1;
  return edge * fading * hammer;
}

/** The wave of one round, samples -1 to 1. */
function waveOf({ period, notes }: Pattern): Float64Array {
  const wave = new Float64Array(Math.round(period * RATE));
  for (const note of notes) {
    const from = Math.round(note.at * RATE);
    for (let i = 0; i < note.for * RATE && from + i < wave.length; i++) {
      const t = i / RATE;
      const sum = note.hertz.reduce((total, hz) => total + Math.sin(2 * Math.PI * hz * t), 0) / note.hertz.length;
      wave[from + i] = (wave[from + i] ?? 0) + LOUDNESS * amplitude(note, t) * sum;
    }
  }
  return wave;
}

/**
 * One round of a tone as a WAV file (8 kHz, mono, 16 bit), to be looped. A file of our own making needs no request when
 * it has to ring.
 */
export function toneFile(pattern: Pattern): Uint8Array<ArrayBuffer> {
  const wave = waveOf(pattern);
  const bytes = new Uint8Array(HEADER_BYTES + wave.length * 2);
  const view = new DataView(bytes.buffer);
  const text = (at: number, word: string) => bytes.set(new TextEncoder().encode(word), at);
  text(0, 'RIFF');
  view.setUint32(4, bytes.length - 8, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, RATE * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, 'data');
  view.setUint32(40, wave.length * 2, true);
  wave.forEach((sample, i) => {
    view.setInt16(HEADER_BYTES + i * 2, Math.round(Math.max(-1, Math.min(1, sample)) * 32_767), true);
  });
  return bytes;
}
