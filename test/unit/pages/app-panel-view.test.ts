import { describe, expect, it } from 'vitest';
import { deviceOptions } from '../../../client/app/panel/choices.ts';
import { loudness, refusalWords } from '../../../client/app/panel/level.ts';
import { CONFIRM_MS, holdChange, preferenceFields, readPreferences } from '../../../client/app/panel/preferences.ts';
import { qualityView } from '../../../client/app/panel/quality.ts';
import { callViews, clock, spoken } from '../../../client/app/panel/view.ts';
import { phoneWords, stateWords } from '../../../client/app/panel/words.ts';
import { NOT_READY } from '../../../client/call/words.ts';
import type { PanelCall } from '../../../client/frame/panel.ts';
import { DEFAULT_PREFERENCES } from '../../../src/protocol/frame.ts';

const NOW = 1_700_000_127_000;
const call = (over: Partial<PanelCall> = {}): PanelCall => ({
  leg: 'a',
  direction: 'in',
  number: '+4930123',
  name: '',
  customer: null,
  phase: 'talking',
  held: false,
  muted: false,
  answeredAt: NOW - 127_000,
  recording: 'off',
  quality: null,
  trouble: '',
  ...over,
});
const ringing = call({ leg: 'b', number: '+49407', phase: 'offered', answeredAt: null });
const views = (calls: readonly PanelCall[], records = false) => callViews({ calls }, { records }, NOW);
const labels = (calls: readonly PanelCall[], records = false) =>
  views(calls, records).map(({ acts }) => acts.map(({ label }) => label));
const panel = {
  calls: [],
  preferences: DEFAULT_PREFERENCES,
  devices: { microphones: [], speakers: [], microphone: '', speaker: '', ringer: '' },
  canConfer: false,
  notice: '',
};

describe('who a call is with', () => {
  it.each([
    [
      'the customer, with what the CRM knows',
      { customer: { name: 'Marta', company: 'Coffee', deal: 'Beans' }, name: 'PBX' },
      ['Marta', 'Coffee · Beans · +4930123'],
    ],
    ['the PBX’s name, where the CRM knows nobody', { name: 'Marta at the PBX' }, ['Marta at the PBX', '+4930123']],
    ['the number, said once', {}, ['+4930123', '']],
    ['somebody who hides their number', { number: '' }, ['Hidden number', '']],
    ['a company without a person', { customer: { name: '', company: 'Coffee', deal: '' } }, ['+4930123', 'Coffee']],
  ])('%s', (_, over, expected) => {
    const [view] = views([call(over)]);
    expect([view?.who, view?.about]).toEqual(expected);
  });
});

