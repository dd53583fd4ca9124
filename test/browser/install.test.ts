import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { Person } from '../harness/browser.ts';
import { until } from '../harness/until.ts';
import type { WorldPortal } from '../harness/world.ts';
import { appFrame, clickApp, enter, phoneSays, pictures, refusedContent } from './pages-stage.ts';
import { setScene } from './scene.ts';

/** Installing as a person does it: the app in the portal's menu, the installer in its frame, Bitrix24 takes over. */

const [ANNA, BEN] = [1, 2];

const scene = setScene<Person>(
  { installed: false, pbx: null, portals: ['portal-a', 'portal-b', 'portal-c'] },
  (person) => {
    expect(person.errors).toEqual([]);
    expect(refusedContent(person)).toEqual([]);
  },
);

const portalAt = (index: number): WorldPortal => scene.world.portals[index] ?? expect.fail(`no portal ${index}`);
const marked = ({ memberId }: WorldPortal) =>
  scene.world.fake.portal(memberId).installs.get(scene.world.secrets.clientId)?.installed ?? false;
const placements = ({ memberId }: WorldPortal) =>
  scene.world.fake.portal(memberId).placements.map((row) => row.handler);
const binding = async ({ memberId }: WorldPortal) =>
  (await scene.world.admin.status()).portals.find((row) => row.memberId === memberId)?.binding;

async function visit(portal: WorldPortal, as: number): Promise<Page> {
  const person = scene.opened(await enter(scene.browser, portal, as));
  return person.page;
}

/** What the installer's page says. Taken in one step, because Bitrix24 replaces the page soon after it is told. */
async function installerSays(page: Page, heading: string): Promise<string> {
  const frame = await (await page.waitForSelector('#app-frame iframe')).contentFrame();
  if (frame === null) throw new Error('the installer has no document');
  const said = await frame.waitForFunction(
    (words) => (document.querySelector('h1')?.textContent?.includes(words) ? document.body.innerText : null),
    heading,
    { polling: 20 },
  );
  return (await said.jsonValue()) ?? '';
}

test('before the installation an employee is told to ask the administrator, and no page has a frame', async () => {
  const page = await visit(portalAt(0), BEN);
  await page.getByRole('link', { name: 'Webphone' }).click();
  await page.getByText('not fully installed').waitFor();
  await page.waitForSelector('[data-pull=open]', { state: 'attached' });
  expect(await page.evaluate(() => window.fakePortal.inserted)).toEqual([]);
});

test('an administrator opens the app: the installer says what it did, Bitrix24 marks it installed, frames appear', async () => {
  const portal = portalAt(0);
  const page = await visit(portal, ANNA);
  await clickApp(page);
  const said = await installerSays(page, 'Webphone is installed');
  expect(said).toContain('Bitrix24');
  expect(said).not.toContain('tried again');
  await page.waitForURL(/install_finished=Y/);
  expect(marked(portal)).toBe(true);
  expect(placements(portal)).toEqual([`${scene.world.appUrl}/placement`]);

  await appFrame(page).getByRole('heading', { name: 'My phone' }).waitFor();
  await appFrame(page).getByText('Phone is on', { exact: true }).waitFor();
  await page.getByRole('link', { name: 'Home' }).click();
  await phoneSays(page, scene.world, 'none');
  const employee = await visit(portal, BEN);
  await phoneSays(employee, scene.world, 'none');
});

test('a refused installation names the reason, is not finished, and works once the cause is gone', async () => {
  const portal = portalAt(1);
  scene.world.fake.fault({ method: 'oauth', error: 'invalid_client', status: 401 });
  const page = await visit(portal, ANNA);
  await clickApp(page);
  const said = await installerSays(page, 'Webphone could not be installed');
  expect(said).toContain('The OAuth host did not accept the portal’s refresh token (invalid_client).');
  expect(said).toContain('The installation is not finished.');
  await pictures(page, 'install-refused');
  expect(await page.evaluate(() => window.fakePortal.traffic.map(({ name }) => name))).not.toContain(
    'setInstallFinish',
  );
  expect(marked(portal)).toBe(false);
  expect(placements(portal)).toEqual([]);
  expect(await binding(portal)).toBeUndefined();

  await page.reload();
  await installerSays(page, 'Webphone is installed');
  await page.waitForURL(/install_finished=Y/);
  expect(marked(portal)).toBe(true);
});

test('a step that failed is marked, the installation is finished all the same, and the step is done again by itself', async () => {
  const portal = portalAt(2);
  const { memberId } = portal;
  scene.world.fake.fault({ method: 'placement.bind', memberId });
  const page = await visit(portal, ANNA);
  await clickApp(page);
  const said = await installerSays(page, 'Webphone is installed');
  expect(said).toContain('What is marked is tried again by itself.');
  await page.waitForURL(/install_finished=Y/);
  await until('the placement', () => placements(portal).length === 1);
  await until('the row on /status', async () => (await binding(portal)) === 'bound');
  await page.getByRole('link', { name: 'Home' }).click();
  await phoneSays(page, scene.world, 'none');
});
