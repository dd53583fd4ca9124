import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Answer } from '../../../client/bitrix24/bridge.ts';
import { ESC_CLOSES, readResult, type UiState } from '../../../client/card/commands.ts';
import { createCard } from '../../../client/card/controller.ts';
import { readCardEvent } from '../../../client/card/events.ts';
import { handClock, settle } from './support.ts';

const STATES: UiState[] = [
  'incoming',
  'transferIncoming',
  'outgoing',
  'connectingIncoming',
  'connectingOutgoing',
  'connected',
  'transferring',
  'transferFailed',
  'transferConnected',
  'error',
  'moneyError',
  'redial',
];
const E1: Answer = { answered: true, value: [{ result: 'error', errorCode: 'Call card is undefined' }] };
const E2: Answer = { answered: true, value: [{ result: 'error', errorCode: 'Invalid ui state' }] };
const OK: Answer = { answered: true, value: [] };

describe('the 17 events (fact 3.3)', () => {
  test('initialized names the call; number and line may be absent', () => {
    const card = {
      CALL_ID: 'c1',
      CALL_DIRECTION: 'incoming',
      PHONE_NUMBER: '+49',
      LINE_NUMBER: '30',
      CALL_STATE: 'idle',
    };
    const read = { name: 'initialized', callId: 'c1', direction: 'incoming', number: '+49', line: '30' };
    expect(readCardEvent('initialized', card)).toEqual(read);
    expect(readCardEvent('initialized', { CALL_ID: 'c1', CALL_DIRECTION: 'callback' })).toEqual({
      ...read,
      direction: 'callback',
      number: '',
      line: '',
    });
    for (const bad of [undefined, null, [], {}, { CALL_ID: 'c1' }, { CALL_DIRECTION: 'incoming' }]) {
      expect(readCardEvent('initialized', bad)).toBeNull();
    }
  });
  test('nine events carry nothing, whatever a library makes of that', () => {
    const plain = 'answer skip hangup makeCall next close notifyAdmin cancelTransfer completeTransfer'.split(' ');
    for (const stem of plain) {
      for (const data of [undefined, [], '']) {
        expect(readCardEvent(`${stem}ButtonClick`, data)).toEqual({ name: `${stem}ButtonClick` });
      }
    }
    expect(readCardEvent('entityChanged', { CRM_ENTITY_ID: 5 })).toEqual({ name: 'entityChanged' });
  });
  test('mute and hold carry the new state', () => {
    expect(readCardEvent('muteButtonClick', true)).toEqual({ name: 'muteButtonClick', muted: true });
    expect(readCardEvent('holdButtonClick', false)).toEqual({ name: 'holdButtonClick', held: false });
  });
  test('one key, one vote, a comment', () => {
    expect(readCardEvent('dialpadButtonClick', '#')).toEqual({ name: 'dialpadButtonClick', key: '#' });
    expect(readCardEvent('dialpadButtonClick', '12')).toBeNull();
    expect(readCardEvent('qualityMeterClick', '4')).toEqual({ name: 'qualityMeterClick', vote: 4 });
    expect(readCardEvent('qualityMeterClick', '6')).toBeNull();
    expect(readCardEvent('addCommentButtonClick', 'call back')).toEqual({
      name: 'addCommentButtonClick',
      text: 'call back',
    });
  });
  test('both shapes of a transfer', () => {
    const target = (data: unknown) => {
      const event = readCardEvent('transferButtonClick', data);
      return event?.name === 'transferButtonClick' ? event.target : null;
    };
    expect(target({ phoneNumber: '+4940', target: 12 })).toEqual({ kind: 'user', userId: '12' });
    expect(target({ phoneNumber: '+4940', target: '12' })).toEqual({ kind: 'digits', digits: '12' });
    expect(target({ phoneNumber: '+4940', target: '+4930555' })).toEqual({ kind: 'number', number: '+4930555' });
    expect(target({ type: 'user', target: 12 })).toEqual({ kind: 'user', userId: '12' });
    expect(target({ type: 'pstn', target: '1002' })).toEqual({ kind: 'number', number: '1002' });
    expect(target({ type: 'queue', target: 3 })).toEqual({ kind: 'queue', queue: '3' });
    expect(target({ phoneNumber: '+4940' })).toBeNull();
  });
  test('nothing that a portal posts makes the reader throw', () => {
    const names = fc.oneof(
      fc.string(),
      fc.constantFrom('initialized', 'transferButtonClick', 'muteButtonClick', 'toString'),
    );
    fc.assert(fc.property(names, fc.anything(), (name, data) => void readCardEvent(name, safe(data))));
  });
});

