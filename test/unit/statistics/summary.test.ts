import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallStatus } from '../../../src/protocol/frame.ts';
import { readRange } from '../../../src/statistics/range.ts';
import { type CallFigures, csvField, outcomeOf, summarise, toCsv } from '../../../src/statistics/summary.ts';

const at = (text: string) => Date.parse(text);
const call = (over: Partial<CallFigures> = {}): CallFigures => ({
  startedAt: at('2026-11-20T10:00:00Z'),
  userId: 2,
  direction: 'in',
  status: '200',
  seconds: 30,
  mos: 4.2,
  ...over,
});

describe('calls are added up', () => {
  it('by day (UTC), agent, direction and outcome, the newest day first', () => {
    const rows = summarise([
      call(),
      call({ seconds: 12, mos: 3.9 }),
      call({ status: '304', seconds: 0, mos: null }),
      call({ startedAt: at('2026-11-20T23:59:59.999Z'), direction: 'out' }),
      call({ startedAt: at('2026-11-21T00:00:00Z'), userId: 3 }),
    ]);
    expect(rows).toEqual([
      { day: '2026-11-21', userId: 3, direction: 'in', outcome: 'answered', calls: 1, talkSeconds: 30, mos: 4.2 },
      { day: '2026-11-20', userId: 2, direction: 'in', outcome: 'answered', calls: 2, talkSeconds: 42, mos: 4.05 },
      { day: '2026-11-20', userId: 2, direction: 'in', outcome: 'missed', calls: 1, talkSeconds: 0, mos: null },
      { day: '2026-11-20', userId: 2, direction: 'out', outcome: 'answered', calls: 1, talkSeconds: 30, mos: 4.2 },
    ]);
  });

  it('a call without a measure changes no mean', () => {
    expect(summarise([call({ mos: 3 }), call({ mos: null })])[0]).toMatchObject({ calls: 2, mos: 3 });
  });

  it('no call and no second is lost', () => {
    const calls = fc.array(
      fc.record({
        startedAt: fc.integer({ min: at('2026-11-01T00:00:00Z'), max: at('2026-11-30T00:00:00Z') }),
        userId: fc.integer({ min: 0, max: 4 }),
        direction: fc.constantFrom('in' as const, 'out' as const),
        status: fc.constantFrom<CallStatus | null>('200', '304', '486', '603', '480', 'OTHER', null),
        seconds: fc.nat(4000),
        mos: fc.option(fc.double({ min: 1, max: 4.5, noNaN: true })),
      }),
    );
    fc.assert(
      fc.property(calls, (all) => {
        const rows = summarise(all);
        expect(rows.reduce((sum, row) => sum + row.calls, 0)).toBe(all.length);
        const seconds = all.reduce((sum, one) => sum + one.seconds, 0);
        expect(rows.reduce((sum, row) => sum + row.talkSeconds, 0)).toBe(seconds);
        for (const { mos } of rows) expect(mos === null || (mos >= 1 && mos <= 4.5)).toBe(true);
      }),
    );
  });

  it.each<[CallStatus | null, string]>([
    ['200', 'answered'],
    ['304', 'missed'],
    ['486', 'busy'],
    ['603-S', 'declined'],
    ['480', 'no_answer'],
    ['503', 'failed'],
    [null, 'open'],
  ])('%s is %s', (status, outcome) => {
    expect(outcomeOf(status)).toBe(outcome);
  });
});

describe('as CSV', () => {
  it('has a head, and lines that end as RFC 4180 says', () => {
    const [row] = summarise([call()]);
    if (!row) throw new Error('no row');
    expect(toCsv([{ ...row, agent: 'Bob "B" Builder, Sr.' }])).toBe(
      'day,userId,agent,direction,outcome,calls,talkSeconds,mos\r\n2026-11-20,2,"Bob ""B"" Builder, Sr.",in,answered,1,30,4.2\r\n',
    );
  });

  it.each(['=1+1', '+49', '-1', '@SUM(A1)', '\t=1', '\r=1'])('%j is no formula', (name) => {
    expect(csvField(name).replace(/^"/, '')[0]).toBe("'");
  });

  it('every name comes back', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        const field = csvField(name);
        const read = field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field;
        expect(read === name || read === `'${name}`).toBe(true);
        expect(/^[=+\-@\t\r]/.test(read)).toBe(false);
      }),
    );
  });
});

describe('the days that are asked for', () => {
  const now = at('2026-11-22T15:00:00Z');

  it('both count; without any, everything that is kept', () => {
    expect(readRange('2026-11-20', '2026-11-20', now)).toEqual({
      ok: true,
      value: { from: at('2026-11-20T00:00:00Z'), to: at('2026-11-21T00:00:00Z') },
    });
    expect(readRange(undefined, undefined, now)).toEqual({
      ok: true,
      value: { from: at('2026-10-23T00:00:00Z'), to: at('2026-11-23T00:00:00Z') },
    });
  });

  it.each([
    ['2026-11-31', undefined],
    ['yesterday', undefined],
    ['2026-11-22', '2026-11-21'],
  ])('%s to %s is refused', (from, to) => {
    expect(readRange(from, to, now)).toMatchObject({ ok: false, error: { reason: 'bad_request' } });
  });
});
