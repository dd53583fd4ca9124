import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { callbackAsked, clickedInVain, clickedToCall, offered } from '../../../client/call/begin.ts';
import { step } from '../../../client/call/step.ts';
import type { Call, CallEvent, Phase, Step } from '../../../client/call/types.ts';
import { type CardEvent, readCardEvent } from '../../../client/card/events.ts';
import { AT, answered, click, ended, facts, play } from './call-support.ts';

// --- whatever happens, in any order -------------------------------------------------------------------------------

const LEGAL: Record<Phase, Phase[]> = {
  offered: ['answering', 'talking', 'ended'],
  answering: ['talking', 'closing', 'ended'],
  prepared: ['calling', 'ended'],
  calling: ['talking', 'closing', 'ended'],
  resuming: ['talking', 'ended'],
  talking: ['transferring', 'closing', 'ended'],
  transferring: ['talking', 'closing', 'ended'],
  closing: ['calling', 'ended'],
  ended: [],
};

const cardEvents: CardEvent[] = [
  ...['answer', 'skip', 'hangup', 'makeCall', 'next', 'close', 'notifyAdmin', 'cancelTransfer', 'completeTransfer'].map(
    (stem) => readCardEvent(`${stem}ButtonClick`, undefined),
  ),
  readCardEvent('initialized', { CALL_ID: 'c1', CALL_DIRECTION: 'incoming' }),
  readCardEvent('entityChanged', {}),
  readCardEvent('addCommentButtonClick', 'x'),
  readCardEvent('muteButtonClick', true),
  readCardEvent('holdButtonClick', true),
  readCardEvent('transferButtonClick', { target: '+49301' }),
  readCardEvent('dialpadButtonClick', '1'),
  readCardEvent('qualityMeterClick', '5'),
].filter((event) => event !== null);

const anyEvent: fc.Arbitrary<CallEvent> = fc.oneof(
  fc.record({ on: fc.constant('progress' as const), media: fc.boolean() }),
  fc.record({ on: fc.constant('established' as const), at: fc.nat() }),
  fc.record({ on: fc.constant('rejected' as const), status: fc.integer({ min: 300, max: 699 }), at: fc.nat() }),
  fc.record({ on: fc.constant('withdrawn' as const), elsewhere: fc.boolean(), at: fc.nat() }),
  fc.record({ on: fc.constant('over' as const), reason: fc.string(), at: fc.nat() }),
  fc.record({
    on: fc.constant('over' as const),
    reason: fc.constant(''),
    gone: fc.constant(true as const),
    at: fc.nat(),
  }),
  fc.record({ on: fc.constant('microphone' as const), why: fc.constantFrom('denied', 'busy'), at: fc.nat() }),
  fc.record({ on: fc.constant('held' as const), held: fc.boolean(), ok: fc.boolean() }),
  fc.record({
    on: fc.constant('transfer' as const),
    step: fc.constantFrom('accepted', 'done', 'failed'),
    at: fc.nat(),
  }),
  fc.record({ on: fc.constant('registered' as const), callId: fc.constant('c9') }),
  fc.record({ on: fc.constant('cardGone' as const), at: fc.nat() }),
  fc.record({ on: fc.constant('wake' as const), at: fc.nat() }),
  fc.record({ on: fc.constant('leave' as const), at: fc.nat() }),
  fc.record({
    on: fc.constant('transferTo' as const),
    kind: fc.constantFrom('blind', 'attended'),
    target: fc.constantFrom('nobody', { number: '1002', userId: 12 }),
  }),
  fc.record({
    on: fc.constant('consultation' as const),
    news: fc.constantFrom('ringing', 'talking', 'gone'),
    text: fc.string(),
    at: fc.nat(),
  }),
  fc.record({ on: fc.constant('unseen' as const), reason: fc.string(), at: fc.nat() }),
  fc.record({
    on: fc.constant('card' as const),
    event: fc.constantFrom(...cardEvents),
    at: fc.nat(),
    leg: fc.constant('leg-2'),
  }),
);
const anyBegin = fc.constantFrom<Step[]>(
  offered(facts),
  clickedToCall(facts, 'c1'),
  clickedInVain(facts, 'c1', 'no', '403'),
  callbackAsked(facts, 'c1'),
);

describe('whatever happens, in any order', () => {
  test('all 17 events of the card are among what happens', () => {
    expect(new Set(cardEvents.map((event) => event.name)).size).toBe(17);
  });
  test('only legal moves, and nothing after the end', () => {
    fc.assert(
      fc.property(anyBegin, fc.array(anyEvent, { maxLength: 30 }), ([begin], events) => {
        let call: Call = begin;
        for (const event of events) {
          const [next, effects] = step(call, event);
          if (next.phase !== call.phase) expect(LEGAL[call.phase]).toContain(next.phase);
          if (call.phase === 'ended') expect(effects).toEqual([]);
          call = next;
        }
      }),
    );
  });
  test('no hang-up is ever lost, in any phase; the PBX is told exactly when it has the leg', () => {
    const live = new Set<Phase>(['offered', 'answering', 'calling', 'talking', 'transferring']);
    fc.assert(
      fc.property(anyBegin, fc.array(anyEvent, { maxLength: 30 }), (begin, events) => {
        const { call } = play(begin, ...events);
        if (call.phase === 'ended') return;
        const [after, effects] = step(call, click('hangupButtonClick'));
        expect(after.phase).toBe('ended');
        expect(effects.some((effect) => effect.do === 'hangup')).toBe(live.has(call.phase));
        expect(effects).toContainEqual({ do: 'close' });
        expect(effects).toContainEqual({ do: 'tone', tone: 'none' });
      }),
    );
  });
  test('each call is reported ended exactly once, and each leg that was dialled is hung up or was ended by the PBX', () => {
    fc.assert(
      fc.property(anyBegin, fc.array(anyEvent, { maxLength: 30 }), (begin, events) => {
        const { call, effects } = play(begin, ...events, { on: 'leave', at: AT });
        expect(call.phase).toBe('ended');
        const last = ended(effects);
        expect(last).toHaveLength(1);
        expect(last[0]).toMatchObject({ leg: call.leg });
        expect(effects.filter((effect) => effect.do === 'close')).toHaveLength(1);
      }),
    );
  });
  test('hold is what the PBX confirmed last', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 30 }), (events) => {
        let { call } = play(offered(facts), ...answered);
        let confirmed = false;
        for (const event of events) {
          const talking = call.phase === 'talking' || call.phase === 'transferring';
          if (talking && event.on === 'held' && event.ok) confirmed = event.held;
          [call] = step(call, event);
          if (call.phase !== 'ended') expect(call.held).toBe(confirmed);
        }
      }),
    );
  });
});
