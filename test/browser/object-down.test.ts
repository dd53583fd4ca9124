import { expect, test } from 'vitest';
import { loopbackFetch } from '../harness/loopback.ts';
import { callScene } from './call-scene.ts';

const scene = callScene();

test('with no path to any object the handler page is served and its load fires; with the path back, the phone is there', async () => {
  await scene.world.worker.cutObjects();
  // The cut is real: what needs an object fails.
  const status = await loopbackFetch(`${scene.world.appUrl}/status.json`, {
    headers: { authorization: `Bearer ${scene.world.secrets.STATUS_TOKEN}` },
  });
  expect(status.status).toBeGreaterThanOrEqual(500);

  const person = await scene.browser.person();
  const answered = person.page.waitForResponse((response) =>
    response.url().startsWith(`${scene.world.appUrl}/placement`),
  );
  await person.page.goto(`${scene.world.portals[0].url}/?as=1`);
  expect((await answered).status()).toBe(200);
  await person.page.waitForFunction(() => window.fakePortal.loads.length === 1, undefined, { polling: 50 });
  expect(person.errors).toEqual([]);
  await person.close();

  await scene.world.worker.restoreObjects();
  await scene.employee(1);
});