describe('what a person may do', () => {
  it.each([
    ['a call that rings', [ringing], [['Answer', 'Decline']]],
    ['a call that is being answered', [call({ phase: 'answering', answeredAt: null })], [['Cancel']]],
    ['a call that we dial', [call({ phase: 'calling', direction: 'out', answeredAt: null })], [['Cancel']]],
    ['a conversation', [call()], [['Hold', 'Mute', 'Hang up']]],
    ['one on hold', [call({ held: true })], [['Resume', 'Mute', 'Hang up']]],
    ['one that is muted', [call({ muted: true })], [['Hold', 'Unmute', 'Hang up']]],
    ['one that is being transferred: the card leads', [call({ phase: 'transferring' })], [['Mute', 'Hang up']]],
    ['one that is over', [call({ phase: 'closing' })], [[]]],
    [
      'a second call that rings',
      [call(), ringing],
      [
        ['Hold', 'Mute', 'Hang up'],
        ['Answer, hold the other', 'Decline'],
      ],
    ],
    [
      'a second call, when the first is on hold already',
      [call({ held: true }), ringing],
      [
        ['Switch to this call', 'Mute', 'Hang up'],
        ['Answer', 'Decline'],
      ],
    ],
    [
      'two conversations: to resume one is to hold the other',
      [call(), call({ leg: 'b', held: true })],
      [
        ['Hold', 'Mute', 'Hang up'],
        ['Switch to this call', 'Mute', 'Hang up'],
      ],
    ],
    [
      'the other call being over',
      [call({ held: true }), call({ leg: 'b', phase: 'closing' })],
      [['Resume', 'Mute', 'Hang up'], []],
    ],
  ])('%s', (_, calls, expected) => expect(labels(calls)).toEqual(expected));

  it('names the call that an act is for, and the state that it leads to', () => {
    const acts = (over: Partial<PanelCall>) => views([call(over)], true)[0]?.acts.map(({ act }) => act);
    expect(acts({})).toEqual([
      { act: 'hold', leg: 'a', held: true },
      { act: 'mute', leg: 'a', muted: true },
      { act: 'record', leg: 'a', on: true },
      { act: 'hangup', leg: 'a' },
    ]);
    expect(acts({ held: true, muted: true, recording: 'on' })).toEqual([
      { act: 'hold', leg: 'a', held: false },
      { act: 'mute', leg: 'a', muted: false },
      { act: 'record', leg: 'a', on: false },
      { act: 'hangup', leg: 'a' },
    ]);
  });

  it('offers recording only where this browser records', () => {
    expect(labels([call({ recording: 'on' })], true)).toEqual([['Hold', 'Mute', 'Pause recording', 'Hang up']]);
    expect(labels([call({ recording: 'paused' })], true)[0]).toContain('Go on recording');
    expect(labels([call({ recording: 'on' })], false)[0]).not.toContain('Pause recording');
  });
});

describe('how a call looks', () => {
  it('its timer runs from the answer, and stands still nowhere', () => {
    expect(views([call()])[0]?.timer).toBe('2:07');
    expect(views([ringing])[0]?.timer).toBe('');
    expect(views([call({ phase: 'closing' })])[0]?.timer).toBe('');
  });

  it.each([
    [0, '0:00'],
    [59_999, '0:59'],
    [60_000, '1:00'],
    [3_727_000, '1:02:07'],
    [-5000, '0:00'],
  ])('%d ms are %s', (ms, text) => expect(clock(ms)).toBe(text));

  it('its tone follows phase and hold', () => {
    const tones = views([call(), call({ held: true }), ringing, call({ phase: 'calling' })]).map(({ tone }) => tone);
    expect(tones).toEqual(['talking', 'held', 'ringing', 'quiet']);
  });

  it('a phase that this build does not know is a plain call, with its hold', () => {
    expect(stateWords({ phase: 'conference', held: false })).toBe('Talking');
    expect(stateWords({ phase: 'conference', held: true })).toBe('On hold');
  });

  it('a screen reader says who rings and what an act came to, and nothing else', () => {
    expect(spoken(views([call(), ringing]), 'Not held: the PBX refused.')).toBe(
      '+49407 is calling. Not held: the PBX refused.',
    );
    expect(spoken(views([call()]), '')).toBe('');
  });
});

describe('quality', () => {
  const figures = { jitterMs: 3.4, lossPercent: 0.24, rttMs: 24.4 };

  it.each([
    [4.4, 3, 'Good'],
    [4.03, 3, 'Good'],
    [4, 2, 'Fair'],
    [3.6, 2, 'Fair'],
    [3.5, 1, 'Poor'],
    [1, 1, 'Poor'],
  ])('MOS %d is %d bars, %s', (mos, bars, word) =>
    expect(qualityView({ mos, ...figures })).toMatchObject({ bars, word }),
  );

  it('says its figures, and leaves out what nobody measured', () => {
    expect(qualityView({ mos: 4.21, ...figures })?.figures).toBe('MOS 4.2, round trip 24 ms, jitter 3 ms, loss 0.2 %');
    expect(qualityView({ mos: 2, jitterMs: 90, lossPercent: 12.6, rttMs: null })?.figures).toBe(
      'MOS 2.0, jitter 90 ms, loss 13 %',
    );
    expect(qualityView(null)).toBeNull();
  });
});

