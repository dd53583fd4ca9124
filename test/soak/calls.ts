import { setTimeout as pause } from 'node:timers/promises';
import type { CallStatus } from '../../src/protocol/frame.ts';
import { LINE } from '../harness/cast.ts';
import { type Agent, moment } from './agent.ts';
import type { Random } from './random.ts';

/** What Bitrix24 must have on record of a call when all is over. */
export interface Expected {
  readonly number: string;
  readonly type: 1 | 2;
  readonly users: readonly number[];
  readonly statuses: readonly CallStatus[];
  /** Seconds, inclusive. */
  readonly duration: readonly [number, number];
  readonly startedAt: number;
  /** What was played, and who played it, for whoever has to find out what went wrong. */
  readonly history: readonly string[];
  readonly cast: readonly Agent[];
}

/** Clocks, rounding, and what a busy machine adds between two steps (s). */
const TOLERANCE_S = 2;

/** One call while it is played. */
class Play {
  readonly history: string[] = [];
  readonly startedAt: number;
  readonly number: string;
  readonly #cast: readonly Agent[];
  readonly #random: Random;

  constructor(number: string, secondsAgo: number, cast: readonly Agent[], random: Random) {
    this.number = number;
    this.#cast = cast;
    this.#random = random;
    this.startedAt = Date.now() - secondsAgo * 1000;
  }

  note(text: string): void {
    this.history.push(moment(text));
  }

