import { describe, expect, test } from 'vitest';
import { createRinger, type Player } from '../../../../client/media/ringer.ts';
import { patternOf, RINGTONES, type Ringtone } from '../../../../client/media/ringtones.ts';
import { toneFile } from '../../../../client/media/tones.ts';
import { settle } from '../support.ts';

const RATE = 8000;
const NAMES = Object.keys(RINGTONES) as Ringtone[];

function samplesOf(file: Uint8Array<ArrayBuffer>): number[] {
  const view = new DataView(file.buffer);
  return Array.from({ length: (file.length - 44) / 2 }, (_, n) => view.getInt16(44 + n * 2, true));
}
const loudest = (samples: number[]) => samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);

describe('tones', () => {
  test('are files that loop: sound, then silence, as long as the pattern says', () => {
    const file = toneFile(patternOf('ringback', 'classic'));
    expect(new TextDecoder().decode(file.slice(0, 4))).toBe('RIFF');
    expect(new DataView(file.buffer).getUint32(4, true)).toBe(file.length - 8);
    const samples = samplesOf(file);
    expect(samples.length / RATE).toBe(5);
    expect(loudest(samples.slice(0, RATE))).toBeGreaterThan(10_000);
    expect(loudest(samples.slice(RATE))).toBe(0);
  });
  test.each(NAMES)(
    '%s begins and ends its round in silence, so that the loop does not click, and never clips',
    (name) => {
      const samples = samplesOf(toneFile(RINGTONES[name]));
      expect(samples.length).toBe(RINGTONES[name].period * RATE);
      expect(Math.abs(samples[0] ?? 1)).toBeLessThan(100);
      expect(loudest(samples.slice(-RATE / 2))).toBe(0);
      expect(loudest(samples)).toBeGreaterThan(8000);
      expect(loudest(samples)).toBeLessThan(32_767);
    },
  );
  test('are all different', () => {
    const files = NAMES.map((name) => toneFile(RINGTONES[name]).join());
    expect(new Set(files).size).toBe(NAMES.length);
  });
});

/** A player that remembers what it did; `may` decides whether the browser plays. */
function aPlayer(name: string, page: { may: boolean; done: string[] }): Player {
  return {
    src: '',
    loop: false,
    volume: 1,
    play() {
      page.done.push(`${name} ${this.loop ? 'loops' : 'plays'} ${this.src} at ${this.volume}`);
      return page.may ? Promise.resolve() : Promise.reject(new DOMException('no', 'NotAllowedError'));
    },
    pause: () => {},
  };
}
function aRinger(may = true) {
  const page = { may, done: [] as string[] };
  let files = 0;
  const ringer = createRinger({
    room: aPlayer('room', page),
    ear: aPlayer('ear', page),
    url: () => `file ${++files}`,
    preferences: { ringtone: 'classic', ringVolume: 0.7 },
  });
  return { ringer, page };
}

describe('the ringer', () => {
  test('one tone at a time; each file is made once', () => {
    const { ringer, page } = aRinger();
    for (const tone of ['ring', 'ring', 'none', 'ringback', 'ring', 'none'] as const) ringer.play(tone);
    expect(page.done).toEqual(['room loops file 1 at 0.7', 'ear loops file 2 at 0.3', 'room loops file 1 at 0.7']);
  });
  test('a second call rings softly in the ear, whatever the ringer’s volume', () => {
    const { ringer, page } = aRinger();
    ringer.prefer({ ringtone: 'chime', ringVolume: 1 });
    ringer.play('waiting');
    expect(page.done).toEqual(['ear loops file 1 at 0.3']);
  });
  test('another ringtone is heard at once, also while it rings', () => {
    const { ringer, page } = aRinger();
    ringer.play('ring');
    ringer.prefer({ ringtone: 'soft', ringVolume: 0.7 });
    ringer.prefer({ ringtone: 'soft', ringVolume: 0.2 });
    expect(page.done).toEqual(['room loops file 1 at 0.7', 'room loops file 2 at 0.7']);
  });
  test('is tried once, and never into a call', () => {
    const { ringer, page } = aRinger();
    ringer.tryRing();
    ringer.play('ringback');
    ringer.tryRing();
    expect(page.done).toEqual(['room plays file 1 at 0.7', 'ear loops file 2 at 0.3']);
  });
  test('a browser that refuses is no error, and is asked again while it should still ring', async () => {
    const { ringer, page } = aRinger(false);
    ringer.play('ring');
    await settle();
    page.may = true;
    ringer.retry();
    await settle();
    ringer.retry();
    expect(page.done).toHaveLength(2);
    page.may = false;
    ringer.play('waiting');
    await settle();
    ringer.play('none');
    ringer.retry();
    expect(page.done).toHaveLength(3);
  });
});
