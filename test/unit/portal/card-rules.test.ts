import { describe, expect, test } from 'vitest';
import type { CardOffer } from '../../portal/backend/index.ts';
import { type CardFacts, decide } from '../../portal/page/client/card/commands.ts';
import { initialized, onLeave, transferPayload } from '../../portal/page/client/card/payloads.ts';
import {
  COMMANDS,
  EVENTS,
  foldedButtons,
  HIDDEN_STATES,
  LISTED_STATES,
  ruleOf,
} from '../../portal/page/client/card/states.ts';
import { enter, shown, start, stop, ZERO } from '../../portal/page/client/card/timer.ts';
import { formatReply, judge, parseFrameMessage } from '../../portal/page/client/protocol.ts';

describe('2.1 the string protocol', () => {
  test('first part is the method, last the sid, last but one the callback, the rest is JSON', () => {
    expect(parseFrameMessage('placementBindEvent:{"event":"BackgroundCallCard::initialized"}:cb1:abc')).toEqual({
      method: 'placementBindEvent',
      params: { event: 'BackgroundCallCard::initialized' },
      callback: 'cb1',
      sid: 'abc',
    });
  });

  test('the object form is read too, and anything else is nothing', () => {
    const object = { method: 'a:b', params: { x: 1 }, callback: 'c', appSid: 's' };
    expect(parseFrameMessage(object)).toEqual({ method: 'a:b', params: { x: 1 }, callback: 'c', sid: 's' });
    expect(parseFrameMessage({ type: 'webpack' })).toBeNull();
    expect(parseFrameMessage('hello')).toBeNull();
  });

  test('an answer without a value has nothing after its colon', () => {
    expect(formatReply('cb11', undefined)).toBe('cb11:');
    expect(formatReply('cb2', [])).toBe('cb2:[]');
    expect(formatReply('cb17', '8')).toBe('cb17:"8"');
  });

  test('a foreign origin, a foreign sid and a denied method are turned away', () => {
    const app = { origin: 'https://app.example', sid: 's', denied: ['setTitle'] };
    const message = { method: 'getInitData', params: null, callback: 'c', sid: 's' };
    expect(judge({ origin: 'https://app.example', message }, app)).toBe('accepted');
    expect(judge({ origin: 'https://evil.example', message }, app)).toBe('foreign origin');
    expect(judge({ origin: 'https://app.example', message: { ...message, sid: 'x' } }, app)).toBe('foreign sid');
    expect(judge({ origin: 'https://app.example', message: { ...message, method: 'setTitle' } }, app)).toBe('denied');
  });
});

describe('3.1 commands', () => {
  const card: CardFacts = { usable: true, hasTimer: true };
  const none: CardFacts = { usable: false, hasTimer: false };
  const simple: CardFacts = { usable: true, hasTimer: false };
  const E1 = [[{ result: 'error', errorCode: 'Call card is undefined' }]];

  test('there are nine; without a usable card all but the list answer E1', () => {
    expect(COMMANDS).toHaveLength(9);
    for (const command of COMMANDS.filter((name) => name !== 'CallCardGetListUiStates')) {
      expect(decide(command, {}, none, 'browser')).toEqual({ effects: [], answers: E1 });
    }
    expect(decide('CallCardGetListUiStates', {}, none, 'browser').answers).toEqual([[...LISTED_STATES]]);
  });

  test('an unknown state is E2; a hidden one is taken', () => {
    const set = (uiState: string) => decide('CallCardSetUiState', { uiState }, card, 'browser').answers;
    expect(set('ringing')).toEqual([[{ result: 'error', errorCode: 'Invalid ui state' }]]);
    for (const state of HIDDEN_STATES) expect(set(state)).toEqual([[]]);
  });

  test('StartTimer and StopTimer act and never answer in a browser; the desktop answers', () => {
    expect(decide('CallCardStartTimer', {}, card, 'browser')).toEqual({
      effects: [{ do: 'startTimer' }],
      answers: [],
    });
    expect(decide('CallCardStopTimer', {}, card, 'browser').answers).toEqual([]);
    expect(decide('CallCardStopTimer', {}, card, 'desktop').answers).toEqual([[]]);
  });

  test('the simple layout bug: connected is applied but not answered, unless the timer is left alone', () => {
    const connected = { uiState: 'connected' };
    expect(decide('CallCardSetUiState', connected, simple, 'browser')).toEqual({
      effects: [{ do: 'state', state: 'connected', startTimer: false }],
      answers: [],
    });
    const careful = { ...connected, disableAutoStartTimer: true };
    expect(decide('CallCardSetUiState', careful, simple, 'browser').answers).toEqual([[]]);
    expect(decide('CallCardStartTimer', {}, simple, 'browser')).toEqual({ effects: [], answers: [] });
  });

  test('the desktop names missing fields, each in its own odd shape', () => {
    const answers = (command: (typeof COMMANDS)[number]) => decide(command, {}, card, 'desktop').answers;
    expect(answers('CallCardSetMute')).toEqual([{ result: 'error', errorCode: 'missing field muted' }]);
    expect(answers('CallCardSetHold')).toEqual([[{ result: 'error', errorCode: 'missing field held' }], []]);
    expect(answers('CallCardSetCardTitle')).toEqual([[{ result: 'error', errorCode: 'missing field title' }]]);
  });
});

