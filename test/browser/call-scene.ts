import type { BrowserOptions, TestBrowser } from '../harness/browser.ts';
import type { World } from '../harness/world.ts';
import type { DemoPbx } from '../pbx/demo/demo-pbx.ts';
import { openStage, type Stage } from './call-stage.ts';
import { setScene } from './scene.ts';

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
export function callScene(options: BrowserOptions = {}): CallScene {
  const scene = setScene<Stage>({}, () => {}, options);

  return {
    get browser() {
      return scene.browser;
    },
    get world() {
      return scene.world;
    },
    get pbx() {
      if (scene.world.pbx === null) throw new Error('this world has no PBX');
      return scene.world.pbx;
    },
    async employee(as, { path = '/', microphone = true, phone = 'ready' } = {}) {
      const stage = scene.opened(await openStage(scene.browser, scene.world, as, path, { microphone }));
      await stage.shows('phone', phone);
      return stage;
    },
    clickToCall(number, as = 1) {
      const { fake, portals } = scene.world;
      const call = fake.clickToCall({ userId: as, number }, portals[0].memberId);
      if (call === null) throw new Error('the portal has no line for outgoing calls');
      return call.callId;
    },
  };
}
