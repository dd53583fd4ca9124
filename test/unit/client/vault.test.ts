import { describe, expect, test } from 'vitest';
import { createVault as openVault } from '../../../client/frame/vault.ts';
import { steady } from '../../../client/phone/steady.ts';
import { createVault } from '../../../client/vault/vault.ts';
import type { Session } from '../../../src/protocol/frame.ts';
import { aSession, handClock, settle } from './support.ts';

function aVault() {
  let now = 0;
  const vault = createVault(() => now);
  return {
    keep: (session: Session | null) => vault({ t: 'keep', session }, () => {}),
    ask: () => {
      const heard: (Session | null)[] = [];
      vault({ t: 'ask' }, (session) => heard.push(session));
      return heard;
    },
    pass: (ms: number) => {
      now += ms;
    },
  };
}

describe('the vault', () => {
  test('gives the newest session, with what is left of its ticket', () => {
    const vault = aVault();
    expect(vault.ask()).toEqual([null]);
    vault.keep(aSession());
    vault.keep(aSession({ ticket: 'ticket-2' }));
    vault.pass(60_000);
    expect(vault.ask()).toEqual([aSession({ ticket: 'ticket-2', expiresIn: 840 })]);
  });
  test('gives none whose ticket dies within half a minute, nor one that was forgotten', () => {
    const vault = aVault();
    vault.keep(aSession());
    vault.pass(870_000);
    expect(vault.ask()).toEqual([null]);
    vault.keep(aSession());
    vault.keep(null);
    expect(vault.ask()).toEqual([null]);
  });
});

describe('the frame’s side of it', () => {
  test('a worker that is refused at once or late, fails, or says nothing leaves the page to the service', async () => {
    const clock = handClock();
    const { setTimeout } = clock;
    const silent = () => ({ postMessage: () => {}, onmessage: null });
    const answers: unknown[] = [];
    const ask = (open: Parameters<typeof openVault>[1]['openVault']) =>
      void openVault('room', { setTimeout, openVault: open })
        .ask()
        .then((answer) => answers.push(answer));
    ask(() => {
      throw new DOMException('blocked', 'SecurityError');
    });
    ask((_name, refused) => {
      queueMicrotask(refused);
      return silent();
    });
    await settle();
    expect(answers).toEqual([null, null]);
    ask(silent);
    await settle();
    expect(answers).toHaveLength(2);
    await clock.tick(2000);
    expect(answers).toEqual([null, null, null]);
  });
});

describe('an interval that a hidden page keeps', () => {
  const clocks = () => {
    let now = 0;
    let calls = 0;
    const beats: (() => void)[] = [];
    const add = (callback: () => void) => beats.push(callback);
    steady(() => calls++, 20_000, { setInterval: add, tick: add, now: () => now });
    return {
      calls: () => calls,
      at: (ms: number, clock: 0 | 1) => {
        now = ms;
        beats[clock]?.();
      },
    };
  };
  test('two clocks that tick at about the same time are one beat', () => {
    const both = clocks();
    both.at(20_000, 0);
    both.at(20_300, 1);
    both.at(40_000, 0);
    both.at(40_300, 1);
    expect(both.calls()).toBe(2);
  });
  test('one of them is enough', () => {
    for (const clock of [0, 1] as const) {
      const one = clocks();
      for (const ms of [20_000, 40_000, 60_000]) one.at(ms, clock);
      expect(one.calls()).toBe(3);
    }
  });
});
