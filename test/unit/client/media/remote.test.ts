import { describe, expect, test } from 'vitest';
import { remoteSound } from '../../../../client/media/remote.ts';
import { settle } from '../support.ts';

/** Elements of a browser that plays only when told that it may. */
function aPage(may: boolean) {
  const page = { may, removed: 0, played: [] as unknown[] };
  const sound = remoteSound(() => ({
    srcObject: null,
    play() {
      if (!page.may) return Promise.reject(new DOMException('a gesture first', 'NotAllowedError'));
      page.played.push(this.srcObject);
      return Promise.resolve();
    },
    remove: () => void page.removed++,
  }));
  return { page, sound };
}

describe('the far end’s sound', () => {
  test('a browser that refuses to play is known to, and asked again at the next occasion', async () => {
    const { page, sound } = aPage(false);
    sound.hear('a', 'stream a');
    await settle();
    expect(sound.blocked('a')).toBe(true);
    sound.retry();
    await settle();
    expect(sound.blocked('a')).toBe(true);
    page.may = true;
    sound.retry();
    await settle();
    expect(sound.blocked('a')).toBe(false);
    expect(page.played).toEqual(['stream a']);
    sound.retry();
    await settle();
    expect(page.played).toHaveLength(1);
  });
  test('two legs have an element each, which goes with its leg', async () => {
    const { page, sound } = aPage(true);
    sound.hear('a', 'stream a');
    sound.hear('b', 'stream b');
    sound.hear('a', 'stream a again');
    sound.hear('a', null);
    sound.hear('never heard', null);
    await settle();
    expect(page.played).toEqual(['stream a', 'stream b', 'stream a again']);
    expect(page.removed).toBe(1);
  });
  test('a leg that ended while it was refused is not waited for', async () => {
    const { sound } = aPage(false);
    sound.hear('a', 'stream a');
    sound.hear('a', null);
    await settle();
    expect(sound.blocked('a')).toBe(false);
  });
});
