import { describe, expect, test } from 'vitest';
import { PATTERNS, toneFile, tonePlayer } from '../../../../client/media/tones.ts';
import { settle } from '../support.ts';

const denied = () => Promise.reject(new DOMException('no', 'NotAllowedError'));

describe('tones', () => {
  test('are files that loop: sound, then silence, as long as the pattern says', () => {
    const file = toneFile(PATTERNS.ringback);
    const view = new DataView(file.buffer);
    expect(new TextDecoder().decode(file.slice(0, 4))).toBe('RIFF');
    expect(view.getUint32(4, true)).toBe(file.length - 8);
    expect((file.length - 44) / 2 / 8000).toBe(5);
    const samples = Array.from({ length: (file.length - 44) / 2 }, (_, n) => view.getInt16(44 + n * 2, true));
    expect(Math.max(...samples.slice(0, 8000))).toBeGreaterThan(1000);
    expect(Math.max(...samples.slice(8000).map(Math.abs))).toBe(0);
  });
  test('one at a time; a browser that refuses to play is no error', async () => {
    const done: string[] = [];
    const player = {
      src: '',
      loop: false,
      play() {
        done.push(`play ${this.src}`);
        return denied();
      },
      pause: () => void done.push('pause'),
    };
    let files = 0;
    const tone = tonePlayer(player, () => `blob:${++files}`);
    for (const next of ['ring', 'ring', 'none', 'ringback', 'ring', 'none'] as const) tone(next);
    await settle();
    expect(done).toEqual(['pause', 'play blob:1', 'pause', 'pause', 'play blob:2', 'pause', 'play blob:1', 'pause']);
    expect(player.loop).toBe(true);
  });
});
