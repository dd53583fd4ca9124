import { describe, expect, test } from 'vitest';
import type { CallEvent } from '../../../../client/call/types.ts';
import { createSampler } from '../../../../client/media/quality/sampler.ts';
import type { SipNews } from '../../../../client/phone/sip.ts';
import { handClock } from '../support.ts';

/** A leg whose far end sends 50 packets a second while `flows`. */
function aLeg() {
  const clock = handClock();
  const leg = { flows: true, alive: true, blocked: false, doubts: 0 };
  const told: CallEvent[] = [];
  let packets = 0;
  const sampler = createSampler({
    stats: async () => {
      if (!leg.alive) return null;
      if (leg.flows) packets += 50;
      const entries = [
        { type: 'inbound-rtp', kind: 'audio', packetsReceived: packets },
        { type: 'outbound-rtp', kind: 'audio', packetsSent: clock.now() },
        { type: 'media-source', kind: 'audio', totalAudioEnergy: clock.now() },
      ];
      const report = new Map(entries.map((entry) => [entry.type, entry])) as unknown as RTCStatsReport;
      return { report, direction: 'sendrecv', speaking: true };
    },
    blocked: () => leg.blocked,
    doubt: () => {
      leg.doubts++;
    },
    tell: (news: SipNews) => void (news.on === 'leg' && told.push(news.event)),
    setTimeout: clock.setTimeout,
    clearTimeout: clock.clearTimeout,
  });
  const heard = (event: CallEvent) => sampler.heard({ on: 'leg', leg: 'a', event });
  const troubles = () => told.flatMap((event) => (event.on === 'sound' ? [event.trouble] : []));
  const notices = () => told.flatMap((event) => (event.on === 'notice' ? [event.notice] : []));
  const lastTotal = () => told.flatMap((event) => (event.on === 'sound' ? [event.total] : [])).at(-1);
  return { clock, leg, sampler, heard, told, troubles, notices, lastTotal };
}

describe('the look at a call’s connection', () => {
  test('begins with the answer, happens each second, and ends with the leg', async () => {
    const { clock, heard, told, troubles } = aLeg();
    heard({ on: 'progress', media: true });
    await clock.tick(3000);
    expect(told).toEqual([]);
    heard({ on: 'established', at: 0 });
    await clock.tick(3000);
    expect(troubles()).toEqual(['none', 'none', 'none']);
    heard({ on: 'over', reason: '', at: 0 });
    await clock.tick(9000);
    expect(troubles()).toHaveLength(3);
    expect(clock.waiting()).toBe(0);
  });
  test('ends by itself where we hung up, which is no news', async () => {
    const { clock, leg, heard, troubles } = aLeg();
    heard({ on: 'established', at: 0 });
    await clock.tick(2000);
    leg.alive = false;
    await clock.tick(9000);
    expect(troubles()).toHaveLength(2);
    expect(clock.waiting()).toBe(0);
  });
  test('doubts the connections once each time that nothing begins to arrive', async () => {
    const { clock, leg, heard } = aLeg();
    heard({ on: 'established', at: 0 });
    await clock.tick(3000);
    expect(leg.doubts).toBe(0);
    for (const doubts of [1, 2]) {
      leg.flows = false;
      await clock.tick(9000);
      expect(leg.doubts).toBe(doubts);
      leg.flows = true;
      await clock.tick(3000);
    }
  });
  test('tells a one-way call within 3 s, that it is cured, and how long it was one', async () => {
    const { clock, leg, heard, troubles, lastTotal } = aLeg();
    heard({ on: 'established', at: 0 });
    await clock.tick(2500);
    leg.flows = false;
    await clock.tick(3000);
    expect(troubles().at(-1)).toBe('no_incoming');
    await clock.tick(1000);
    leg.flows = true;
    await clock.tick(1000);
    expect(troubles().at(-1)).toBe('none');
    expect(lastTotal()?.oneWayS).toBe(4);
  });
  test('sees that the browser keeps the sound back', async () => {
    const { clock, leg, heard, troubles } = aLeg();
    leg.blocked = true;
    heard({ on: 'established', at: 0 });
    await clock.tick(1000);
    expect(troubles()).toEqual(['blocked']);
  });
});

describe('a change of the microphone', () => {
  test('is told to who talks, and taken back; the newest one stands its full time', async () => {
    const { clock, sampler, heard, notices } = aLeg();
    sampler.say('nobody talks');
    expect(notices()).toEqual([]);
    heard({ on: 'established', at: 0 });
    sampler.say('Microphone: inner');
    await clock.tick(5000);
    sampler.say('Microphone: headset');
    await clock.tick(5000);
    expect(notices()).toEqual(['Microphone: inner', 'Microphone: headset']);
    await clock.tick(5000);
    expect(notices()).toEqual(['Microphone: inner', 'Microphone: headset', '']);
  });
});