describe('3.2 states', () => {
  const buttons = (state: Parameters<typeof ruleOf>[0]) => ruleOf(state, 'incoming').buttons;

  test('twelve are listed, and each has its buttons', () => {
    expect(LISTED_STATES).toHaveLength(12);
    expect(buttons('incoming')).toEqual(['answer', 'skip']);
    expect(buttons('connected')).toEqual(['hold', 'mute', 'quality', 'fold', 'transfer', 'dialpad', 'hangup']);
    expect(buttons('transferring')).toEqual(['complete', 'cancel']);
    expect(buttons('moneyError')).toEqual(['notifyAdmin', 'close']);
    expect(buttons('externalCard')).toEqual(['close', 'fold']);
  });

  test('ESC closes outgoing, error, moneyError, redial and idle, and none of the live ones', () => {
    const closing = [...LISTED_STATES, 'idle' as const].filter((state) => ruleOf(state, 'incoming').escCloses === true);
    expect(closing).toEqual(['outgoing', 'error', 'moneyError', 'redial', 'idle']);
  });

  test('the timer keeps running through the three transfer states', () => {
    const running = start(ZERO, 0);
    for (const state of ['transferring', 'transferFailed', 'transferConnected'] as const) {
      expect(enter(running, ruleOf(state, 'incoming').timer, false, 5000)).toBe(running);
    }
    expect(enter(running, ruleOf('error', 'incoming').timer, false, 5000)).toEqual(ZERO);
  });

  test('stop and start again shows wall time, the stopped stretch included', () => {
    const stopped = stop(start(ZERO, 0), 10_000);
    expect(shown(stopped, 60_000)).toBe('00:10');
    expect(shown(start(stopped, 60_000), 61_000)).toBe('01:01');
  });

  test('connected with disableAutoStartTimer resets and hides the timer', () => {
    expect(shown(enter(start(ZERO, 0), 'start', false, 9000), 9000)).toBe('');
    expect(shown(enter(ZERO, 'start', true, 0), 9000)).toBe('00:09');
  });

  test('a folded card shows hang-up or close, and nothing while it rings', () => {
    expect(foldedButtons('incoming', 'incoming')).toEqual([]);
    expect(foldedButtons('connected', 'incoming')).toEqual(['hangup']);
    expect(foldedButtons('externalCard', 'incoming')).toEqual(['close']);
  });
});

describe('3.3 events', () => {
  const offer: CardOffer = {
    callId: 'c1',
    phoneNumber: '',
    lineNumber: '700',
    lineName: 'Main',
    entityType: '',
    entityId: 0,
    entityName: '',
    activityId: 0,
    bindings: [],
    direction: 'incoming',
    simple: false,
  };

  test('there are seventeen, all with the prefix', () => {
    expect(new Set(EVENTS).size).toBe(17);
    expect(EVENTS.every((name) => name.startsWith('BackgroundCallCard::'))).toBe(true);
  });

  test('initialized leaves out an unknown number and an activity 0', () => {
    const payload = initialized(offer);
    expect(payload).not.toHaveProperty('PHONE_NUMBER');
    expect(payload).not.toHaveProperty('CRM_ACTIVITY_ID');
    expect(payload).toMatchObject({ CALL_ID: 'c1', CALL_STATE: 'idle', LINE_NUMBER: '700', CALL_LIST_MODE: false });
  });

  test('transfer has one payload before the first command and another after it; a department then has none', () => {
    const queue = { type: 'queue', id: 1 } as const;
    expect(transferPayload({ type: 'user', id: 2 }, true, '+1')).toEqual({ phoneNumber: '+1', target: 2 });
    expect(transferPayload({ type: 'user', id: '2' }, true, '+1')).toEqual({ phoneNumber: '+1', target: '2' });
    expect(transferPayload({ type: 'pstn', number: '500' }, false, '+1')).toEqual({ type: 'pstn', target: '500' });
    expect(transferPayload(queue, false, '+1')).toEqual({ type: 'queue', target: 1 });
    expect(transferPayload(queue, true, '+1')).toBeUndefined();
  });
});

test('3.4 leaving: an open card asks; a folded one asks only when used and live, and comes back only when unused', () => {
  expect(onLeave({ folded: false, used: false, harmless: true })).toEqual({ prompt: true, restore: false });
  expect(onLeave({ folded: true, used: false, harmless: false })).toEqual({ prompt: false, restore: true });
  expect(onLeave({ folded: true, used: true, harmless: false })).toEqual({ prompt: true, restore: false });
  expect(onLeave({ folded: true, used: true, harmless: true })).toEqual({ prompt: false, restore: false });
});
