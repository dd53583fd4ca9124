import { describe, expect, test } from 'vitest';
import { createPulse, heartbeat, TICK_MS } from '../../../client/phone/heartbeat.ts';
import { handClock } from './support.ts';

describe('the pulse', () => {
  const world = () => {
    let now = 1_000_000;
    let every = () => {};
    let signal = () => {};
    let gone = () => {};
    const told: string[] = [];
    const pulse = createPulse({
      every: (callback) => {
        every = callback;
      },
      onSignal: (callback) => {
        signal = callback;
      },
      onGone: (callback) => {
        gone = callback;
      },
      now: () => now,
    });
    pulse.onTick(() => told.push('tick'));
    pulse.onWake((gone) => told.push(gone ? 'wake after a gap' : 'wake'));
    pulse.onWake(() => told.push('wake too'));
    pulse.onDoubt(() => told.push('doubt'));
    const pass = (ms: number) => {
      now += ms;
      every();
    };
    return { told, pass, signal: () => signal(), gone: () => gone(), doubt: pulse.doubt };
  };
  test('a lost connection makes the others doubtful, and is no wake-up', () => {
    const { told, doubt } = world();
    doubt();
    expect(told).toEqual(['doubt']);
  });
  test('a network that goes makes all doubtful, and whoever is woken next hears that it was gone', () => {
    const { told, gone, signal } = world();
    gone();
    signal();
    signal();
    expect(told).toEqual(['doubt', 'wake after a gap', 'wake too', 'wake', 'wake too']);
  });
  test('passes ticks on, late ones of a busy page too', () => {
    const { told, pass } = world();
    pass(TICK_MS);
    pass(2 * TICK_MS);
    expect(told).toEqual(['tick', 'tick']);
  });
  test('a clock that has jumped, back or forth, is a wake-up: computer or page slept', () => {
    const { told, pass } = world();
    pass(60_000);
    pass(TICK_MS);
    pass(-3_600_000);
    pass(TICK_MS);
    expect(told).toEqual(['wake', 'wake too', 'tick', 'wake', 'wake too', 'tick']);
  });
  test('network and page that are back are told to everybody at once', () => {
    const { told, signal } = world();
    signal();
    expect(told).toEqual(['wake', 'wake too']);
  });
});

