import { Mp3Encoder } from '@breezystack/lamejs';
import { describe, expect, it } from 'vitest';
import { BLOCK_SAMPLES, BLOCKS, type Block, blockFiller } from '../../../client/recording/blocks.ts';
import { encoding, RECORD_KBPS, RECORD_RATE } from '../../../client/recording/encoding.ts';
import { PIECE_BYTES, pieceCutter } from '../../../client/recording/pieces.ts';
import { resampler } from '../../../client/recording/resample.ts';
import { readMp3 } from '../../harness/mp3.ts';
import { strength as strengthOf } from '../../harness/spectrum.ts';

const tone = (hertz: number, rate: number, seconds: number, volume = 0.5) =>
  Float32Array.from(
    { length: Math.round(rate * seconds) },
    (_, i) => volume * Math.sin((2 * Math.PI * hertz * i) / rate),
  );

const strength = (samples: Int16Array, hertz: number) => strengthOf(samples, hertz, RECORD_RATE) / 32_768;

const inBlocks = (samples: Float32Array<ArrayBuffer>): Block[] => {
  const blocks: Block[] = [];
  for (let at = 0; at + BLOCK_SAMPLES <= samples.length; at += BLOCK_SAMPLES)
    blocks.push({ samples: samples.slice(at, at + BLOCK_SAMPLES), lost: 0 });
  return blocks;
};

describe('blocks between the audio thread and the encoder', () => {
  const part = (value: number) => new Float32Array(128).fill(value);

  it('are filled in order; what is unconnected is silence', () => {
    const blocks: Block[] = [];
    const filler = blockFiller((block) => blocks.push(block));
    for (let n = 0; n < BLOCK_SAMPLES / 128; n++) filler.hear(n % 2 ? undefined : part(0.5), 128);
    expect(blocks).toHaveLength(1);
    expect([...(blocks[0]?.samples.subarray(126, 130) ?? [])]).toEqual([0.5, 0.5, 0, 0]);
  });

  it('are never more than there were: a late encoder loses sound, which is counted, and costs no memory', () => {
    const blocks: Block[] = [];
    const filler = blockFiller((block) => blocks.push(block));
    const hear = (count: number) => {
      for (let n = 0; n < (count * BLOCK_SAMPLES) / 128; n++) filler.hear(part(1), 128);
    };
    hear(BLOCKS + 3);
    expect(blocks).toHaveLength(BLOCKS);
    for (const block of blocks.splice(0)) filler.giveBack(block.samples);
    hear(2);
    expect(blocks.map(({ lost }) => lost)).toEqual([3 * BLOCK_SAMPLES, 0]);
  });
});

describe('the way to 16 kHz', () => {
  it.each([48_000, 44_100, 16_000, 8000])(
    'from %i Hz a tone stays the tone that it was, as long and as loud',
    (rate) => {
      const resample = resampler(rate, RECORD_RATE);
      const parts = inBlocks(tone(1000, rate, 2)).map(({ samples }) => resample(samples));
      const all = Int16Array.from(parts.flatMap((samples) => [...samples]));
      expect(Math.abs(all.length / RECORD_RATE - 2)).toBeLessThan(0.3);
      // Without the filter's run-in; a seam between blocks would be heard as other tones.
      const inner = all.slice(1600, 1600 + RECORD_RATE);
      expect(strength(inner, 1000)).toBeCloseTo(0.5, 2);
      for (const other of [500, 2000, 3000]) expect(strength(inner, other)).toBeLessThan(0.002);
    },
  );

  it('what is too high for the new rate is gone instead of coming back as another tone', () => {
    const resample = resampler(48_000, RECORD_RATE);
    const out = resample(tone(13_000, 48_000, 1));
    expect(strength(out.slice(1600), 3000)).toBeLessThan(0.002);
  });

  it('two voices that add up to more than full scale are cut, not turned round', () => {
    const resample = resampler(16_000, RECORD_RATE);
    const out = resample(new Float32Array(1000).fill(1.7));
    expect(Math.max(...out)).toBe(32_767);
    expect(Math.min(...out)).toBeGreaterThanOrEqual(0);
  });
});

describe('the encoder', () => {
  const run = (drive: (to: ReturnType<typeof encoding>) => void) => {
    const parts: Uint8Array[] = [];
    let lost = 0;
    const to = encoding(48_000, new Mp3Encoder(1, RECORD_RATE, RECORD_KBPS), (bytes, missing) => {
      parts.push(bytes);
      lost += missing;
    });
    drive(to);
    to.end();
    return { parts, lost, file: Uint8Array.from(parts.flatMap((part) => [...part])) };
  };
  const second = inBlocks(tone(440, 48_000, 4));

  it('writes mp3 of speech: 16 kHz, mono, 32 kbit/s, as long as the sound', () => {
    const { file } = run((to) => second.forEach(to.hear));
    expect(readMp3(file)).toMatchObject({ rate: 16_000, kbps: 32, mono: true, stray: 0 });
    expect(Math.abs(readMp3(file).seconds - 4)).toBeLessThan(0.3);
  });

  it('hands on whole frames, so that a piece can be played by itself', () => {
    const { parts } = run((to) => second.forEach(to.hear));
    expect(parts.length).toBeGreaterThan(5);
    for (const part of parts) expect(readMp3(part).stray).toBe(0);
  });

  it('hears nothing in a pause: it is cut out', () => {
    const { file } = run((to) => {
      second.forEach(to.hear);
      to.pause(true);
      second.forEach(to.hear);
      to.pause(false);
      second.forEach(to.hear);
    });
    expect(Math.abs(readMp3(file).seconds - 8)).toBeLessThan(0.4);
  });

  it('tells what was lost before it', () => {
    const { lost } = run((to) => {
      for (const [n, block] of second.entries()) to.hear({ ...block, lost: n === 3 ? 500 : 0 });
    });
    expect(lost).toBe(500);
  });
});

it('a piece is cut after five seconds, and the rest at the end', () => {
  const cutter = pieceCutter();
  const pieces = Array.from({ length: 12 }, () => cutter.add(new Uint8Array(2000))).filter((piece) => piece !== null);
  expect(pieces.map((piece) => piece.length)).toEqual([PIECE_BYTES]);
  expect(cutter.rest()).toHaveLength(4000);
  expect(cutter.rest()).toBeNull();
});
