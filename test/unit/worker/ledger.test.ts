import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  abandonedEnd,
  callOfNewLeg,
  decideEnd,
  type NewLeg,
  newCallKey,
  QUEUE_GRACE_MS,
  SAME_CALL_MS,
} from '../../../src/portal/ledger.ts';

const leg = (over: Partial<NewLeg> = {}): NewLeg => ({
  leg: 'leg-2',
  group: null,
  direction: 'in',
  number: '+49301',
  line: '100',
  startedAt: 50_000,
  userId: 3,
  ...over,
});
const call = (over: Record<string, unknown> = {}) => ({
  key: 'l:leg-1',
  direction: 'in' as const,
  number: '+49301',
  line: '100',
  startedAt: 50_000,
  state: 'ringing' as const,
  users: [2],
  ...over,
});

describe('which call a leg belongs to (rule 3)', () => {
  it.each([
    ['the one that the PBX names', leg({ group: 'q1' }), call({ key: 'g:q1' }), 'g:q1'],
    [
      'the one that the PBX names, though it has answered',
      leg({ group: 'q1' }),
      call({ key: 'g:q1', state: 'talking' }),
      'g:q1',
    ],
    ['a later call under the same name', leg({ group: 'q1' }), call({ key: 'g:q1#2' }), 'g:q1#2'],
    ['not a call whose name only begins alike', leg({ group: 'q1' }), call({ key: 'g:q12' }), null],
    ['the same line and caller a moment ago', leg({ startedAt: 50_000 + SAME_CALL_MS }), call(), 'l:leg-1'],
    ['not one of longer ago', leg({ startedAt: 50_001 + SAME_CALL_MS }), call(), null],
    ['not another caller', leg({ number: '+49302' }), call(), null],
    ['not another line', leg({ line: '101' }), call(), null],
    ['not a call that is answered already', leg(), call({ state: 'talking' }), null],
    ['not a second call to the same person', leg({ userId: 2 }), call(), null],
    ['outgoing legs are calls of their own', leg({ direction: 'out', group: 'q1' }), call({ key: 'g:q1' }), null],
  ])('%s', (_, newLeg, open, key) => {
    expect(callOfNewLeg(newLeg, [open])).toBe(key);
  });

  it('a name that comes again after its call was finished makes a new call', () => {
    expect(newCallKey(leg({ group: 'q1' }), 0)).toBe('g:q1');
    expect(newCallKey(leg({ group: 'q1' }), 1)).toBe('g:q1#2');
    expect(newCallKey(leg(), 0)).toBe('l:leg-2');
  });
});

describe('how a call ends', () => {
  const end = { at: 90_000, seconds: 12, status: '200' as const, reason: '' };
  const base = { key: 'l:leg-1', direction: 'in' as const, answeredLeg: null, answeredAt: null, handedOver: false };
  const talking = { ...base, state: 'talking' as const, answeredLeg: 'leg-1', answeredAt: 60_000 };
  const ringing = { ...base, state: 'ringing' as const };
  const mine = { leg: 'leg-1' };
  const other = (live: boolean, over = {}) => ({ leg: 'leg-2', live, seenAt: 70_000, ...over });

  it('with its answered leg, at once', () => {
    expect(decideEnd(talking, mine, [other(false)], end)).toEqual({ t: 'ends', end, finishAt: 90_000 });
  });

  it('not with a leg that only rang', () => {
    expect(decideEnd(talking, { leg: 'leg-2' }, [{ ...other(true), leg: 'leg-1' }], end).t).toBe('goes_on');
    expect(decideEnd(ringing, mine, [other(true)], end).t).toBe('goes_on');
  });

  it('not when it is being transferred: the colleague\u2019s leg still rings', () => {
    expect(decideEnd(talking, mine, [other(true)], end).t).toBe('goes_on');
  });

  it('transferred, with the colleague\u2019s leg: the whole conversation counts', () => {
    const handed = { ...talking, answeredLeg: 'leg-2', handedOver: true };
    const decision = decideEnd(handed, { leg: 'leg-2' }, [{ ...other(false), leg: 'leg-1' }], end);
    expect(decision).toMatchObject({ t: 'ends', end: { seconds: 30, status: '200' } });
  });

  it('transferred to a colleague who did not answer: over when the first agent left', () => {
    const first = { ...other(false), leg: 'leg-1', seenAt: 75_000 };
    const decision = decideEnd(talking, { leg: 'leg-2' }, [first], { ...end, seconds: 0, status: '304' });
    expect(decision).toMatchObject({ t: 'ends', end: { seconds: 15, status: '200' } });
  });

  it('unanswered, with its only leg: that leg\u2019s status, and no talk time', () => {
    const busy = { ...end, status: '486' as const };
    expect(decideEnd(ringing, mine, [], busy)).toEqual({ t: 'ends', end: { ...busy, seconds: 0 }, finishAt: 90_000 });
  });

  it('unanswered, with the last of several agents\u2019 legs: missed, for no one status is the call\u2019s', () => {
    const decision = decideEnd(ringing, mine, [other(false)], { ...end, status: '603' });
    expect(decision).toMatchObject({ t: 'ends', end: { status: '304', seconds: 0 } });
  });

  it('dialled again in vain: the last attempt says why', () => {
    const out = { ...ringing, direction: 'out' as const };
    expect(decideEnd(out, mine, [other(false)], { ...end, status: '486' })).toMatchObject({ end: { status: '486' } });
  });

  it('a queue gets a moment to ring the next agent', () => {
    const decision = decideEnd({ ...ringing, key: 'g:q1' }, mine, [], end);
    expect(decision).toMatchObject({ finishAt: 90_000 + QUEUE_GRACE_MS });
  });

  it('once: whatever ends after the end changes nothing', () => {
    for (const state of ['ended', 'finished', 'failed'] as const)
      expect(decideEnd({ ...talking, state }, mine, [], end).t).toBe('goes_on');
  });

  it('abandoned: the length is what was last known to be alive, never negative', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (answeredAt, seenAt) => {
        const got = abandonedEnd({ state: 'talking', answeredAt, direction: 'in' }, true, seenAt);
        return got.seconds >= 0 && got.seconds === Math.max(0, Math.round((seenAt - answeredAt) / 1000));
      }),
    );
    expect(abandonedEnd({ state: 'ringing', answeredAt: null, direction: 'in' }, false, 9).status).toBe('304');
  });
});
