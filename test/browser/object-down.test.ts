import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { launchBrowser, type TestBrowser } from '../harness/browser.ts';
import { loopbackFetch } from '../harness/loopback.ts';
import { startWorld, type World } from '../harness/world.ts';
import { openStage } from './call-stage.ts';

let browser: TestBrowser;
let world: World;

beforeAll(async () => {
  [browser, world] = await Promise.all([launchBrowser(), startWorld()]);
});
afterAll(async () => {
  await browser?.close();
  await world?.close();
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') console.log(await browser.evidence(task.name));
});

test('with no path to any object the handler page is served and its load fires; with the path back, the phone is there', async () => {
  await world.worker.cutObjects();
  // The cut is real: what needs an object fails.
  const status = await loopbackFetch(`${world.appUrl}/status.json`, {
    headers: { authorization: `Bearer ${world.secrets.STATUS_TOKEN}` },
  });
  expect(status.status).toBeGreaterThanOrEqual(500);

  const person = await browser.person();
  const answered = person.page.waitForResponse((response) => response.url().startsWith(`${world.appUrl}/placement`));
  await person.page.goto(`${world.portals[0].url}/?as=1`);
  expect((await answered).status()).toBe(200);
  await person.page.waitForFunction(() => window.fakePortal.loads.length === 1, undefined, { polling: 50 });
  expect(person.errors).toEqual([]);
  await person.close();

  await world.worker.restoreObjects();
  const stage = await openStage(browser, world, 1);
  await stage.shows('phone', 'ready');
  await stage.close();
});
