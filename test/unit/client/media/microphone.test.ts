import { describe, expect, test } from 'vitest';
import { switchTo } from '../../../../client/media/follow.ts';
import { createMicrophone, microphoneProblem } from '../../../../client/media/microphone.ts';
import { settle } from '../support.ts';

interface FakeTrack {
  readonly id: string;
  readyState: 'live' | 'ended';
  stopped: boolean;
  pull(): void;
}

/** A computer with these microphones; the first is what the browser chooses by itself. */
function aComputer(ids: string[], change: { may?: boolean; fails?: string; preferred?: string } = {}) {
  const world = {
    ids: [...ids],
    fails: change.fails ?? '',
    asked: [] as string[],
    said: [] as string[],
    preferred: change.preferred ?? '',
  };
  const tracks: FakeTrack[] = [];
  let plugged = () => {};
  const open = (deviceId: string) => {
    const listeners: (() => void)[] = [];
    const track = {
      id: deviceId,
      label: `the ${deviceId}`,
      readyState: 'live' as FakeTrack['readyState'],
      stopped: false,
      getSettings: () => ({ deviceId, groupId: deviceId }),
      addEventListener: (_: string, listener: () => void) => listeners.push(listener),
      stop() {
        track.stopped = true;
        track.readyState = 'ended';
      },
      pull() {
        track.readyState = 'ended';
        for (const listener of listeners) listener();
      },
    };
    tracks.push(track);
    const stream = { getTracks: () => [track], getAudioTracks: () => [track] };
    return stream as unknown as MediaStream;
  };
  const microphone = createMicrophone({
    getUserMedia: async ({ audio }) => {
      if (world.fails) throw new DOMException('no', world.fails);
      const { deviceId } = audio as { deviceId?: { exact: string } };
      const wanted = deviceId?.exact ?? '';
      world.asked.push(wanted);
      const found = wanted === '' ? world.ids[0] : world.ids.find((id) => id === wanted);
      if (found === undefined) throw new DOMException('none', 'NotFoundError');
      return open(found);
    },
    frameMay: () => change.may ?? true,
    permission: async () => 'granted',
    present: async () => world.ids.map((deviceId) => ({ deviceId, groupId: deviceId })),
    onPlugged: (callback) => {
      plugged = callback;
    },
    preferred: () => (world.ids.includes(world.preferred) ? world.preferred : ''),
    say: (sentence) => world.said.push(sentence),
  });
  const taken: string[] = [];
  microphone.onTrack((track) => taken.push(track.id));
  return {
    microphone,
    world,
    tracks,
    taken,
    async choose(id: string) {
      world.preferred = id;
      microphone.prefer();
      await settle();
    },
    /** Pulls a device out, as browsers tell it: the track ends and the list changes. */
    async pull(id: string) {
      world.ids = world.ids.filter((other) => other !== id);
      for (const track of tracks) if (track.id === id && track.readyState === 'live') track.pull();
      plugged();
      await settle();
    },
    async plug(id: string) {
      world.ids.push(id);
      plugged();
      await settle();
    },
  };
}

describe('the microphone', () => {
  test('is opened once for a call and closed after it', async () => {
    const { microphone, world, tracks } = aComputer(['inner']);
    expect(await microphone.open()).toBeNull();
    expect(await microphone.open()).toBeNull();
    expect(world.asked).toEqual(['']);
    expect(microphone.borrow().getTracks()).toEqual(tracks);
    microphone.close();
    expect(tracks[0]?.stopped).toBe(true);
    expect(() => microphone.borrow()).toThrow();
  });
  test('a refusal is an answer with its reason, not an exception', async () => {
    expect(await aComputer([], {}).microphone.open()).toBe('none');
    expect(await aComputer(['inner'], { may: false }).microphone.open()).toBe('forbidden');
    expect(await aComputer(['inner'], { fails: 'NotAllowedError' }).microphone.open()).toBe('denied');
    expect(await aComputer(['inner'], { fails: 'NotReadableError' }).microphone.open()).toBe('busy');
  });
  test.each([
    ['NotAllowedError', 'denied'],
    ['SecurityError', 'denied'],
    ['NotFoundError', 'none'],
    ['OverconstrainedError', 'none'],
    ['NotReadableError', 'busy'],
    ['AbortError', 'busy'],
  ])('%s is %s', (name, problem) => expect(microphoneProblem(name)).toBe(problem));
  test('is known to be denied by the person, or by an old portal’s frame; a browser that can’t tell will ask', async () => {
    const allowed = (frame: boolean, permission: () => Promise<string>) =>
      createMicrophone({
        getUserMedia: () => Promise.reject(new Error('not asked for')),
        frameMay: () => frame,
        permission,
        present: async () => [],
        onPlugged: () => {},
        preferred: () => '',
        say: () => {},
      }).allowed();
    expect(await allowed(true, async () => 'granted')).toBe(true);
    expect(await allowed(true, async () => 'prompt')).toBe(true);
    expect(await allowed(true, async () => 'denied')).toBe(false);
    expect(await allowed(false, async () => 'granted')).toBe(false);
    expect(await allowed(true, () => Promise.reject(new TypeError('unknown')))).toBe(true);
  });
});

