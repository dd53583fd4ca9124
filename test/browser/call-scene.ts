import { afterAll, afterEach, beforeAll } from 'vitest';
import { launchBrowser, type TestBrowser } from '../harness/browser.ts';
import { startWorld, type World } from '../harness/world.ts';
import type { DemoPbx } from '../pbx/demo/demo-pbx.ts';
import { openStage, type Stage } from './call-stage.ts';

/** A world and a browser for the tests of one file. */
export interface CallScene {
  readonly browser: TestBrowser;
  readonly world: World;
  readonly pbx: DemoPbx;
  /** Opens a page as this employee and waits for the phone's word there. The page is closed after the test. */
  employee(as: number, options?: EmployeeOptions): Promise<Stage>;
  /** Bitrix24 starts a call for Anna, as a click on a number does. @returns its CALL_ID */
  clickToCall(number: string, as?: number): string;
}

export interface EmployeeOptions {
  /** Page of the portal; default: its home page. */
  readonly path?: string;
  /** false: this person has refused the microphone. */
  readonly microphone?: boolean;
  /** What the phone must say; default: `ready`. */
  readonly phone?: string;
}

/**
 * Sets the scene of a file of tests: call it once, at the top. What a page looked like is printed when its test failed.
 * @example
 * const scene = callScene();
 * test('...', async () => { const anna = await scene.employee(1); });
 */
export function callScene(): CallScene {
  let browser: TestBrowser;
  let world: World;
  let stages: Stage[] = [];

  beforeAll(async () => {
    [browser, world] = await Promise.all([launchBrowser(), startWorld()]);
  });
  afterAll(async () => {
    await browser?.close();
    await world?.close();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') console.log(await browser?.evidence(task.name));
    // A live call outlives its page: the next test's page would go on with it.
    world?.pbx?.hangupAll();
    await Promise.all(stages.map((stage) => stage.close()));
    stages = [];
  });

  return {
    get browser() {
      return browser;
    },
    get world() {
      return world;
    },
    get pbx() {
      if (world.pbx === null) throw new Error('this world has no PBX');
      return world.pbx;
    },
    async employee(as, { path = '/', microphone = true, phone = 'ready' } = {}) {
      const stage = await openStage(browser, world, as, path, { microphone });
      stages.push(stage);
      await stage.shows('phone', phone);
      return stage;
    },
    clickToCall(number, as = 1) {
      const call = world.fake.clickToCall({ userId: as, number }, world.portals[0].memberId);
      if (call === null) throw new Error('the portal has no line for outgoing calls');
      return call.callId;
    },
  };
}
