import { describe, expect, test } from 'vitest';
import { createMicrophone } from '../../../client/media/microphone.ts';
import { remoteSound } from '../../../client/media/remote.ts';
import { PATTERNS, toneFile, tonePlayer } from '../../../client/media/tones.ts';
import { settle } from './support.ts';

const denied = () => Promise.reject(new DOMException('no', 'NotAllowedError'));

describe('the microphone', () => {
  const stream = () => {
    const tracks = [{ stop: () => stopped.push('track') }];
    const stopped: string[] = [];
    return { media: { active: true, getTracks: () => tracks } as unknown as MediaStream, stopped };
  };
  test('is opened once for a call and closed after it', async () => {
    const { media, stopped } = stream();
    let asked = 0;
    const getUserMedia = async () => {
      asked++;
      return media;
    };
    const microphone = createMicrophone({ getUserMedia, frameMay: () => true, permission: async () => 'granted' });
    expect(await microphone.open()).toBe(true);
    expect(await microphone.open()).toBe(true);
    expect(asked).toBe(1);
    expect(microphone.borrow()).toBe(media);
    microphone.close();
    expect(stopped).toEqual(['track']);
    expect(() => microphone.borrow()).toThrow();
  });
  test('a refusal is an answer, not an exception', async () => {
    const microphone = createMicrophone({
      getUserMedia: denied,
      frameMay: () => true,
      permission: async () => 'prompt',
    });
    expect(await microphone.open()).toBe(false);
  });
  test('is known to be denied by the person, or by an old portal’s frame; a browser that can’t tell will ask', async () => {
    const allowed = (frame: boolean, permission: () => Promise<string>) =>
      createMicrophone({ getUserMedia: denied, frameMay: () => frame, permission }).allowed();
    expect(await allowed(true, async () => 'granted')).toBe(true);
    expect(await allowed(true, async () => 'prompt')).toBe(true);
    expect(await allowed(true, async () => 'denied')).toBe(false);
    expect(await allowed(false, async () => 'granted')).toBe(false);
    expect(await allowed(true, () => Promise.reject(new TypeError('unknown')))).toBe(true);
  });
});

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

describe('the far end’s sound', () => {
  test('goes to the element; a refusal to play is told', async () => {
    let blocked = 0;
    const speaker = { srcObject: null as unknown, play: denied };
    remoteSound(speaker, () => blocked++)('stream');
    await settle();
    expect(speaker.srcObject).toBe('stream');
    expect(blocked).toBe(1);
  });
});
