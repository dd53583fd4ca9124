import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { until } from '../harness/until.ts';
import { phoneSays, pictures } from './pages-stage.ts';
import { setScene } from './scene.ts';

/** /status as whoever runs the service sees it, in a browser and with its own password prompt. */

// Every load is a strike: waiting five seconds for each would prove nothing more about this page.
const scene = setScene({ portals: ['portal-a', 'portal-b'], vars: { STRIKE_MS: '1' } });

interface Operator {
  readonly page: Page;
  /** Uncaught errors, and content that the page's policy refused. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

/** Answers the browser's prompt with any user name and this password. */
async function operator(password: string): Promise<Operator> {
  const context = await scene.browser.browser.newContext({ httpCredentials: { username: 'operator', password } });
  const complaints: string[] = [];
  context.on('console', (message) => {
    if (/content security policy/i.test(message.text())) complaints.push(message.text());
  });
  context.on('weberror', (error) => complaints.push(String(error.error())));
  return { page: await context.newPage(), complaints, close: () => context.close() };
}

async function open(): Promise<Operator> {
  const visitor = await operator(scene.world.secrets.STATUS_TOKEN);
  await visitor.page.goto(`${scene.world.appUrl}/status`);
  return visitor;
}

const card = (page: Page, index: number) => page.locator(`[data-portal="${scene.world.portals[index]?.memberId}"]`);

test('without the password there is no portal, with a wrong one a sentence and no portal', async () => {
  const { page, complaints, close } = await operator('guessed');
  const answer = await page.goto(`${scene.world.appUrl}/status`);
  expect(answer?.status()).toBe(401);
  await page.getByText('This is not the STATUS_TOKEN of this service.').waitFor();
  expect(await page.content()).not.toContain('data-portal');
  expect(complaints).toEqual([]);

  await page.goto(scene.world.appUrl);
  // A page of the same service, which the browser lends no password.
  const nobody = await page.evaluate(async () => {
    const asked = await fetch('/status', { credentials: 'omit' });
    return { status: asked.status, challenge: asked.headers.get('www-authenticate'), body: await asked.json() };
  });
  expect(nobody).toEqual({
    status: 401,
    challenge: 'Basic realm="status", charset="UTF-8"',
    body: { error: 'unauthorized', message: 'Sign in: any user name, and STATUS_TOKEN as the password.' },
  });
  await close();
});

test('each portal has a row: its state, the bar of slow loads, its figures', async () => {
  const { page, complaints, close } = await open();
  expect(await page.locator('[data-portal]').count()).toBe(2);
  const row = card(page, 0);
  await row.getByRole('heading', { name: new URL(scene.world.portals[0].url).port }).waitFor();
  await row.getByText('Phone is on').waitFor();
  await row.getByRole('img', { name: '0 of 10 slow loads today, alarm at 3' }).waitFor();
  await row.getByText('never needed').waitFor();
  await page.getByText('2 portals installed, each with its phone on.').waitFor();
  expect(complaints).toEqual([]);
  await close();
});

test('what happens in a portal appears without a reload, the problem first, and what was open stays open', async () => {
  const { page, complaints, close } = await open();
  await page.evaluate(() => Object.assign(window, { stays: true }));
  await card(page, 1).getByText('Identity').click();

  const anna = await scene.browser.person();
  const [, second] = scene.world.portals;
  for (let turn = 0; turn < 3; turn += 1) {
    const tab = turn === 0 ? anna.page : await anna.context.newPage();
    await tab.goto(`${second?.url}/?as=1`);
    await phoneSays(tab, scene.world, turn === 0 ? 'ready' : 'follower');
  }
  await card(page, 1).getByRole('img', { name: '3 of 10 slow loads today, alarm at 3' }).waitFor();
  await card(page, 1).getByText('Slow loads', { exact: true }).waitFor();
  await page.getByText('1 portal to keep an eye on').waitFor();
  expect(await page.locator('[data-portal]').first().getAttribute('data-portal')).toBe(second?.memberId);
  expect(await card(page, 1).locator('.bar__on').count()).toBe(3);
  expect(await card(page, 1).getByText('member_id').isVisible()).toBe(true);
  expect(await page.evaluate(() => 'stays' in window)).toBe(true);
  await card(page, 1).getByText('Last slow loads').click();
  await pictures(page, 'status');
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await pictures(page, 'status-narrow');
  expect(complaints).toEqual([]);
  await anna.close();
  await close();
});

test('figures that are no longer fresh are said to be old, until they are fresh again', async () => {
  const { page, close } = await open();
  await page.route('**/status.json', (route) => route.abort());
  await page.getByRole('alert').getByText('The service does not answer.').waitFor();
  expect(await page.locator('body').getAttribute('class')).toContain('is-stale');
  await page.unroute('**/status.json');
  await page.getByRole('alert').waitFor({ state: 'hidden' });
  await close();
});

test('the page follows the reader’s choice of light or dark', async () => {
  const { page, close } = await open();
  const ground = async (colorScheme: 'light' | 'dark') => {
    await page.emulateMedia({ colorScheme });
    return page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  };
  expect(await ground('light')).not.toBe(await ground('dark'));
  await close();
});

test('a placement that Bitrix24 removed is bound again, and the row says so', async () => {
  const { page, close } = await open();
  const { memberId } = scene.world.portals[0];
  scene.world.fake.longLoad({ memberId }, 11);
  await until('the hit', () => scene.world.fake.world.queue.all().some(({ url }) => url.includes('/placement/error')));
  await card(page, 0).getByText('1 time', { exact: true }).waitFor();
  await card(page, 0).getByText('ERROR_PLACEMENT_LOADING_OVERTIME').waitFor();
  await card(page, 0).getByText('Phone is on').waitFor();
  await close();
});
