import type { FrameLocator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { Person } from '../harness/browser.ts';
import { until } from '../harness/until.ts';
import { clickApp, enter, phoneSays, pictures, refusedContent } from './pages-stage.ts';
import { setScene } from './scene.ts';

/** Who is there, as colleagues and whoever runs the service see it; and a click that no phone is there to dial. */

const [ANNA, BEN, CARLA] = [1, 2, 3];
const CUSTOMER = '+49301234567';

const scene = setScene<Person>({}, (person) => {
  expect(person.errors).toEqual([]);
  expect(refusedContent(person)).toEqual([]);
});

const visit = async (as: number) => scene.opened(await enter(scene.browser, scene.world.portals[0], as));
const stands = (root: Page | FrameLocator, userId: number, presence: string) =>
  root.locator(`.people [data-user="${userId}"][data-presence="${presence}"]`).waitFor({ state: 'attached' });
/** The list as it is on a small phone, saved as a picture too. */
async function narrow(page: Page, root: FrameLocator, name: string): Promise<void> {
  const frame = page.locator('#app-frame iframe');
  await frame.evaluate((element) => {
    element.style.width = '360px';
  });
  await until('a narrow frame', async () => (await root.locator('body').evaluate(() => innerWidth)) <= 360);
  expect(await root.locator(':root').evaluate((html) => html.scrollWidth - html.clientWidth)).toBe(0);
  await frame.screenshot({ path: `test/.out/${name}-360.png` });
}

// The first of the file: whoever was seen a moment ago is waited for.
test('a click in a page whose phone does not load is given up at once, and the person reads why', async () => {
  const ben = scene.opened(await scene.browser.person());
  await ben.context.route('**/placement**', (route) => route.abort());
  await ben.page.goto(`${scene.world.portals[0].url}/?as=${BEN}`);
  await ben.page.waitForSelector('html[data-pull="open"]', { state: 'attached' });
  const call = scene.world.fake.clickToCall({ userId: BEN, number: CUSTOMER }, scene.world.portals[0].memberId);
  await ben.page
    .getByText(`Your call to ${CUSTOMER} was not made, because no phone of yours is open`)
    .first()
    .waitFor();
  await ben.page.waitForSelector(`[data-calls] tr[data-live="no"][data-call-id="${call?.callId}"]`);
  await ben.page.waitForSelector('[data-card]', { state: 'detached' });
});

test('an employee sees their colleagues come, not want to be disturbed, and go', async () => {
  const { page } = await visit(CARLA);
  const app = await clickApp(page);
  await app.getByRole('heading', { name: 'Colleagues' }).waitFor();
  await stands(app, BEN, 'away');
  const ben = await visit(BEN);
  await stands(app, BEN, 'reachable');
  const own = await clickApp(ben.page);
  await own.getByRole('switch', { name: 'Do not disturb' }).check();
  await stands(app, BEN, 'do_not_disturb');
  await own.getByRole('switch', { name: 'Do not disturb' }).uncheck();
  await stands(app, BEN, 'reachable');
  // Nobody is their own colleague.
  expect(await own.locator(`.people [data-user="${BEN}"]`).count()).toBe(0);
  await pictures(page, 'colleagues');
  await narrow(page, app, 'colleagues');
  await ben.close();
  await stands(app, BEN, 'away');
});

test('/status names everybody with an account, and what is wrong with whose phone', async () => {
  const anna = await visit(ANNA);
  await phoneSays(anna.page, scene.world, 'ready');
  const ben = scene.opened(await scene.browser.person({ microphone: false }));
  await ben.page.goto(`${scene.world.portals[0].url}/?as=${BEN}`);
  await phoneSays(ben.page, scene.world, 'microphone_denied');
  const context = await scene.browser.browser.newContext({
    httpCredentials: { username: 'operator', password: scene.world.secrets.STATUS_TOKEN },
  });
  const status = await context.newPage();
  await status.goto(`${scene.world.appUrl}/status`);
  await stands(status, ANNA, 'reachable');
  await stands(status, BEN, 'not_ready');
  await status.getByText('People: 1 reachable, 1 not ready').click();
  await status.getByText('microphone blocked').waitFor();
  await anna.close();
  await stands(status, ANNA, 'away');
  // What was open stays open.
  expect(await status.getByText('microphone blocked').isVisible()).toBe(true);
  await status.setViewportSize({ width: 1280, height: 800 });
  await pictures(status, 'status-people');
  await status.setViewportSize({ width: 360, height: 800 });
  expect(await status.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  await pictures(status, 'status-people-360');
  await context.close();
});
