import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../harness/until.ts';
import { startWorld, type World } from '../harness/world.ts';
import type { UserOptions } from '../portal/backend/index.ts';
import { Agent } from './agent.ts';
import { type Expected, pickScene, playCall } from './calls.ts';
import { Chaos } from './chaos.ts';
import { random } from './random.ts';
import { verdict } from './verdict.ts';

const CALLS = Number(process.env.SOAK ?? 1000);
const seed = Number(process.env.SOAK_SEED ?? Math.floor(Math.random() * 2 ** 31));
const PORTALS = ['soak-a', 'soak-b', 'soak-c', 'soak-d', 'soak-e'];
const AGENTS = 10;
/** Between two calamities (ms), on average. */
const CALM_MS = 120;
/** A browser that gets no answer in this time asks again (ms). */
const SESSION_MS = 5000;
/** How often a run says how far it is (ms). */
const PROGRESS_MS = 15_000;
/** How long the ledger may need for what is left when the last call is over (ms). */
const DRAIN_MS = 120_000;

const people: UserOptions[] = Array.from({ length: AGENTS + 1 }, (_, i) => ({
  id: i + 1,
  name: `Agent ${i + 1}`,
  admin: i === 0,
  inner: String(20 + i),
}));

let world: World;
const crew = new Map<string, Agent[]>();

beforeAll(async () => {
  world = await startWorld({ portals: PORTALS, users: people, pbx: null });
  const dice = random(seed);
  for (const { memberId } of world.portals) {
    const agents = people.slice(1).map(({ id }) => {
      const session = () =>
        Promise.race([
          world.admin.session(memberId, id).catch(() => 'unreachable' as const),
          pause(SESSION_MS, 'unreachable' as const, { ref: false }),
        ]);
      return new Agent({
        userId: id,
        appUrl: world.appUrl,
        session,
        skewMs: dice.whole(-7200, 7200) * 1000,
      });
    });
    crew.set(memberId, agents);
  }
  chaos = new Chaos(world, everybody(), random(seed + 1));
});

afterAll(async () => {
  for (const agent of everybody()) agent.leave();
  await world?.close();
});

let chaos: Chaos;
let over = 0;
const everybody = () => [...crew.values()].flat();

/** Plays a share of the calls in one portal, as many at a time as there are agents who have nothing to do. */
async function playIn(memberId: string, numbers: readonly number[], seed: number): Promise<Expected[]> {
  const dice = random(seed);
  const agents = crew.get(memberId) ?? [];
  const running = new Set<Promise<void>>();
  const played: Expected[] = [];
  for (const n of numbers) {
    const scene = pickScene(dice);
    let free = agents.filter((agent) => !agent.busy);
    while (free.length < scene.agents) {
      await Promise.race(running);
      free = agents.filter((agent) => !agent.busy);
    }
    const cast = free.sort(() => dice.next() - 0.5).slice(0, scene.agents);
    for (const agent of cast) agent.busy = true;
    const run: Promise<void> = playCall(scene, cast, n, random(seed ^ n)).then((expected) => {
      played.push(expected);
      over++;
      for (const agent of cast) agent.busy = false;
      running.delete(run);
    });
    running.add(run);
  }
  await Promise.all(running);
  return played;
}

/** Lets the waiting be over: what is owed later is owed now. Time passes, nothing else. */
async function hurry(memberId: string): Promise<void> {
  await world.worker.sql(
    'Portal',
    memberId,
    "UPDATE due SET at = 1 WHERE kind IN ('register', 'show', 'hide', 'finish', 'abandoned')",
  );
  await world.worker.sql('Portal', memberId, 'DELETE FROM pause');
  // Whoever comes back says what they hold, and that winds the object's alarm up again.
  crew.get(memberId)?.[0]?.cut();
}

const open = async (memberId: string): Promise<number> => {
  const rows = await world.worker.sql(
    'Portal',
    memberId,
    "SELECT count(*) AS n FROM call WHERE state NOT IN ('finished')",
  );
  return Number(rows[0]?.n);
};

it(`${CALLS} calls, whatever breaks: each is registered once and finished once, with the right numbers (seed ${seed})`, async () => {
  console.log(`soak: ${CALLS} calls, SOAK_SEED=${seed}`);
  await until('all agents', () => everybody().every((agent) => agent.heard.some((m) => m.t === 'welcome')), DRAIN_MS);
  const begun = Date.now();
  let playing = true;
  const progress = setInterval(() => {
    const busy = everybody().filter((agent) => agent.busy);
    const waits = busy.slice(0, 4).map((agent) => [agent.userId, ...agent.unanswered()].join(' '));
    process.stderr.write(
      `soak: ${Math.round((Date.now() - begun) / 1000)} s, ${over} calls over, ${busy.length} agents busy; unanswered: ${waits}\n`,
    );
  }, PROGRESS_MS);
  // What hangs is given up by a proxy in the end, also while workerd restarts.
  const proxies = setInterval(() => world.fake.releaseHangs(), 1000);
  const breaking = (async () => {
    const dice = random(seed + 2);
    while (playing) {
      await pause(dice.whole(0, 2 * CALM_MS));
      await chaos.strike();
    }
  })();
  const played = (
    await Promise.all(
      world.portals.map(({ memberId }, p) => {
        const numbers = Array.from({ length: CALLS }, (_, n) => n).filter((n) => n % PORTALS.length === p);
        return playIn(memberId, numbers, seed + 10 + p);
      }),
    )
  ).flat();
  playing = false;
  clearInterval(progress);
  clearInterval(proxies);
  await breaking;
  const playedIn = Date.now() - begun;
  world.fake.clearFaults();
  for (const { memberId } of world.portals)
    await until(
      'an empty ledger',
      async () => {
        if ((await open(memberId)) === 0) return true;
        await hurry(memberId);
        await pause(1000);
        return false;
      },
      DRAIN_MS,
    ).catch(() => {});
  const struck = [...chaos.struck].map(([what, times]) => `${times} x ${what}`).join(', ');
  const superseded = everybody().reduce((sum, agent) => sum + agent.superseded, 0);
  const reconnects = everybody().reduce((sum, agent) => sum + agent.reconnects, 0);
  console.log(`soak: ${struck}; ${reconnects} connections, ${superseded} superseded by their own late handshake`);
  console.log(
    `soak: played in ${Math.round(playedIn / 1000)} s, drained in ${Math.round((Date.now() - begun - playedIn) / 1000)} s`,
  );
  expect(played).toHaveLength(CALLS);
  const wrong = verdict(world, played);
  for (const text of wrong.slice(0, 20)) console.log(text);
  expect(wrong.map((text) => text.split('\n')[0])).toEqual([]);
});