describe('the phone in words', () => {
  it('has a sentence for every reason why it is not ready', () => {
    for (const phone of [
      ...(Object.keys(NOT_READY) as (keyof typeof NOT_READY)[]),
      'superseded',
      'uninstalled',
      'refused',
    ] as const)
      expect(phoneWords({ t: 'panel', panel: { ...panel, phone } }).advice).toMatch(/\w+\.$/);
  });

  it('says nothing more than "ready" when it is', () => {
    expect(phoneWords({ t: 'panel', panel: { ...panel, phone: 'ready' } })).toMatchObject({
      label: 'Ready',
      advice: '',
    });
  });

  it('says do not disturb where the phone would ring, and a fault where it would not', () => {
    const preferences = { ...DEFAULT_PREFERENCES, doNotDisturb: true };
    const label = (phone: 'ready' | 'pbx_unreachable') =>
      phoneWords({ t: 'panel', panel: { ...panel, phone, preferences } }).label;
    expect([label('ready'), label('pbx_unreachable')]).toEqual(['Do not disturb', 'No connection']);
  });

  it('says where to find the phone when none answers', () => {
    expect(phoneWords({ t: 'silent' }).advice).toContain(
      'No page of the portal with the phone is open in this browser.',
    );
  });
});

describe('preferences', () => {
  it('survive the way through the controls', () => {
    const all = {
      doNotDisturb: true,
      callWaiting: false,
      autoAnswerS: 7,
      ringtone: 'chime',
      ringVolume: 0.35,
    } as const;
    for (const preferences of [DEFAULT_PREFERENCES, all])
      expect(readPreferences(preferenceFields(preferences))).toEqual(preferences);
  });

  it.each([
    ['31', 30],
    ['-1', 0],
    ['4.6', 5],
    ['', 0],
    ['soon', 0],
  ])('%j seconds are taken as %d', (autoAnswerS, seconds) =>
    expect(readPreferences({ ...preferenceFields(DEFAULT_PREFERENCES), autoAnswerS }).autoAnswerS).toBe(seconds),
  );

  it('a ringtone that nobody knows is the classic one', () => {
    expect(readPreferences({ ...preferenceFields(DEFAULT_PREFERENCES), ringtone: 'siren' }).ringtone).toBe('classic');
  });
});

describe('a change on its way', () => {
  it('stays as the person made it until the phone says the same, then the phone leads', () => {
    const held = holdChange<string>(() => 0);
    held.change('new');
    expect(held.shown('old')).toBe('new');
    expect(held.shown('new')).toBe('new');
    expect(held.shown('newer')).toBe('newer');
  });

  it('goes back when the phone has not taken it in time', () => {
    let now = 0;
    const held = holdChange<string>(() => now);
    held.change('new');
    now = CONFIRM_MS;
    expect(held.shown('old')).toBe('old');
  });
});

describe('devices', () => {
  const list = [
    { id: 'a', label: 'Headset' },
    { id: 'b', label: '' },
  ];

  it('begin with the browser’s own choice; those without a name are numbered', () => {
    expect(deviceOptions(list, 'a').map(({ label }) => label)).toEqual([
      'The browser’s own choice',
      'Headset',
      'Device 2',
    ]);
  });

  it('keep one that was chosen and pulled out', () => {
    expect(deviceOptions(list, 'gone').at(-1)).toEqual({ id: 'gone', label: 'Chosen before, not plugged in' });
  });
});

describe('the check of the microphone', () => {
  it('measures the root mean square', () => {
    expect(loudness(new Float32Array([0.5, -0.5, 0.5, -0.5]))).toBe(0.5);
    expect(loudness(new Float32Array(0))).toBe(0);
  });

  it.each([
    ['NotAllowedError', 'blocked'],
    ['NotFoundError', 'not plugged in'],
    ['OverconstrainedError', 'not plugged in'],
    ['NotReadableError', 'Another program'],
    ['AbortError', 'could not be opened'],
  ])('says what %s means', (name, words) =>
    expect(refusalWords(Object.assign(new Error('x'), { name }))).toContain(words),
  );
});
