import { describe, expect, test } from 'vitest';
import { clickedToCall, offered } from '../../../client/call/begin.ts';
import { step } from '../../../client/call/step.ts';
import type { Call, CallEvent, Effect, SoundTrouble } from '../../../client/call/types.ts';
import { SOUND } from '../../../client/call/words.ts';

const facts = { leg: 'leg-1', group: null, number: '+4940', name: 'Ada', line: '+4930', at: 0 };
const total = { mos: 4.2, jitterMs: 3, lossPercent: 0.5, rttMs: 40, oneWayS: 0 };
const sound = (trouble: SoundTrouble): CallEvent => ({ on: 'sound', trouble, now: null, total });

function play(call: Call, ...events: CallEvent[]) {
  const effects: Effect[] = [];
  let now = call;
  for (const event of events) {
    const [next, more] = step(now, event);
    now = next;
    effects.push(...more);
  }
  const texts = effects.flatMap((effect) => (effect.do === 'status' ? [effect.text] : []));
  const reports = effects.flatMap((effect) => (effect.do === 'report' ? [effect.report] : []));
  return { call: now, effects, texts, reports };
}
const talking = () => play(clickedToCall(facts, 'c1')[0], { on: 'established', at: 1000 }).call;

describe('the sound of a call on its card', () => {
  test('a trouble is said once, and taken away when it is cured', () => {
    const { texts } = play(talking(), sound('none'), sound('no_incoming'), sound('no_incoming'), sound('none'));
    expect(texts).toEqual([SOUND.no_incoming, 'Connected']);
  });
  test('a cured trouble leaves what the PBX confirmed', () => {
    const { texts } = play(talking(), { on: 'held', held: true, ok: true }, sound('bad'), sound('none'));
    expect(texts).toEqual(['On hold', SOUND.bad, 'On hold']);
  });
  test('a change of the microphone is said; a trouble says more', () => {
    const { texts } = play(
      talking(),
      { on: 'notice', notice: 'Microphone: inner' },
      sound('no_incoming'),
      sound('none'),
      { on: 'notice', notice: '' },
    );
    expect(texts).toEqual(['Microphone: inner', SOUND.no_incoming, 'Microphone: inner', 'Connected']);
  });
  test('while it rings, and while a transfer is told, the card says that', () => {
    expect(play(offered(facts)[0], sound('no_incoming')).texts).toEqual([]);
    const target = { number: '12', userId: null };
    const transferring = play(talking(), { on: 'transferTo', kind: 'blind', target }).call;
    expect(play(transferring, sound('no_incoming')).texts).toEqual([]);
  });
  test('the figures go to the object once, before the end', () => {
    const { reports } = play(talking(), sound('none'), { on: 'over', reason: '', at: 5000 });
    expect(reports.map(({ t }) => t)).toEqual(['quality', 'ended']);
    expect(reports[0]).toMatchObject({ leg: 'leg-1', quality: total });
  });
  test('a call in which nothing was measured says nothing of it', () => {
    expect(play(talking(), { on: 'over', reason: '', at: 5000 }).reports.map(({ t }) => t)).toEqual(['ended']);
  });
});
