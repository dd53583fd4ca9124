import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SoundTrouble } from '../../../../client/call/types.ts';
import { type Counters, readCounters } from '../../../../client/media/quality/counters.ts';
import { mosOf, mosOfRating } from '../../../../client/media/quality/emodel.ts';
import { type Second, secondOf } from '../../../../client/media/quality/second.ts';
import { addSecond, NOTHING_YET, qualityOf } from '../../../../client/media/quality/total.ts';
import { type Circumstances, UNTROUBLED, watchSecond } from '../../../../client/media/quality/trouble.ts';

describe('mean opinion score', () => {
  test.each([
    [50, 2.58],
    [60, 3.1],
    [70, 3.6],
    [80, 4.03],
    [90, 4.34],
    [-5, 1],
    [3, 1],
  ])('a rating of %d is %d, as in the table of ITU-T G.107, annex B', (rating, mos) => {
    // The table is rounded to hundredths, upwards in places.
    expect(Math.abs(mosOfRating(rating) - mos)).toBeLessThan(0.01);
  });
  test('nothing lost and no delay is the best that the scale gives', () => {
    expect(mosOf({ delayMs: 0, lossPercent: 0 })).toBeCloseTo(4.41, 2);
  });
  test('is never better for more delay or more loss, and stays on the scale', () => {
    const ms = fc.double({ min: 0, max: 2000, noNaN: true });
    const percent = fc.double({ min: 0, max: 100, noNaN: true });
    fc.assert(
      fc.property(ms, ms, percent, percent, (a, b, x, y) => {
        const better = mosOf({ delayMs: Math.min(a, b), lossPercent: Math.min(x, y) });
        const worse = mosOf({ delayMs: Math.max(a, b), lossPercent: Math.max(x, y) });
        expect(worse).toBeLessThanOrEqual(better + 1e-9);
        expect(worse).toBeGreaterThanOrEqual(1);
        expect(better).toBeLessThanOrEqual(4.5);
      }),
    );
  });
});

const zero: Counters = {
  packetsIn: 0,
  lostIn: 0,
  packetsOut: 0,
  energyOut: 0,
  jitterMs: 0,
  bufferedS: 0,
  samplesOut: 0,
  remote: null,
};
/** A second of a healthy call: 50 packets each way, 60 ms in the jitter buffer, round trip 100 ms. */
const healthy: Counters = {
  packetsIn: 50,
  lostIn: 0,
  packetsOut: 50,
  energyOut: 0.2,
  jitterMs: 4.04,
  bufferedS: 0.06 * 48_000,
  samplesOut: 48_000,
  remote: { at: 1, rttMs: 100, fractionLost: 0 },
};

describe('one second', () => {
  test('is the difference of two looks', () => {
    expect(secondOf(zero, healthy)).toEqual({
      packetsIn: 50,
      lostIn: 0,
      packetsOut: 50,
      spoke: true,
      lostThere: 0,
      // 40 ms of our own, half the round trip, the buffer.
      figures: {
        mos: Number(mosOf({ delayMs: 150, lossPercent: 0 }).toFixed(2)),
        jitterMs: 4,
        lossPercent: 0,
        rttMs: 100,
      },
    });
  });
  test('without a packet has no figures: there is nothing to judge', () => {
    expect(secondOf(healthy, healthy).figures).toBeNull();
  });
  test('counts lost packets of all that were sent', () => {
    expect(secondOf(zero, { ...healthy, packetsIn: 45, lostIn: 5 }).figures?.lossPercent).toBe(10);
  });
  test('of a browser that tells no level says nothing about the microphone', () => {
    expect(secondOf({ ...zero, energyOut: null }, { ...healthy, energyOut: null }).spoke).toBeNull();
  });
  test('a connection that begins to count anew is no negative second', () => {
    expect(secondOf(healthy, zero)).toMatchObject({ packetsIn: 0, packetsOut: 0, lostIn: 0 });
  });
});

describe('a report of the browser', () => {
  const report = (...entries: Record<string, unknown>[]) => ({
    forEach: (look: (entry: Record<string, unknown>) => void) => entries.forEach(look),
  });
  test('is read as the statistics’ standard names it: seconds become ms', () => {
    expect(
      readCounters(
        report(
          { type: 'inbound-rtp', kind: 'audio', packetsReceived: 9, packetsLost: 1, jitter: 0.004 },
          { type: 'outbound-rtp', kind: 'audio', packetsSent: 8 },
          { type: 'media-source', kind: 'audio', totalAudioEnergy: 0.5 },
          { type: 'remote-inbound-rtp', kind: 'audio', timestamp: 77, roundTripTime: 0.03, fractionLost: 0.5 },
          { type: 'candidate-pair' },
        ),
      ),
    ).toEqual({
      packetsIn: 9,
      lostIn: 1,
      packetsOut: 8,
      energyOut: 0.5,
      jitterMs: 4,
      bufferedS: 0,
      samplesOut: 0,
      remote: { at: 77, rttMs: 30, fractionLost: 0.5 },
    });
  });
  test('that is empty counts nothing', () => {
    expect(readCounters(report())).toEqual({ ...zero, energyOut: null });
  });
  test('with more packets than were sent has lost none', () => {
    expect(readCounters(report({ type: 'inbound-rtp', kind: 'audio', packetsLost: -3 })).lostIn).toBe(0);
  });
});