/** What can come out of JSON. */
const safe = (value: unknown) => {
  try {
    return JSON.parse(JSON.stringify(value) ?? 'null');
  } catch {
    return null;
  }
};

describe('what a command came to (fact 3.1)', () => {
  test('silence is success for the two that never answer, and “probably” for the rest', () => {
    expect(readResult('CallCardStartTimer', { answered: false })).toBe('done');
    expect(readResult('CallCardStopTimer', { answered: false })).toBe('done');
    expect(readResult('CallCardSetUiState', { answered: false })).toBe('silent');
  });
  test('E1 is gone, E2 is refused, in the browser’s and in the desktop’s shape', () => {
    expect(readResult('CallCardSetMute', E1)).toBe('gone');
    expect(readResult('CallCardSetUiState', E2)).toBe('refused');
    expect(
      readResult('CallCardSetMute', { answered: true, value: { result: 'error', errorCode: 'missing field muted' } }),
    ).toBe('refused');
    for (const value of [[], undefined, STATES, true])
      expect(readResult('CallCardSetMute', { answered: true, value })).toBe('done');
  });
});

/** A card in as many frames as attach; answers by table, remembers what was sent. */
function aCard(answer: (command: string, params: unknown) => Answer = () => OK) {
  const clock = handClock();
  const sent: { frame: string; callId: string; command: string; params: unknown }[] = [];
  let gone = 0;
  const card = createCard(() => 'c1', {
    command: async (frame, callId, command, params) => {
      sent.push({ frame, callId, command, params });
      return answer(command, params);
    },
    setTimeout: clock.setTimeout,
    clearTimeout: clock.clearTimeout,
    onGone: () => gone++,
  });
  const commands = () => sent.splice(0).map(({ command, params }) => [command.replace('CallCard', ''), params]);
  return { card, clock, sent, commands, gone: () => gone };
}

