import { describe, expect, it } from 'vitest';
import type { OpenHandover } from '../../../src/portal/handover.ts';
import { handedLate, mayBeHandedOver } from '../../../src/portal/late-handover.ts';

const ANSWERED = 10_000;
const NOW = 40_000;
const customer = '+442079460000';

const talk = { number: customer, answeredBy: 2, answeredAt: ANSWERED };
const leg = { direction: 'in' as const, number: '02079460000', userId: 3, startedAt: NOW };

describe('a new call that may be the other end of a transfer', () => {
  it('is one whose caller talks to a colleague at this moment', () => {
    expect(mayBeHandedOver(leg, [talk])).toBe(true);
  });

  it('is none where the caller is somebody else, calls who talks to them, or rang before they were answered', () => {
    expect(mayBeHandedOver({ ...leg, number: '+442079461111' }, [talk])).toBe(false);
    expect(mayBeHandedOver({ ...leg, userId: 2 }, [talk])).toBe(false);
    expect(mayBeHandedOver({ ...leg, startedAt: ANSWERED - 1 }, [talk])).toBe(false);
    expect(mayBeHandedOver({ ...leg, direction: 'out' }, [talk])).toBe(false);
    expect(mayBeHandedOver(leg, [])).toBe(false);
  });
});

describe('a transfer that is told after its colleague\u2019s leg', () => {
  const handover: OpenHandover = {
    callKey: 'l:a',
    fromUser: 2,
    kind: 'blind',
    toUser: 3,
    number: '103',
    at: NOW,
    customer,
    line: '0000',
  };
  const waits = { key: 'l:c', number: customer, startedAt: NOW - 500, users: [3] };

  it('takes the call that rings at the colleague', () => {
    expect(handedLate(handover, ANSWERED, [waits], NOW)).toEqual(['l:c']);
  });

  it('takes all legs of the queue that it goes to', () => {
    const queue = { ...waits, key: 'g:q', users: [3, 4, 5] };
    expect(handedLate({ ...handover, toUser: null }, ANSWERED, [queue], NOW)).toEqual(['g:q']);
  });

  it('leaves what rings at somebody else, also, or rang before the call was answered', () => {
    const others = [
      { ...waits, users: [4] },
      { ...waits, users: [3, 4] },
      { ...waits, startedAt: ANSWERED - 1 },
      { ...waits, number: '+442079461111' },
    ];
    expect(handedLate(handover, ANSWERED, others, NOW)).toEqual([]);
  });
});