const good: Second = secondOf(zero, healthy);
const nothingIn: Second = { ...good, packetsIn: 0, figures: null };
const silent: Second = { ...good, spoke: false };
const poor: Second = { ...good, figures: { mos: 2.1, jitterMs: 90, lossPercent: 25, rttMs: 100 } };
const flowing: Omit<Circumstances, 'second'> = { direction: 'sendrecv', speaking: true, blocked: false };

/** What is said after each second. */
function said(seconds: Second[], change: Partial<Circumstances> = {}): SoundTrouble[] {
  let watch = UNTROUBLED;
  return seconds.map((second) => {
    watch = watchSecond(watch, { ...flowing, ...change, second });
    return watch.trouble;
  });
}
const times = (count: number, second: Second) => Array.from({ length: count }, () => second);

describe('one-way sound', () => {
  test('no packets: said at the second empty look, so within 3 s, and taken back with the first packet', () => {
    expect(said([good, nothingIn, nothingIn, nothingIn, good])).toEqual([
      'none',
      'none',
      'no_incoming',
      'no_incoming',
      'none',
    ]);
  });
  test('on hold, by us or by the other side, nothing is expected', () => {
    for (const direction of ['sendonly', 'recvonly', 'inactive', null]) {
      expect(new Set(said(times(5, nothingIn), { direction }))).toEqual(new Set(['none']));
    }
  });
  test('a microphone that was never heard is said after 3 s', () => {
    expect(said(times(4, silent))).toEqual(['none', 'none', 'no_microphone', 'no_microphone']);
  });
  test('one that was heard before may be quiet for a while: a quiet room is no fault', () => {
    expect(said([good, ...times(8, silent), good])).toEqual([
      ...times(8, good).map(() => 'none'),
      'no_microphone',
      'none',
    ]);
  });
  test('muted: silence is meant', () => {
    expect(new Set(said(times(20, silent), { speaking: false }))).toEqual(new Set(['none']));
  });
  test('our packets leave but the far end reports them lost', () => {
    expect(said([good, { ...good, lostThere: 1 }, good])).toEqual(['none', 'not_heard', 'none']);
  });
  test('our packets don’t even leave', () => {
    expect(said(times(3, { ...good, packetsOut: 0 }))).toEqual(['none', 'not_heard', 'not_heard']);
  });
  test('what the browser keeps back is said first: a click cures it', () => {
    expect(said([nothingIn, nothingIn], { blocked: true })).toEqual(['blocked', 'blocked']);
  });
});

describe('a bad connection', () => {
  test('is said after 3 s, and no more after 3 good ones: it must not flicker', () => {
    expect(said([...times(4, poor), good, good, good])).toEqual(['none', 'none', 'bad', 'bad', 'bad', 'bad', 'none']);
  });
  test('one bad second is nothing to talk about', () => {
    expect(said([poor, good, poor, poor, good])).toEqual(['none', 'none', 'none', 'none', 'none']);
  });
});

describe('the whole call', () => {
  const sum = (seconds: Second[]) =>
    qualityOf(seconds.reduce((total, second) => addSecond(total, second, 0), NOTHING_YET));
  test('is the mean of its seconds; its loss is of all packets', () => {
    const lossy = secondOf(zero, { ...healthy, packetsIn: 40, lostIn: 10, remote: null });
    const { mos, ...rest } = sum([good, lossy]);
    expect(rest).toEqual({ jitterMs: 4, lossPercent: 10, rttMs: 100, oneWayS: 0 });
    expect(mos).toBeCloseTo(((good.figures?.mos ?? 0) + (lossy.figures?.mos ?? 0)) / 2, 2);
  });
  test('in which nothing ever arrived has the worst score, and no round trip', () => {
    expect(sum([nothingIn, nothingIn])).toEqual({ mos: 1, jitterMs: 0, lossPercent: 0, rttMs: null, oneWayS: 0 });
  });
  test('is what the object takes: in its ranges, seconds whole', () => {
    const any = fc.record({ packetsIn: fc.nat(100), lostIn: fc.nat(100), energyOut: fc.nat(1), jitterMs: fc.nat(900) });
    fc.assert(
      fc.property(fc.array(any, { minLength: 1 }), (looks) => {
        const { mos, lossPercent, oneWayS } = sum(looks.map((look) => secondOf(zero, { ...healthy, ...look })));
        expect(mos).toBeGreaterThanOrEqual(1);
        expect(mos).toBeLessThanOrEqual(4.5);
        expect(lossPercent).toBeLessThanOrEqual(100);
        expect(Number.isInteger(oneWayS)).toBe(true);
      }),
    );
  });
});
