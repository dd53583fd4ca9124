import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { launchBrowser, type TestBrowser } from '../harness/browser.ts';
import { until } from '../harness/until.ts';
import { startWorld, type World } from '../harness/world.ts';
import { openStage } from './call-stage.ts';

/** More than the 5 s after which Bitrix24 counts a load as long (bitrix24 fact 1.5). */
const SLOW_MS = 5_500;

let browser: TestBrowser;
let world: World;

beforeAll(async () => {
  // The limit is what a placement survives, so the third long load removes it, as the scenario wants.
  [browser, world] = await Promise.all([launchBrowser(), startWorld({ overtimeLimit: 2 })]);
});
afterAll(async () => {
  await browser?.close();
  await world?.close();
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') console.log(await browser.evidence(task.name));
});

const portal = () => world.portals[0];
const row = async () => {
  const { portals } = await world.admin.status();
  return portals.find(({ memberId }) => memberId === portal().memberId) ?? expect.fail('the portal is not on /status');
};
const longLoad = (page: Page) =>
  page.waitForFunction(() => window.fakePortal.loads.some(({ ms }) => ms > 5_000), undefined, { polling: 50 });

test('three slow loads: counted on /status, placement removed, errorHandlerUrl called, bound again, next page has a phone', async () => {
  const { fake, proxy, worker } = world;
  const { memberId, url } = portal();
  proxy.setPlacementDelay(SLOW_MS);
  const anna = await browser.person();
  const pages = [anna.page, await anna.context.newPage(), await anna.context.newPage()];
  await Promise.all(pages.map((page) => page.goto(`${url}/?as=1`)));
  await Promise.all(pages.map(longLoad));

  const struck = await until('three strikes on /status', async () => {
    const found = await row();
    return found.strikes.today >= 3 && found.rebinds.count >= 1 && found.binding === 'bound' ? found : null;
  });
  expect(struck.strikes).toMatchObject({ today: 3, total: 3, alarmAt: 3, limit: 10, unverified: 0 });
  expect(struck.strikes.last).toHaveLength(3);
  expect(struck.handler.slow).toBe(3);
  expect(struck.rebinds).toMatchObject({ count: 1 });
  expect(struck.rebinds.lastReason).toContain('ERROR_PLACEMENT_LOADING_OVERTIME');

  const hits = fake.world.queue.all().filter(({ url: to }) => to.includes('/placement/error'));
  expect(hits.map(({ status }) => status)).toEqual([200]);
  expect(new URLSearchParams(hits[0]?.body).get('error')).toBe('ERROR_PLACEMENT_LOADING_OVERTIME');
  expect(fake.portal(memberId).placements.map(({ placement, handler }) => [placement, handler])).toEqual([
    ['PAGE_BACKGROUND_WORKER', `${world.appUrl}/placement`],
  ]);

  // Memory is gone, the tables are not.
  await worker.evict('Portal', memberId);
  await worker.evict('Directory', 'portals');
  expect(await row()).toMatchObject({ strikes: { today: 3, total: 3 }, rebinds: { count: 1 } });

  await anna.close();
  proxy.setPlacementDelay(0);
  const stage = await openStage(browser, world, 1);
  await stage.shows('phone', 'ready');
  await stage.close();
});

test('whoever runs the service reads it on /status', async () => {
  const operator = await browser.browser.newContext({
    httpCredentials: { username: 'operator', password: world.secrets.STATUS_TOKEN },
  });
  const page = await operator.newPage();
  await page.goto(`${world.appUrl}/status`);
  const [memberHost] = [new URL(portal().url).port];
  await page.getByText(memberHost).first().waitFor();
  await page
    .getByText(/3 of 10|3 slow|slow/i)
    .first()
    .waitFor();
  await operator.close();
});
