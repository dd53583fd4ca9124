import { describe, expect, it } from 'vitest';
import { fitFrame } from '../../../client/app/fit.ts';
import { joinPhone, type Look } from '../../../client/app/panel/link.ts';
import type { PeerMessage } from '../../../client/frame/contract.ts';
import type { Panel } from '../../../client/frame/panel.ts';
import { DEFAULT_PREFERENCES } from '../../../src/protocol/frame.ts';

const panel: Panel = {
  phone: 'ready',
  calls: [],
  preferences: DEFAULT_PREFERENCES,
  devices: { microphones: [], speakers: [], microphone: '', speaker: '', ringer: '' },
  canConfer: false,
  notice: '',
};

/** A panel whose channel and clock the test plays. */
function linked() {
  const posted: PeerMessage[] = [];
  const looks: Look['t'][] = [];
  const timers: (() => void)[] = [];
  let hear: (message: PeerMessage) => void = () => {};
  const link = joinPhone({
    channel: {
      post: (message) => posted.push(message),
      listen: (listener) => {
        hear = listener;
      },
    },
    name: 'page',
    setTimeout: (callback) => timers.push(callback),
    changed: (look) => looks.push(look.t),
  });
  return {
    link,
    posted,
    looks,
    hear: (message: PeerMessage) => hear(message),
    says: () => hear({ t: 'panel', from: 'phone', panel }),
    tick: () => timers.shift()?.(),
    asked: () => posted.filter(({ t }) => t === 'panel?').length,
  };
}

describe('the panel looks for the phone', () => {
  it('asks at once, and shows what it answers', () => {
    const page = linked();
    expect(page.posted).toEqual([{ t: 'panel?', from: 'page' }]);
    page.says();
    expect(page.link.look()).toEqual({ t: 'panel', panel });
  });

  it('says that there is none after two questions without an answer, and goes on asking', () => {
    const page = linked();
    page.tick();
    expect(page.looks).toEqual([]);
    page.tick();
    page.tick();
    expect(page.looks).toEqual(['silent']);
    expect(page.asked()).toBe(4);
    page.says();
    expect(page.looks).toEqual(['silent', 'panel']);
  });

  it('does not take a phone for lost that answers each question', () => {
    const page = linked();
    for (let turn = 0; turn < 10; turn++) {
      page.says();
      page.tick();
    }
    expect(page.looks).not.toContain('silent');
  });

  it('a phone whose page has crashed is lost after two questions', () => {
    const page = linked();
    page.says();
    page.tick();
    page.tick();
    page.tick();
    expect(page.looks.at(-1)).toBe('silent');
  });

  it('asks at once when a phone comes up, and when the one that it knew goes away', () => {
    const page = linked();
    page.says();
    page.hear({ t: 'bye', from: 'somebody' });
    expect(page.asked()).toBe(1);
    page.hear({ t: 'bye', from: 'phone' });
    expect(page.asked()).toBe(2);
    page.hear({ t: 'phone', from: 'next', session: {} as never });
    expect(page.asked()).toBe(3);
  });

  it('hands acts to whoever is the phone, under its own name', () => {
    const page = linked();
    page.link.act({ act: 'swap' });
    expect(page.posted.at(-1)).toEqual({ t: 'act', from: 'page', act: { act: 'swap' } });
  });
});

describe('the frame is as high as its content', () => {
  function fitted(heights: number[]) {
    const sent: unknown[] = [];
    let changed = () => {};
    fitFrame(
      {
        call: async (method, params) => {
          sent.push([method, params]);
          return { answered: false };
        },
      },
      () => heights.shift() ?? 0,
      (callback) => {
        changed = callback;
      },
    );
    return { sent, changed: () => changed() };
  }
  const resize = (height: number) => ['resizeWindow', { width: '100%', height }];

  it('from the start, in whole pixels, and at each change', () => {
    const frame = fitted([900.2, 1400]);
    expect(frame.sent).toEqual([resize(901)]);
    frame.changed();
    expect(frame.sent).toEqual([resize(901), resize(1400)]);
  });

  it('becomes lower again', () => {
    const frame = fitted([1400, 700]);
    frame.changed();
    expect(frame.sent).toEqual([resize(1400), resize(700)]);
  });

  it('says nothing where nothing changed, or nothing is to be seen yet', () => {
    const frame = fitted([0, 800, 800]);
    frame.changed();
    frame.changed();
    expect(frame.sent).toEqual([resize(800)]);
  });
});
