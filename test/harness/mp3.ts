/** What the frames of an mp3 file say: layer III of MPEG 2, as speech at 16 kHz is written (ISO/IEC 13818-3). */
export interface Mp3Facts {
  readonly frames: number;
  /** Of all frames; null where they differ. */
  readonly rate: number | null;
  readonly kbps: number | null;
  readonly mono: boolean;
  readonly seconds: number;
  /** Bytes that belong to no frame. */
  readonly stray: number;
}

const KBPS = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const RATES = [22_050, 24_000, 16_000];
const SAMPLES = 576;

/** Reads the frame headers of MPEG 2 layer III and nothing else. */
export function readMp3(bytes: Uint8Array): Mp3Facts {
  const rates = new Set<number>();
  const kbps = new Set<number>();
  let [frames, stray, seconds] = [0, 0, 0];
  let mono = true;
  for (let at = 0; at < bytes.length; ) {
    const [first = 0, second = 0, third = 0, fourth = 0] = bytes.subarray(at, at + 4);
    const speed = KBPS[third >> 4] ?? 0;
    const rate = RATES[(third >> 2) & 3] ?? 0;
    // Eleven bits of sync, MPEG 2, layer III.
    if (first !== 0xff || (second & 0xfe) !== 0xf2 || speed === 0 || rate === 0) {
      stray++;
      at++;
      continue;
    }
    frames++;
    rates.add(rate);
    kbps.add(speed);
    mono &&= fourth >> 6 === 3;
    seconds += SAMPLES / rate;
    at += Math.floor((SAMPLES / 8) * ((speed * 1000) / rate)) + ((third >> 1) & 1);
  }
  const only = (set: Set<number>) => (set.size === 1 ? ([...set][0] ?? null) : null);
  return { frames, rate: only(rates), kbps: only(kbps), mono, seconds, stray };
}