describe('the heartbeat', () => {
  const world = ({ reply = () => true, answers = false }: { reply?: () => boolean; answers?: boolean } = {}) => {
    const clock = handClock();
    let tick = () => {};
    let wake: (gone?: boolean) => void = () => {};
    let doubt = () => {};
    let connection: object | null = {};
    const drops: unknown[] = [];
    let pings = 0;
    let late = 0;
    let patient = false;
    const link = heartbeat(
      {
        connection: () => connection,
        patient: () => patient,
        ping: (answered) => {
          pings++;
          if (reply()) answered();
        },
        drop: () => drops.push(connection),
      },
      2,
      {
        pulse: {
          onTick: (callback) => {
            tick = callback;
          },
          onWake: (callback) => {
            wake = callback;
          },
          doubt: () => {},
          onDoubt: (callback) => {
            doubt = callback;
          },
        },
        setTimeout: clock.setTimeout,
        clearTimeout: clock.clearTimeout,
        now: () => clock.now() + late,
      },
      answers,
    );
    return {
      clock,
      tick: () => tick(),
      wake: (gone = false) => wake(gone),
      doubt: () => doubt(),
      ask: link.ask,
      sure: link.sure,
      drops,
      pings: () => pings,
      ringing: () => {
        patient = true;
      },
      reconnect: () => {
        connection = {};
      },
      lose: () => {
        connection = null;
      },
      /** The page is frozen for so long: its timers run when it thaws. */
      freeze: (ms: number) => {
        late += ms;
      },
    };
  };
  test('asks at every second tick, and at once after a wake-up', () => {
    const { tick, wake, pings } = world();
    tick();
    expect(pings()).toBe(0);
    tick();
    expect(pings()).toBe(1);
    wake();
    expect(pings()).toBe(2);
    tick();
    expect(pings()).toBe(2);
  });
  test('asks at once in doubt, and when it is told to', () => {
    const { doubt, ask, pings } = world();
    doubt();
    expect(pings()).toBe(1);
    ask();
    expect(pings()).toBe(2);
  });
  test('is sure of a connection that owes no answer, and of one that is not expected to answer', async () => {
    let alive = true;
    const { ask, sure, clock, reconnect } = world({ reply: () => alive });
    expect(sure()).toBe(true);
    ask();
    alive = false;
    ask();
    expect(sure()).toBe(false);
    reconnect();
    expect(sure()).toBe(true);
    await clock.tick(5000);
    const mute = world({ reply: () => false });
    mute.ask();
    expect(mute.sure()).toBe(true);
  });
  test.each([
    ['5 s where there was no reason to doubt', 'ask', 5000],
    ['1.5 s after a wake-up', 'wake', 1500],
    ['1.5 s in doubt', 'doubt', 1500],
  ] as const)('who has answered and now doesn’t is dropped after %s', async (_, how, ms) => {
    let alive = true;
    const link = world({ reply: () => alive });
    link[how]();
    await link.clock.tick(10_000);
    expect(link.drops).toEqual([]);
    alive = false;
    link[how]();
    await link.clock.tick(ms - 1);
    expect(link.drops).toEqual([]);
    await link.clock.tick(1);
    expect(link.drops).toHaveLength(1);
  });
  test('one that is still being made, or that a ringing call hangs on, has 5 s whatever the reason', async () => {
    const { doubt, wake, ringing, clock, drops } = world({ reply: () => false, answers: true });
    ringing();
    doubt();
    await clock.tick(1000);
    wake(true);
    await clock.tick(3999);
    expect(drops).toEqual([]);
    await clock.tick(1);
    expect(drops).toHaveLength(1);
  });
  test('who owes an answer from before the network went is dropped at once when it is back', async () => {
    let alive = true;
    const { doubt, wake, clock, drops, pings, reconnect } = world({ reply: () => alive });
    doubt();
    wake(true);
    expect(drops).toEqual([]);
    alive = false;
    doubt();
    await clock.tick(100);
    wake(true);
    expect(drops).toHaveLength(1);
    reconnect();
    alive = true;
    wake(true);
    await clock.tick(10_000);
    expect(drops).toHaveLength(1);
    expect(pings()).toBe(5);
  });
  test('a wake-up without a gap drops nobody before their time', async () => {
    const { doubt, wake, clock, drops } = world({ reply: () => false, answers: true });
    doubt();
    await clock.tick(100);
    wake();
    expect(drops).toEqual([]);
  });
  test('who never answers is left alone, unless it is known to', async () => {
    const some = world({ reply: () => false });
    some.wake();
    await some.clock.tick(60_000);
    expect(some.drops).toEqual([]);
    const known = world({ reply: () => false, answers: true });
    known.wake();
    await known.clock.tick(60_000);
    expect(known.drops).toHaveLength(1);
  });
  test('what comes when the connection is lost is no answer: who never answered is left alone after it as well', async () => {
    let loses = true;
    const some = world({
      reply: () => {
        if (loses) some.lose();
        return loses;
      },
    });
    some.wake();
    loses = false;
    some.reconnect();
    some.wake();
    await some.clock.tick(60_000);
    expect(some.pings()).toBe(2);
    expect(some.drops).toEqual([]);
  });
  test('many wake-ups are one question, whose patience they don’t prolong', async () => {
    const { wake, clock, drops, pings } = world({ reply: () => false, answers: true });
    wake();
    await clock.tick(1000);
    wake();
    wake();
    expect(pings()).toBe(1);
    await clock.tick(500);
    expect(drops).toHaveLength(1);
  });
  test('what another connection owed is not asked of this one', async () => {
    const { wake, clock, drops, reconnect } = world({ reply: () => false, answers: true });
    wake();
    await clock.tick(1000);
    reconnect();
    await clock.tick(60_000);
    expect(drops).toEqual([]);
  });
  test('nothing is asked where nothing is connected', () => {
    const { wake, pings, lose } = world();
    lose();
    wake();
    expect(pings()).toBe(0);
  });
  test('a page that was frozen over its own patience asks once more before it drops', async () => {
    const { wake, clock, drops, pings, freeze } = world({ reply: () => false, answers: true });
    wake();
    freeze(60_000);
    await clock.tick(1500);
    expect(drops).toEqual([]);
    expect(pings()).toBe(2);
    freeze(60_000);
    await clock.tick(1500);
    expect(drops).toHaveLength(1);
  });
});
