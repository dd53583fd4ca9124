import type { Tone } from '../call/types.ts';

/** A tone's pattern: frequencies in Hz sound together for `on` s, then silence for `off` s. */
interface Pattern {
  readonly hertz: readonly number[];
  readonly on: number;
  readonly off: number;
}

/** The ringback is the European one (ITU-T E.180: 425 Hz, 1 s on, 4 s off). */
export const PATTERNS: Readonly<Record<Exclude<Tone, 'none'>, Pattern>> = {
  ring: { hertz: [660, 880], on: 1, off: 2 },
  waiting: { hertz: [440], on: 0.2, off: 4 },
  ringback: { hertz: [425], on: 1, off: 4 },
};

const RATE = 8000;
const LOUDNESS = 0.25;
const HEADER_BYTES = 44;

/**
 * One period of a tone as a WAV file, to be looped. A file of our own making needs no request when it has to ring.
 */
export function toneFile({ hertz, on, off }: Pattern): Uint8Array<ArrayBuffer> {
  const count = Math.round((on + off) * RATE);
  const bytes = new Uint8Array(HEADER_BYTES + count * 2);
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
  view.setUint32(40, count * 2, true);
  for (let i = 0; i < on * RATE; i++) {
    const wave = hertz.reduce((sum, f) => sum + Math.sin((2 * Math.PI * f * i) / RATE), 0) / hertz.length;
    view.setInt16(HEADER_BYTES + i * 2, Math.round(wave * LOUDNESS * 32767), true);
  }
  return bytes;
}

/** What plays: an `<audio>` element, in a test something that remembers. */
export interface Player {
  src: string;
  loop: boolean;
  play(): Promise<void>;
  pause(): void;
}

/**
 * Plays at most one tone.
 * A rejected play() is normal: a click in the portal's page is no user activation for this frame. The card
 * shows the call in any case.
 */
export function tonePlayer(player: Player, url: (file: Uint8Array<ArrayBuffer>) => string): (tone: Tone) => void {
  const urls = new Map<Tone, string>();
  let playing: Tone = 'none';
  return (tone) => {
    if (tone === playing) return;
    playing = tone;
    player.pause();
    if (tone === 'none') return;
    const src = urls.get(tone) ?? url(toneFile(PATTERNS[tone]));
    urls.set(tone, src);
    player.src = src;
    player.loop = true;
    player.play().catch(() => {});
  };
}
