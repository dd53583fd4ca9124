import { describe, expect, test } from 'vitest';
import { keepChoice, type Shelf } from '../../../../client/media/choice.ts';
import { devicesOf } from '../../../../client/media/devices.ts';
import { type MediaWindow, nestedMicrophone } from '../../../../client/media/nested.ts';

function aShelf(content: Record<string, string> = {}) {
  const shelf: Shelf = {
    getItem: (key) => content[key] ?? null,
    setItem: (key, value) => {
      content[key] = value;
    },
  };
  return { shelf, content };
}
const NONE = { microphone: '', speaker: '', ringer: '' };

describe('the choice of devices', () => {
  test('is remembered in this browser, for this portal, as ids alone', () => {
    const { shelf, content } = aShelf();
    keepChoice(() => shelf, 'here').set('ringer', 'loud');
    expect(content).toEqual({ here: JSON.stringify({ ...NONE, ringer: 'loud' }) });
    expect(keepChoice(() => shelf, 'here').get()).toEqual({ ...NONE, ringer: 'loud' });
    expect(keepChoice(() => shelf, 'elsewhere').get()).toEqual(NONE);
  });
  test('where storage is refused, lasts as long as the page', () => {
    const choice = keepChoice(() => {
      throw new DOMException('blocked', 'SecurityError');
    }, 'here');
    choice.set('microphone', 'm');
    expect(choice.get()).toEqual({ ...NONE, microphone: 'm' });
  });
  test.each(['no json', 'null', '[]', '{"microphone":7}', JSON.stringify({ microphone: 'x'.repeat(300) })])(
    'what is stored but not ours is no choice: %s',
    (text) => expect(keepChoice(() => aShelf({ here: text }).shelf, 'here').get()).toEqual(NONE),
  );
  test('of a kind that there is not is none', () => {
    const { shelf, content } = aShelf();
    keepChoice(() => shelf, 'here').set('__proto__' as 'ringer', 'x');
    expect(content).toEqual({});
  });
});

describe('the devices that are offered', () => {
  const listed = [
    { kind: 'audioinput', deviceId: 'default', label: 'Default - Headset' },
    { kind: 'audioinput', deviceId: 'm1', label: 'Headset' },
    { kind: 'audioinput', deviceId: 'm2', label: '' },
    { kind: 'audiooutput', deviceId: 's1', label: 'Room' },
    { kind: 'videoinput', deviceId: 'c1', label: 'Camera' },
  ];
  test('are the real ones, each with a name', () => {
    expect(devicesOf(listed, NONE, true)).toEqual({
      microphones: [
        { id: 'm1', label: 'Headset' },
        { id: 'm2', label: 'Microphone 2' },
      ],
      speakers: [{ id: 's1', label: 'Room' }],
      ...NONE,
    });
  });
  test('are no speakers where the frame may not choose one', () => {
    expect(devicesOf(listed, NONE, false).speakers).toEqual([]);
  });
});

describe('the microphone of a nested frame (Firefox)', () => {
  const stream = (name: string) => ({ name }) as unknown as MediaStream;
  const own = async () => stream('own');
  const wanted = { audio: true };
  test('is asked there, and the frame is opened once', async () => {
    let opened = 0;
    const inner: MediaWindow = { navigator: { mediaDevices: { getUserMedia: async () => stream('nested') } } };
    const ask = nestedMicrophone(async () => {
      opened++;
      return inner;
    }, own);
    expect(await ask(wanted)).toEqual({ name: 'nested' });
    expect(await ask(wanted)).toEqual({ name: 'nested' });
    expect(opened).toBe(1);
  });
  test('a refusal there is the answer: nobody is asked twice', async () => {
    const getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
    const ask = nestedMicrophone(async () => ({ navigator: { mediaDevices: { getUserMedia } } }), own);
    await expect(ask(wanted)).rejects.toMatchObject({ name: 'NotAllowedError' });
  });
  test('where the frame does not open, this one asks', async () => {
    const ask = nestedMicrophone(() => Promise.reject(new Error('blocked')), own);
    expect(await ask(wanted)).toEqual({ name: 'own' });
  });
});
