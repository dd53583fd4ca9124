import { describe, expect, test } from 'vitest';
import { keepChoice, type Shelf } from '../../../../client/media/choice.ts';
import { devicesOf, idOf } from '../../../../client/media/devices.ts';
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
const OWN = { id: '', label: '' };
const NONE = { microphone: OWN, speaker: OWN, ringer: OWN };
const LOUD = { id: 'l', label: 'Loud' };

describe('the choice of devices', () => {
  test('is remembered in this browser, for this portal, by id and name', () => {
    const { shelf, content } = aShelf();
    keepChoice(() => shelf, 'here').set('ringer', LOUD);
    expect(content).toEqual({ here: JSON.stringify({ ...NONE, ringer: LOUD }) });
    expect(keepChoice(() => shelf, 'here').get()).toEqual({ ...NONE, ringer: LOUD });
    expect(keepChoice(() => shelf, 'elsewhere').get()).toEqual(NONE);
  });
  test('where storage is refused, lasts as long as the page', () => {
    const choice = keepChoice(() => {
      throw new DOMException('blocked', 'SecurityError');
    }, 'here');
    choice.set('microphone', LOUD);
    expect(choice.get()).toEqual({ ...NONE, microphone: LOUD });
  });
  test.each([
    'no json',
    'null',
    '[]',
    '{"microphone":7}',
    JSON.stringify({ microphone: { id: 'x'.repeat(300), label: '' } }),
  ])('what is stored but not ours is no choice: %s', (text) =>
    expect(keepChoice(() => aShelf({ here: text }).shelf, 'here').get()).toEqual(NONE),
  );
  test('of a kind that there is not is none', () => {
    const { shelf, content } = aShelf();
    keepChoice(() => shelf, 'here').set('__proto__' as 'ringer', LOUD);
    expect(content).toEqual({});
  });
});

describe('the devices that are offered', () => {
  const listed = [
    { kind: 'audioinput', deviceId: 'default', groupId: '1', label: 'Default - Headset' },
    { kind: 'audioinput', deviceId: 'm1', groupId: '1', label: 'Headset' },
    { kind: 'audioinput', deviceId: 'm2', groupId: '2', label: '' },
    { kind: 'audiooutput', deviceId: 's1', groupId: '3', label: 'Room' },
    { kind: 'videoinput', deviceId: 'c1', groupId: '4', label: 'Camera' },
  ];
  test('are the real ones, each with a name', () => {
    expect(devicesOf(listed, NONE, true)).toEqual({
      microphones: [
        { id: 'm1', label: 'Headset' },
        { id: 'm2', label: 'Microphone 2' },
      ],
      speakers: [{ id: 's1', label: 'Room' }],
      microphone: '',
      speaker: '',
      ringer: '',
    });
  });
  test('are no speakers where the frame may not choose one', () => {
    expect(devicesOf(listed, NONE, false).speakers).toEqual([]);
  });
});

describe('the chosen device', () => {
  const listed = [
    { kind: 'audioinput', deviceId: 'default', groupId: '', label: 'Headset' },
    { kind: 'audioinput', deviceId: 'm1', groupId: '', label: 'Headset' },
    { kind: 'audiooutput', deviceId: 's1', groupId: '', label: 'Headset' },
  ];
  test.each([
    ['by its id', 'microphone', { id: 'm1', label: '' }, 'm1'],
    [
      'by its name, where the browser gives new ids with each page',
      'microphone',
      { id: 'old', label: 'Headset' },
      'm1',
    ],
    ['among its kind', 'speaker', { id: 'old', label: 'Headset' }, 's1'],
    ['is the browser’s own while it is away', 'ringer', { id: 'old', label: 'Other' }, ''],
    ['is the browser’s own where nothing was chosen', 'ringer', OWN, ''],
  ] as const)('is found %s', (_, kind, remembered, id) => expect(idOf(kind, remembered, listed)).toBe(id));
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
