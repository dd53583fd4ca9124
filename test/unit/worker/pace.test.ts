import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BLOCK, type Bucket, full, levelAt, lookAfter, pour, urgencyOf, waitFor } from '../../../src/portal/pace.ts';
import { maskNumbers } from '../../../src/portal/rest-log.ts';
import { pour as pourAtPortal } from '../../portal/backend/limits.ts';

const empty: Bucket = { level: 0, at: 0 };

describe('the portal\u2019s leaky bucket', () => {
  it('is never overfilled by us, however many calls of whatever urgency want out', () => {
    const call = fc.record({
      afterMs: fc.nat(800),
      method: fc.constantFrom(
        'telephony.externalcall.register',
        'telephony.externalcall.show',
        'telephony.externalcall.finish',
        'event.get',
      ),
    });
    fc.assert(
      fc.property(fc.array(call, { maxLength: 400 }), (calls) => {
        let [ours, portals, now] = [empty, { level: 0, at: 0 }, 0];
        for (const { afterMs, method } of calls) {
          now += afterMs;
          if (waitFor(ours, urgencyOf(method), now) > 0) continue;
          ours = pour(ours, now);
          const poured = pourAtPortal(portals, now);
          portals = poured.bucket;
          expect(poured.refused).toBe(false);
        }
      }),
    );
  });

  it('says exactly how long to wait', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: BLOCK, noNaN: true }), fc.nat(1_000_000), (level, now) => {
        const bucket = { level, at: now };
        const wait = waitFor(bucket, 'finish', now);
        expect(waitFor(bucket, 'finish', now + wait)).toBe(0);
        if (wait > 1) expect(waitFor(bucket, 'finish', now + wait - 2)).toBeGreaterThan(0);
      }),
    );
  });

  it('leaves room for a card while a backlog of finishes fills it as far as it may', () => {
    let bucket = empty;
    while (waitFor(bucket, 'finish', 0) === 0) bucket = pour(bucket, 0);
    expect(waitFor(bucket, 'register', 0)).toBe(0);
    expect(waitFor(bucket, 'card', 0)).toBe(0);
    expect(waitFor(bucket, 'record', 0)).toBeGreaterThan(0);
  });

  it('that others have filled is waited for, by a register the shortest', () => {
    const bucket = full(0);
    expect(waitFor(bucket, 'register', 0)).toBeGreaterThan(0);
    expect(waitFor(bucket, 'register', 0)).toBeLessThan(waitFor(bucket, 'finish', 0));
  });

  it('drains nothing when the clock goes back', () => {
    expect(levelAt({ level: 10, at: 5000 }, 0)).toBe(10);
  });
});

describe('a portal that is away', () => {
  it('counts as away after three silences, and is looked for at least once a minute or so', () => {
    expect(lookAfter(2, 0)).toBe(0);
    expect(lookAfter(3, 0)).toBeGreaterThan(0);
    fc.assert(fc.property(fc.integer({ min: 3, max: 10_000 }), (n) => lookAfter(n, 0.999) <= 75_000));
  });
});

describe('the REST log', () => {
  it.each([
    [
      'c:1732300000000:+442079460000',
      'c:1732300000000:+\u2022\u2022\u2022\u2022\u2022\u2022\u2022\u2022\u2022\u202200',
    ],
    ['externalCall.0123456789abcdef.1732300000', 'externalCall.0123456789abcdef.1732300000'],
  ])('hides the customer\u2019s number in %s', (key, masked) => {
    expect(maskNumbers(key)).toBe(masked);
  });
});
