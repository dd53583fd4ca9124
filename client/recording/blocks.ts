/** Samples of one block: 43 ms at 48 kHz. */
export const BLOCK_SAMPLES = 2048;
/** Blocks that exist at all: five seconds of sound and one megabyte. */
export const BLOCKS = 128;

/** What the worklet says to the encoder; the sound travels without being copied. */
export interface Block {
  readonly samples: Float32Array<ArrayBuffer>;
  /** Samples lost before this block since the last one, because the encoder was late. */
  readonly lost: number;
}

/**
 * Gathers the small parts in which a worklet hears (128 samples) into blocks, and never has more than {@link BLOCKS} of
 * them: the encoder gives each back when it has read it. With none left, sound is dropped and counted, so that an encoder
 * which is starved of time costs no memory.
 *
 * @param send gives a full block away
 */
export function blockFiller(send: (block: Block) => void) {
  const free = Array.from({ length: BLOCKS }, () => new Float32Array(BLOCK_SAMPLES));
  let current: Float32Array<ArrayBuffer> | undefined;
  let filled = 0;
  let lost = 0;
  return {
    /** @param samples one mono part, -1 to 1; undefined = silence of `length` samples */
    hear(samples: Float32Array | undefined, length: number): void {
      current ??= free.pop();
      if (!current) {
        lost += length;
        return;
      }
      if (samples) current.set(samples, filled);
      else current.fill(0, filled, filled + length);
      filled += length;
      if (filled < BLOCK_SAMPLES) return;
      send({ samples: current, lost });
      current = undefined;
      filled = 0;
      lost = 0;
    },
    giveBack(samples: Float32Array<ArrayBuffer>): void {
      free.push(samples);
    },
  };
}