  async breathe(): Promise<void> {
    await pause(this.#random.whole(5, 250));
  }

  /** A leg begins; its answer may take as long as Bitrix24 is away, so nobody waits for it here. */
  async ring(
    agent: Agent,
    leg: string,
    over: Partial<{ direction: 'in' | 'out'; group: string; number: string; startedAt: number }> = {},
  ) {
    agent.legs.add(leg);
    this.note(`${agent.userId} register ${leg}`);
    const { direction = 'in', group = null, number = this.number } = over;
    const startedAt = agent.clock(over.startedAt ?? this.startedAt);
    const said = agent.ask({ t: 'register', leg, group, direction, number, line: LINE.number, startedAt });
    said.then(
      (answer) => this.note(`${agent.userId} ${leg} -> ${answer.t}${'error' in answer ? ` ${answer.error}` : ''}`),
      () => {},
    );
    await this.breathe();
  }

  async answer(agent: Agent, leg: string, at: number): Promise<void> {
    this.note(`${agent.userId} answered ${leg}`);
    await agent.ask({ t: 'answered', leg, at: agent.clock(at) });
    await this.breathe();
  }

  /** A leg begins and is answered `afterMs` into the call. @returns when, Unix ms */
  async talk(agent: Agent, leg: string, afterMs: number, over: Parameters<Play['ring']>[2] = {}): Promise<number> {
    await this.ring(agent, leg, over);
    const answeredAt = this.startedAt + afterMs;
    await this.answer(agent, leg, answeredAt);
    return answeredAt;
  }

  async end(agent: Agent, leg: string, seconds: number, status: CallStatus, reason = ''): Promise<number> {
    const at = Date.now();
    this.note(`${agent.userId} ended ${leg} ${status} ${seconds} s`);
    const said = agent.ask({ t: 'ended', leg, at: agent.clock(at), seconds, status, reason });
    agent.legs.delete(leg);
    await said;
    return at;
  }

  expect(
    type: 1 | 2,
    users: readonly number[],
    statuses: readonly CallStatus[],
    duration: readonly [number, number],
  ): Expected {
    const { number, startedAt, history } = this;
    return { number, type, users, statuses, duration, startedAt, history, cast: this.#cast };
  }
}

const around = (seconds: number): [number, number] => [Math.max(0, seconds - TOLERANCE_S), seconds + TOLERANCE_S];
const secondsBetween = (from: number, to: number) => Math.round((to - from) / 1000);

export interface Scene {
  /** So many agents take part. */
  readonly agents: number;
  play(play: Play, agents: readonly Agent[], leg: (n: number) => string, random: Random): Promise<Expected>;
}

const talked = (direction: 'in' | 'out'): Scene => ({
  agents: 1,
  async play(play, [agent], leg, random) {
    if (!agent) throw new Error('nobody plays');
    const answeredAt = await play.talk(agent, leg(0), 3000, { direction });
    if (random.chance(0.2)) agent.jumpClock(random.whole(-3600, 3600) * 1000);
    const seconds = secondsBetween(answeredAt, Date.now());
    const at = await play.end(agent, leg(0), seconds, '200');
    const type = direction === 'in' ? 2 : 1;
    return play.expect(type, [agent.userId], ['200'], around(secondsBetween(answeredAt, at)));
  },
});

const unanswered = (direction: 'in' | 'out', status: CallStatus): Scene => ({
  agents: 1,
  async play(play, [agent], leg) {
    if (!agent) throw new Error('nobody plays');
    await play.ring(agent, leg(0), { direction });
    await play.end(agent, leg(0), 0, status);
    return play.expect(direction === 'in' ? 2 : 1, [agent.userId], [status], [0, 0]);
  },
});

const queue: Scene = {
  agents: 4,
  async play(play, agents, leg) {
    const group = `queue-${play.number}`;
    for (const [i, agent] of agents.entries()) await play.ring(agent, leg(i), { group });
    const [first, taker, ...others] = agents;
    if (!first || !taker) throw new Error('nobody plays');
    await play.end(first, leg(0), 0, '603');
    const answeredAt = Date.now() - 2000;
    await play.answer(taker, leg(1), answeredAt);
    await Promise.all(others.map((agent, i) => play.end(agent, leg(i + 2), 0, '304')));
    const at = await play.end(taker, leg(1), secondsBetween(answeredAt, Date.now()), '200');
    return play.expect(2, [taker.userId], ['200'], around(secondsBetween(answeredAt, at)));
  },
};

const nobody: Scene = {
  agents: 3,
  async play(play, agents, leg) {
    const group = `missed-${play.number}`;
    for (const [i, agent] of agents.entries()) await play.ring(agent, leg(i), { group });
    await Promise.all(agents.map((agent, i) => play.end(agent, leg(i), 0, '304')));
    // Bitrix24 is told who was rung first, and whose message came first the network decides.
    return play.expect(
      2,
      agents.map((agent) => agent.userId),
      ['304'],
      [0, 0],
    );
  },
};

const handedOver = (kind: 'blind' | 'attended'): Scene => ({
  agents: 2,
  async play(play, [from, to], leg) {
    if (!from || !to) throw new Error('nobody plays');
    const answeredAt = await play.talk(from, leg(0), 2000);
    play.note(`${from.userId} handover ${kind}`);
    await from.ask({ t: 'handover', leg: leg(0), kind, userId: to.userId, number: '22' });
    await play.ring(to, leg(1), { number: kind === 'blind' ? play.number : '21', startedAt: Date.now() });
    if (kind === 'attended') await play.answer(to, leg(1), Date.now());
    await play.end(from, leg(0), secondsBetween(answeredAt, Date.now()), '200', 'Transferred');
    if (kind === 'blind') await play.answer(to, leg(1), Date.now());
    const at = await play.end(to, leg(1), 1, '200');
    return play.expect(2, [to.userId], ['200'], around(secondsBetween(answeredAt, at)));
  },
});

const calledOff: Scene = {
  agents: 2,
  async play(play, [from, to], leg) {
    if (!from || !to) throw new Error('nobody plays');
    const answeredAt = await play.talk(from, leg(0), 2000);
    await from.ask({ t: 'handover', leg: leg(0), kind: 'attended', userId: to.userId, number: '22' });
    await play.ring(to, leg(1), { number: '21', startedAt: Date.now() });
    await play.answer(to, leg(1), Date.now());
    await from.ask({ t: 'handover', leg: leg(0), kind: 'over', userId: to.userId, number: '22' });
    await play.end(to, leg(1), 1, '200');
    const at = await play.end(from, leg(0), secondsBetween(answeredAt, Date.now()), '200');
    return play.expect(2, [from.userId], ['200'], around(secondsBetween(answeredAt, at)));
  },
};

/** The tab dies in the conversation; its next page holds no leg. */
const died: Scene = {
  agents: 1,
  async play(play, [agent], leg) {
    if (!agent) throw new Error('nobody plays');
    const answeredAt = await play.talk(agent, leg(0), 3000);
    play.note(`${agent.userId} dies`);
    agent.die();
    const longest = secondsBetween(answeredAt, Date.now()) + TOLERANCE_S;
    return play.expect(2, [agent.userId], ['200'], [0, longest]);
  },
};

/** What can happen, and how often. */
const SCENES: readonly (readonly [number, Scene])[] = [
  [22, talked('in')],
  [18, talked('out')],
  [8, unanswered('in', '304')],
  [6, unanswered('in', '603')],
  [8, unanswered('out', '486')],
  [4, unanswered('out', '404')],
  [10, queue],
  [6, nobody],
  [6, handedOver('blind')],
  [4, handedOver('attended')],
  [3, calledOff],
  [5, died],
];

export function pickScene(random: Random): Scene {
  let left = random.next() * SCENES.reduce((sum, [share]) => sum + share, 0);
  for (const [share, scene] of SCENES) {
    left -= share;
    if (left < 0) return scene;
  }
  return talked('in');
}

/**
 * Plays one call.
 *
 * @param n number of the call in this run: no two calls have the same customer
 */
export function playCall(scene: Scene, agents: readonly Agent[], n: number, random: Random): Promise<Expected> {
  const play = new Play(`+4930${String(10_000_000 + n)}`, random.whole(10, 90), agents, random);
  return scene.play(play, agents, (leg) => `soak-${n}-${leg}`, random);
}
