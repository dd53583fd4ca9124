import { describe, expect, test } from 'vitest';
import type { CallEvent } from '../../../../client/call/types.ts';
import { lazySampler, type QualityModule } from '../../../../client/media/quality/lazy.ts';
import type { SipNews } from '../../../../client/phone/sip.ts';

const established: CallEvent = { on: 'established', at: 0 };
const over: CallEvent = { on: 'over', reason: '', at: 0 };

function aSampler() {
  const heard: string[] = [];
  const said: string[] = [];
  const loads: { resolve(module: QualityModule): void; reject(error: Error): void }[] = [];
  const module: QualityModule = {
    createSampler: () => ({
      heard: (news) => void (news.on === 'leg' && heard.push(`${news.leg} ${news.event.on}`)),
      say: (sentence) => void said.push(sentence),
    }),
  };
  const load = () =>
    new Promise<QualityModule>((resolve, reject) => {
      loads.push({ resolve, reject });
    });
  const sampler = lazySampler(load, {
    stats: async () => null,
    blocked: () => false,
    tell: () => {},
    doubt: () => {},
    setTimeout: () => {},
    clearTimeout: () => {},
  });
  const leg = (name: string, event: CallEvent) => sampler.heard({ on: 'leg', leg: name, event });
  const settled = () => new Promise(setImmediate);
  const arrives = (index = 0) => {
    loads[index]?.resolve(module);
    return settled();
  };
  const fails = () => {
    loads[0]?.reject(new Error('gone'));
    return settled();
  };
  return { sampler, heard, said, loads, leg, arrives, fails };
}

describe('the bundle that measures', () => {
  test('is not fetched by a phone that only waits for calls', () => {
    const { sampler, loads } = aSampler();
    sampler.heard({ on: 'registration', problem: null });
    expect(loads).toHaveLength(0);
  });
  test('is fetched when a call rings, once, before anybody answers', () => {
    const { sampler, loads, leg } = aSampler();
    sampler.heard({ on: 'incoming', call: {} } as unknown as SipNews);
    leg('a', { on: 'progress', media: false });
    leg('a', established);
    expect(loads).toHaveLength(1);
  });
  test('learns on arrival which legs talk, and not of those that are over', async () => {
    const { heard, leg, arrives } = aSampler();
    leg('a', established);
    leg('b', established);
    leg('b', over);
    await arrives();
    expect(heard).toEqual(['a established']);
    leg('a', over);
    expect(heard).toEqual(['a established', 'a over']);
  });
  test('says the last sentence that it missed', async () => {
    const { sampler, said, leg, arrives } = aSampler();
    leg('a', established);
    sampler.say('Another microphone is used now.');
    await arrives();
    expect(said).toEqual(['Another microphone is used now.']);
  });
  test('costs no call where it can’t be had, and is asked for again at the next news', async () => {
    const { heard, loads, leg, arrives, fails } = aSampler();
    leg('a', established);
    await fails();
    expect(heard).toEqual([]);
    leg('b', { on: 'progress', media: false });
    await arrives(1);
    expect(loads).toHaveLength(2);
    expect(heard).toEqual(['a established']);
  });
});