describe('the card', () => {
  test('gets no command before initialized, and everything at once then', () => {
    const { card, commands } = aCard();
    card.apply({ do: 'ui', state: 'incoming' });
    card.apply({ do: 'title', text: 'Call from Ada' });
    card.apply({ do: 'status', text: 'Ringing' });
    expect(commands()).toEqual([]);
    card.attach('f1');
    expect(commands()).toEqual([
      ['GetListUiStates', {}],
      ['SetUiState', { uiState: 'incoming' }],
      ['SetCardTitle', { title: 'Call from Ada' }],
      ['SetStatusText', { statusText: 'Ringing' }],
    ]);
  });
  test('connected leaves the timer alone, then starts it', () => {
    const { card, commands } = aCard();
    card.attach('f1');
    commands();
    card.apply({ do: 'ui', state: 'connected' });
    card.apply({ do: 'timer', run: true });
    expect(commands()).toEqual([
      ['SetUiState', { uiState: 'connected', disableAutoStartTimer: true }],
      ['StartTimer', {}],
    ]);
  });
  test('the title is sent again, as the card’s own overwrites it', async () => {
    const { card, commands, clock } = aCard();
    card.apply({ do: 'title', text: 'Call from Ada' });
    card.attach('f1');
    commands();
    await clock.tick(399);
    expect(commands()).toEqual([]);
    await clock.tick(1);
    expect(commands()).toEqual([['SetCardTitle', { title: 'Call from Ada' }]]);
  });
  test('a second tab that shows the same call is brought up to date and follows', () => {
    const { card, sent, commands } = aCard();
    card.attach('f1');
    card.apply({ do: 'ui', state: 'connected' });
    card.apply({ do: 'timer', run: true });
    card.apply({ do: 'showHold', held: true });
    card.apply({ do: 'showMute', muted: true });
    commands();
    card.attach('f2');
    expect(sent.every(({ frame }) => frame === 'f2')).toBe(true);
    expect(commands().map(([name]) => name)).toEqual(
      expect.arrayContaining(['SetUiState', 'StartTimer', 'SetHold', 'SetMute']),
    );
    card.apply({ do: 'status', text: 'Connected' });
    expect(sent.map(({ frame }) => frame)).toEqual(['f1', 'f2']);
  });
  test('a state that this portal doesn’t list is replaced by the nearest', async () => {
    const { card, commands } = aCard((command) =>
      command === 'CallCardGetListUiStates' ? { answered: true, value: ['incoming', 'connected', 'error'] } : OK,
    );
    card.attach('f1');
    await settle();
    commands();
    card.apply({ do: 'ui', state: 'transferConnected' });
    card.apply({ do: 'ui', state: 'moneyError' });
    expect(commands()).toEqual([
      ['SetUiState', { uiState: 'connected', disableAutoStartTimer: true }],
      ['SetUiState', { uiState: 'error' }],
    ]);
  });
  test('a state that is refused (E2) is replaced, too', async () => {
    const { card, commands } = aCard((_command, params) =>
      (params as { uiState?: string }).uiState === 'redial' ? E2 : { answered: false },
    );
    card.attach('f1');
    card.apply({ do: 'ui', state: 'redial' });
    await settle();
    expect(commands().slice(1)).toEqual([
      ['SetUiState', { uiState: 'redial' }],
      ['SetUiState', { uiState: 'error' }],
    ]);
  });
  test('a silent command is never repeated; asked is only whether the card is there', async () => {
    const { card, commands, clock } = aCard(() => ({ answered: false }));
    card.attach('f1');
    card.apply({ do: 'ui', state: 'connected' });
    commands();
    await clock.tick(60_000);
    expect(new Set(commands().map(String))).toEqual(new Set([String(['SetUiState', {}])]));
  });
  test('a card whose page went without a word is missed within 5 s, whatever the call is doing', async () => {
    for (const state of ['incoming', 'connected', 'transferring'] as const) {
      let there = true;
      const { card, clock, gone } = aCard(() => (there ? E2 : E1));
      card.attach('f1');
      card.apply({ do: 'ui', state });
      await clock.tick(20_000);
      expect(gone()).toBe(0);
      there = false;
      await clock.tick(5000);
      expect(gone()).toBe(1);
    }
  });
  test('ESC is noticed by a status text that finds no card', async () => {
    for (const state of ESC_CLOSES) {
      let closed = false;
      const { card, clock, gone } = aCard(() => (closed ? E1 : OK));
      card.attach('f1');
      card.apply({ do: 'ui', state });
      await clock.tick(10_000);
      expect(gone()).toBe(0);
      closed = true;
      await clock.tick(3000);
      expect(gone()).toBe(1);
      await clock.tick(10_000);
      expect(gone()).toBe(1);
    }
  });
  test('a frame that has gone gets no more commands, and the other tab still does', () => {
    const { card, commands, gone } = aCard();
    card.attach('f1');
    card.attach('f2');
    commands();
    card.detach('f1');
    card.apply({ do: 'ui', state: 'connected' });
    expect(commands()).toHaveLength(1);
    expect(gone()).toBe(0);
  });
  test('our own close is not a surprise', async () => {
    const { card, commands, clock, gone } = aCard(() => E1);
    card.apply({ do: 'ui', state: 'connected' });
    card.attach('f1');
    commands();
    card.apply({ do: 'close' });
    await clock.tick(60_000);
    expect(commands()).toEqual([['Close', {}]]);
    expect(gone()).toBe(0);
  });
});
