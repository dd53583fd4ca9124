import type { Block } from './blocks.ts';
import { resampler } from './resample.ts';

/** The record's rate: wide-band speech, samples a second. */
export const RECORD_RATE = 16_000;
/** kbit/s. */
export const RECORD_KBPS = 32;
/** Encoded bytes are handed on in parts of about this many: half a second. */
const PART_BYTES = 2000;

/** What an mp3 library does; it hands out whole frames. */
export interface Mp3 {
  encodeBuffer(samples: Int16Array): Uint8Array;
  flush(): Uint8Array;
}

/**
 * Makes mp3 of blocks of sound.
 *
 * @param rate of the blocks, samples a second
 * @param send takes whole frames
 */
export function encoding(rate: number, mp3: Mp3, send: (bytes: Uint8Array<ArrayBuffer>, lost: number) => void) {
  let resample = resampler(rate, RECORD_RATE);
  let paused = false;
  let waiting: Uint8Array[] = [];
  let size = 0;
  let lost = 0;
  const hand = () => {
    if (size === 0) return;
    const bytes = new Uint8Array(size);
    let at = 0;
    for (const part of waiting) {
      bytes.set(part, at);
      at += part.length;
    }
    send(bytes, lost);
    waiting = [];
    size = 0;
    lost = 0;
  };
  const keep = (bytes: Uint8Array) => {
    // The library reuses its buffer.
    waiting.push(bytes.slice());
    size += bytes.length;
    if (size >= PART_BYTES) hand();
  };
  return {
    hear(block: Block): void {
      if (paused) return;
      lost += block.lost;
      keep(mp3.encodeBuffer(resample(block.samples)));
    },
    pause(wanted: boolean): void {
      if (wanted === paused) return;
      paused = wanted;
      if (paused) hand();
      // What was heard before the pause must not ring into what comes after it.
      else resample = resampler(rate, RECORD_RATE);
    },
    end(): void {
      keep(mp3.flush());
      hand();
    },
  };
}
