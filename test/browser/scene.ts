import { afterAll, afterEach, beforeAll } from 'vitest';
import { type BrowserOptions, launchBrowser, type TestBrowser } from '../harness/browser.ts';
import { startWorld, type World, type WorldOptions } from '../harness/world.ts';

/** A person or a page that a test has opened. */
interface Opened {
  close(): Promise<void>;
}

/** A browser and a world for the tests of one file. */
export interface Scene<T extends Opened> {
  readonly browser: TestBrowser;
  readonly world: World;
  /** Closes it after the test. @returns the same */
  opened(one: T): T;
}

/**
 * Sets the scene of a file of tests: call it once, at the top. What pages looked like is printed when their test failed.
 * @param options of the world
 * @param inspect looks at what each test has opened before it is closed, e.g. for errors that no test asks for
 * @example
 * const scene = setScene<Person>({ pbx: null }, (person) => expect(person.errors).toEqual([]));
 * test('...', async () => { const anna = scene.opened(await scene.browser.person()); });
 */
export function setScene<T extends Opened>(
  options: WorldOptions = {},
  inspect: (one: T) => void = () => {},
  browserOptions: BrowserOptions = {},
): Scene<T> {
  let browser: TestBrowser;
  let world: World;
  let all: T[] = [];

  beforeAll(async () => {
    [browser, world] = await Promise.all([launchBrowser(browserOptions), startWorld(options)]);
  });
  afterAll(async () => {
    await browser?.close();
    await world?.close();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') console.log(await browser?.evidence(task.name));
    // A live call outlives its page: the next test's page would go on with it.
    world?.pbx?.hangupAll();
    const left = all;
    all = [];
    try {
      left.forEach(inspect);
    } finally {
      await Promise.all(left.map((one) => one.close()));
    }
  });

  return {
    get browser() {
      return browser;
    },
    get world() {
      return world;
    },
    opened(one) {
      all.push(one);
      return one;
    },
  };
}
