import { describe, expect, it } from 'vitest';
import { decodeMulaw, encodeMulaw, FRAME, levelOf, melody, SILENCE, steadyTone } from '../../pbx/demo/tone.ts';

describe('G.711 mu-law', () => {
  it('has the code words of the recommendation at zero and at both ends', () => {
    expect(encodeMulaw(0)).toBe(0xff);
    expect(encodeMulaw(32_767)).toBe(0x80);
    expect(encodeMulaw(-32_768)).toBe(0x00);
    expect(decodeMulaw(0xff)).toBe(0);
    expect(decodeMulaw(0x80)).toBe(32_124);
    expect(decodeMulaw(0x00)).toBe(-32_124);
  });

  it('keeps every code word that it decodes itself', () => {
    for (let byte = 0; byte < 256; byte++) {
      const sample = decodeMulaw(byte);
      expect(decodeMulaw(encodeMulaw(sample))).toBe(sample);
    }
  });

  it('is off by half a step of its segment at most', () => {
    for (let sample = -32_124; sample <= 32_124; sample += 7) {
      const step = Math.max(8, 2 ** (Math.floor(Math.log2(Math.abs(sample) + 132)) - 4));
      expect(Math.abs(decodeMulaw(encodeMulaw(sample)) - sample)).toBeLessThanOrEqual(step / 2);
    }
  });
});

describe('sounds', () => {
  it('silence has level 0, a full-scale sine 0.7, a tone at 0.35 a quarter', () => {
    const loud = steadyTone(1000, 1).next();
    const soft = steadyTone(1000, 0.35).next();
    expect(levelOf(SILENCE)).toBe(0);
    expect(levelOf(new Uint8Array())).toBe(0);
    expect(loud.done ? 0 : levelOf(loud.value)).toBeCloseTo(Math.SQRT1_2, 1);
    expect(soft.done ? 0 : levelOf(soft.value)).toBeCloseTo(0.2475, 2);
  });

  it('a melody is 20 ms frames, as many as its notes are long, and rests are silent', () => {
    const notes = [
      { hz: 440, ms: 100 },
      { hz: 0, ms: 40 },
      { hz: 880, ms: 60 },
    ];
    const frames = [...melody(notes)];
    expect(frames).toHaveLength(10);
    expect(frames.every((frame) => frame.length === FRAME)).toBe(true);
    expect(frames.slice(5, 7).map(levelOf)).toEqual([0, 0]);
    expect(levelOf(frames[8] ?? SILENCE)).toBeGreaterThan(0.1);
  });
});