describe('a headset in a call', () => {
  test('pulled out: another microphone takes over, and that is said; plugged in again: it comes back', async () => {
    const { microphone, world, taken, pull, plug } = aComputer(['headset', 'inner'], { preferred: 'headset' });
    await microphone.open();
    await pull('headset');
    expect(taken).toEqual(['inner']);
    await plug('headset');
    expect(taken).toEqual(['inner', 'headset']);
    expect(world.said).toEqual(['Microphone: the inner', 'Microphone: the headset']);
  });
  test('that nobody chose comes back as well, within the call', async () => {
    const { microphone, taken, pull, plug } = aComputer(['headset', 'inner']);
    await microphone.open();
    await pull('headset');
    await plug('headset');
    expect(taken).toEqual(['inner', 'headset']);
    microphone.close();
    await microphone.open();
    await plug('inner');
    expect(taken).toEqual(['inner', 'headset']);
  });
  test('was the only one: that is said, and the next one that is plugged in takes over', async () => {
    const { microphone, world, taken, pull, plug } = aComputer(['headset']);
    await microphone.open();
    await pull('headset');
    expect(new Set(world.said)).toEqual(new Set(['No microphone found: plug one in.']));
    expect(taken).toEqual([]);
    await plug('other');
    expect(taken).toEqual(['other']);
  });
  test('a choice in a call is taken at once, also the browser’s own', async () => {
    const { microphone, taken, tracks, choose } = aComputer(['inner', 'headset']);
    await microphone.open();
    await choose('headset');
    await choose('');
    expect(taken).toEqual(['headset', 'inner']);
    expect(tracks.map(({ stopped }) => stopped)).toEqual([true, true, false]);
  });
  test('without a call nothing is opened, whatever is plugged in or chosen', async () => {
    const { world, choose, pull, plug } = aComputer(['inner', 'headset']);
    await choose('headset');
    await pull('headset');
    await plug('headset');
    expect(world.asked).toEqual([]);
  });
  test('hung up while the other device was starting: it is closed again', async () => {
    const { microphone, tracks, pull, taken } = aComputer(['headset', 'inner']);
    await microphone.open();
    const pulled = pull('headset');
    microphone.close();
    await pulled;
    expect(taken).toEqual([]);
    expect(tracks.every(({ readyState }) => readyState === 'ended')).toBe(true);
  });
});

describe('the chosen microphone', () => {
  test('that stays at home does not make the phone mute: the browser’s own is taken', async () => {
    const { microphone, world } = aComputer(['inner']);
    world.preferred = 'inner';
    world.ids = ['other'];
    expect(await microphone.open()).toBeNull();
    // It is gone, but the list that was read before doesn't know yet.
    const late = aComputer(['inner']);
    late.world.preferred = 'inner';
    const opening = late.microphone.open();
    late.world.ids = ['other'];
    expect(await opening).toBeNull();
  });
  test('is found once devices have names, as a page that was never allowed to listen sees none', async () => {
    const { microphone, world, taken } = aComputer(['inner', 'headset']);
    await microphone.open();
    world.preferred = 'headset';
    microphone.look();
    await settle();
    expect(taken).toEqual(['headset']);
  });
});

describe('which microphone to go over to', () => {
  const a = { deviceId: 'a', groupId: '1' };
  const b = { deviceId: 'b', groupId: '2' };
  const byDefault = (groupId: string) => ({ deviceId: 'default', groupId });
  test.each([
    ['stays with the only one', { wanted: '', using: a, present: [a] }, null],
    ['stays with what is wanted', { wanted: 'a', using: a, present: [a, b] }, null],
    ['goes to what is wanted once it is there', { wanted: 'a', using: b, present: [a, b] }, 'a'],
    ['doesn’t go to what is away', { wanted: 'a', using: b, present: [b] }, null],
    ['leaves what is gone', { wanted: '', using: a, present: [b] }, ''],
    ['leaves what has ended', { wanted: '', using: null, present: [] }, ''],
    ['prefers the wanted one then', { wanted: 'b', using: null, present: [b] }, 'b'],
    ['follows the system’s default', { wanted: '', using: byDefault('1'), present: [byDefault('2'), b] }, ''],
    ['stays while the default is the same', { wanted: '', using: byDefault('1'), present: [byDefault('1'), b] }, null],
    ['knows nothing where ids are hidden', { wanted: '', using: a, present: [{ deviceId: '', groupId: '' }] }, null],
    ['knows nothing where nothing is listed', { wanted: '', using: a, present: [] }, null],
  ])('%s', (_, facts, expected) => expect(switchTo(facts)).toBe(expected));
});
