import { describe, expect, it } from 'vitest';
import { onOurClock, talkedSeconds } from '../../../src/portal/clock.ts';
import { callHandedTo, HANDOVER_LIFE_MS, type OpenHandover, sameParty } from '../../../src/portal/handover.ts';
import { decideEnd, withoutCard } from '../../../src/portal/ledger.ts';

const now = 1_000_000;
const handover = (over: Partial<OpenHandover> = {}): OpenHandover => ({
  callKey: 'l:a',
  fromUser: 2,
  kind: 'blind',
  toUser: 3,
  number: '103',
  at: now - 5000,
  customer: '+493012345678',
  line: '+4930555000',
  ...over,
});
const leg = (over: Record<string, unknown> = {}) => ({
  direction: 'in' as const,
  number: '+493012345678',
  userId: 3,
  ...over,
});

describe('which transferred call a colleague\u2019s leg belongs to', () => {
  it.each([
    ['it shows the customer', leg(), handover(), 'l:a'],
    ['it shows the customer in another spelling', leg({ number: '03012345678' }), handover(), 'l:a'],
    ['it shows the transferring agent\u2019s extension', leg({ number: '102' }), handover(), 'l:a'],
    ['it shows the line that the agent calls out with', leg({ number: '030555000' }), handover(), 'l:a'],
    ['a queue\u2019s agent is rung by the customer', leg({ userId: 7 }), handover({ toUser: null }), 'l:a'],
    ['not one of another customer', leg({ number: '+493087654321' }), handover(), null],
    ['not one of a colleague whom it does not name', leg({ userId: 4 }), handover(), null],
    ['not one of an extension to whoever it does not name', leg({ number: '102' }), handover({ toUser: null }), null],
    ['not one of the person who transfers', leg({ userId: 2 }), handover({ toUser: null }), null],
    ['not one that comes a minute later', leg(), handover({ at: now - HANDOVER_LIFE_MS - 1 }), null],
    ['not an outgoing one', leg({ direction: 'out' }), handover(), null],
  ])('%s', (_, newLeg, open, key) => {
    expect(callHandedTo(newLeg, [open], now)).toBe(key);
  });

  it('two numbers without digits are not the same party', () => {
    expect(sameParty('anonymous', '')).toBe(false);
  });
});

describe('the end of a leg whose call is being transferred', () => {
  const call = {
    key: 'l:a',
    state: 'talking' as const,
    direction: 'in' as const,
    answeredLeg: 'a',
    answeredAt: 10_000,
    handedOver: false,
  };
  const end = { at: 40_000, seconds: 30, status: '200' as const, reason: '' };

  it('to a number outside: our part is over at once, and the record says where it went', () => {
    const got = decideEnd(call, { leg: 'a' }, [], end, handover({ toUser: null, number: '+441234567890' }));
    expect(got).toEqual({ t: 'ends', end: { ...end, reason: 'Transferred to +441234567890' }, finishAt: 40_000 });
  });

  it('to a colleague who is not rung yet: waits for their leg', () => {
    const got = decideEnd(call, { leg: 'a' }, [], end, handover());
    expect(got.t === 'ends' && got.finishAt).toBeGreaterThan(end.at);
  });
});

describe('whose card a call no longer needs', () => {
  it('while it goes on: of everybody without a living leg, who talked last included', () => {
    const legs = [
      { userId: 2, live: false },
      { userId: 3, live: true },
    ];
    expect(withoutCard({ answeredBy: 2, state: 'talking' }, legs)).toEqual([2]);
  });

  it('when it is over: of everybody but who talked last, whose card the finish closes', () => {
    const legs = [
      { userId: 2, live: false },
      { userId: 3, live: false },
    ];
    expect(withoutCard({ answeredBy: 3, state: 'ended' }, legs)).toEqual([2]);
  });
});

describe('a browser\u2019s clock', () => {
  it.each([
    ['is an hour late', 5000, 8000, 3_600_000 + 8000, 3_600_000 + 5000],
    ['is an hour early', 3_600_000 + 5000, 3_600_000 + 8000, 8000, 5000],
    ['is not told: the time stands', 5000, undefined, 9000, 5000],
    ['is not told, and is in the future: it is now', 50_000, undefined, 9000, 9000],
  ])('%s', (_, at, sent, ours, read) => {
    const message = { t: 'answered' as const, id: 'i', leg: 'l', at, ...(sent === undefined ? {} : { sent }) };
    expect(onOurClock(message, ours).at).toBe(read);
  });

  it.each([
    ['agrees with ours but for the way of a message: its own count is exact', 65_400, 62, 62],
    ['was set forward meanwhile: ours counts', 65_400, 3665, 65],
    ['was set back meanwhile: ours counts', 65_400, 0, 65],
  ])('%s', (_, at, seconds, talked) => {
    expect(talkedSeconds({ at, seconds, sent: at }, 0)).toBe(talked);
  });

  it('says how long a talk was where we know nothing better: it did not say what it showed, or the answer is unknown', () => {
    expect(talkedSeconds({ at: 65_400, seconds: 3 }, 0)).toBe(3);
    expect(talkedSeconds({ at: 65_400, seconds: 3, sent: 65_400 }, null)).toBe(3);
  });
});
