import process from 'node:process';
import { beforeAll, expect, test } from 'vitest';
import type { Person } from '../harness/browser.ts';
import { random } from '../soak/random.ts';
import { setScene } from './scene.ts';
import { compareWithCrm, type PastCall } from './tabs-calls.ts';
import { Play } from './tabs-play.ts';

/** How long a run may take (ms): its pages may have to wait for the PBX to end a leg, more than once. */
const RUN_LIMIT_MS = 180_000;

/** Steps of one run. */
const STEPS = 12;

/**
 * Defines random runs as tests: each is one person with a new browser who opens, reloads and closes pages and sliders, and
 * calls meanwhile. `TABS_SEED` plays one run again; `RUNS` is how many.
 *
 * @param usual how many runs, unless `RUNS` says otherwise
 */
export function tabRuns(usual: number): void {
  const again = process.env.TABS_SEED;
  const runs = Number(process.env.RUNS ?? (again === undefined ? usual : 1));
  const first = Number(again ?? Math.floor(Math.random() * 2 ** 31));
  const played: PastCall[] = [];
  const scene = setScene<Person>();
  let numbers = 0;

  beforeAll(() => console.log(`tabs: ${runs} runs, TABS_SEED=${first}`));

  for (let run = 0; run < runs; run++) {
    const seed = first + run;
    test(`whatever a person does with their pages, there is one phone, and its call is where they are (TABS_SEED=${seed})`, {
      timeout: RUN_LIMIT_MS,
    }, async () => {
      const { browser, world } = scene;
      const { pbx } = world;
      if (pbx === null) throw new Error('this world has no PBX');
      const number = () => `+4930${String(10_000_000 + ++numbers)}`;
      const play = new Play(world, pbx, scene.opened(await browser.person()), random(seed), number);
      try {
        await play.begin();
        for (let step = 0; step < STEPS; step++) await play.step();
        await play.end();
        expect(play.person.errors).toEqual([]);
      } catch (error) {
        console.log(`TABS_SEED=${seed}\n  ${play.history.join('\n  ')}`);
        // The next run must not find this one's calls.
        for (const call of play.calls) call.end();
        throw error;
      } finally {
        // Now: the PBX forgets the events of long ago.
        played.push(...play.calls.map((call) => ({ number: call.number, seed, talked: call.talked() })));
      }
    });
  }

  test('and the CRM has each call once, as the PBX had it', async () => {
    console.log(
      `tabs: ${played.length} calls, ${played.filter(({ talked }) => talked.answered).length} of them answered`,
    );
    await compareWithCrm(scene.world, played);
  });
}
