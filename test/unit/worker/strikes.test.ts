import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../../src/portal/backoff.ts';
import { countStrike, isStrike, percentile, strikesToday, WINDOW_MS } from '../../../src/portal/strikes.ts';

const none = { startedAt: null, count: 0 };

describe('the strike window (fact 1.5)', () => {
  it('starts with the first strike and lasts a day', () => {
    const first = countStrike(none, 1000);
    const last = countStrike(first, 1000 + WINDOW_MS - 1);
    expect(last).toEqual({ startedAt: 1000, count: 2 });
    expect(countStrike(last, 1000 + WINDOW_MS)).toEqual({ startedAt: 1000 + WINDOW_MS, count: 1 });
  });

  it('shows nothing once it is over', () => {
    const window = countStrike(none, 1000);
    expect(strikesToday(window, 1000 + WINDOW_MS - 1)).toEqual({ count: 1, resetsAt: 1000 + WINDOW_MS });
    expect(strikesToday(window, 1000 + WINDOW_MS)).toEqual({ count: 0, resetsAt: null });
    expect(strikesToday(none, 5)).toEqual({ count: 0, resetsAt: null });
  });

  it('never counts more strikes than there were', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(WINDOW_MS), { minLength: 1 }), (gaps) => {
        let at = 0;
        let window: { startedAt: number | null; count: number } = none;
        for (const gap of gaps) {
          at += gap;
          window = countStrike(window, at);
        }
        return window.count >= 1 && window.count <= gaps.length;
      }),
    );
  });

  it('a load of exactly the limit is no strike: Bitrix24 compares with "more than"', () => {
    expect([isStrike(5000, 5000), isStrike(5001, 5000)]).toEqual([false, true]);
  });
});

describe('percentile (nearest rank)', () => {
  it('is null for nothing and the only value for one', () => {
    expect([percentile([], 50), percentile([7], 95)]).toEqual([null, 7]);
  });

  it('is always one of the values, and p50 is never above p95', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1 }), (values) => {
        const [p50, p95] = [percentile(values, 50), percentile(values, 95)];
        return p50 !== null && p95 !== null && values.includes(p50) && values.includes(p95) && p50 <= p95;
      }),
    );
  });
});

describe('back-off: 1, 2, 4 ... 600 s with jitter', () => {
  it('doubles, and stops at ten minutes', () => {
    expect([0, 1, 2, 3, 9, 10, 50].map((attempt) => backoffMs(attempt, 0.5))).toEqual([
      1000, 2000, 4000, 8000, 512_000, 600_000, 600_000,
    ]);
  });

  it('stays within a quarter of its middle', () => {
    fc.assert(
      fc.property(fc.nat(100), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempt, random) => {
        const middle = backoffMs(attempt, 0.5);
        const ms = backoffMs(attempt, random);
        return ms >= middle * 0.749 && ms <= middle * 1.251;
      }),
    );
  });
});
