import { expect, test } from 'vitest';
import {
  app,
  ask,
  browser,
  CLIENT,
  limitPassed,
  MEMBER,
  people,
  started,
  until,
  url,
  visit,
  wait,
  worker,
} from './fake-portal-stage.ts';

/** The fake portal's frames and bridge in a real browser, each quirk under its fact's number. */

test('1.2 the worker’s frame has no src, a name the bridge reads, and an allow that lends the microphone', async () => {
  const page = await visit('/crm/lead/list/');
  await worker(page);
  const frame = page.locator('#intranet-placement-PAGE_BACKGROUND_WORKER iframe');
  expect(await frame.getAttribute('src')).toBeNull();
  expect(await frame.getAttribute('name')).toMatch(/^portal-a\.localhost:\d+\|0\|[0-9a-f]{32}$/);
  expect(await frame.getAttribute('allow')).toContain('microphone *');
  expect(await frame.isVisible()).toBe(false);
  const post = app.hits.find((hit) => hit.line.startsWith('POST /placement?'));
  expect(JSON.parse(new URLSearchParams(post?.body).get('PLACEMENT_OPTIONS') ?? '').URI).toBe('/crm/lead/list/');
});

test('1.5 a slow handler is counted, the row is deleted, and errorHandlerUrl is called', async () => {
  const person = await browser.person();
  people.push(person);
  for (let turn = 1; turn <= 3; turn += 1) {
    const answerNow = app.holdPlacement();
    const page = await visit('/', {}, person);
    await limitPassed(page);
    answerNow();
    await page.waitForFunction(() => window.fakePortal.loads.some((load) => load.long));
    await page.close();
  }
  await expect.poll(() => started.fake.portal().placements).toEqual([]);
  await expect.poll(() => app.hits.at(-1)?.line).toBe('POST /placement/error?key=k');
  expect(new URLSearchParams(app.hits.at(-1)?.body).get('error')).toBe('ERROR_PLACEMENT_LOADING_OVERTIME');
});

test('1.5 the start is never reset: a frame that reloads itself later counts as slow', async () => {
  const page = await visit();
  const frame = await worker(page);
  await limitPassed(page);
  await frame.evaluate('location.replace(location.href)').catch(() => undefined);
  await page.waitForFunction(() => window.fakePortal.loads.length === 2);
  expect(await page.evaluate(() => window.fakePortal.loads[1]?.long)).toBe(true);
});

test('2.2 a bind sent before the list is filled is lost, and a page without telephony never fills it', async () => {
  const page = await visit('/', { telephony: false });
  const element = await page.waitForSelector('#intranet-placement-PAGE_BACKGROUND_WORKER iframe', {
    state: 'attached',
  });
  const frame = await element.contentFrame();
  if (frame === null) throw new Error('no frame');
  await until(frame, 'window.ask');
  expect(await ask(frame, 'getInterface')).toEqual({ command: [], event: [] });
  expect(await ask(frame, 'placementBindEvent', { event: 'BackgroundCallCard::initialized' })).toBe('silence');
  expect(await ask(frame, 'CallCardGetListUiStates')).toBe('silence');
});

test('2.1 getInitData hands over tokens and USER_OPTIONS; an option that was set is there in the next frame', async () => {
  const page = await visit();
  const first = await worker(page);
  expect(await ask(first, 'getInitData')).toMatchObject({ MEMBER_ID: MEMBER, IS_ADMIN: true, USER_OPTIONS: [] });
  await wait(first, 'setUserOption', { name: 'room', value: 'abc' });
  await page.goto(`${url}/contact/5/`);
  const second = await worker(page);
  expect(await ask(second, 'getInitData')).toMatchObject({ USER_OPTIONS: { room: 'abc' } });
  expect(await ask(second, 'setTitle', { title: 'mine' })).toBe('silence');
  expect(await wait(second, 'refreshAuth')).toMatchObject({ AUTH_EXPIRES: 3600 });
});

test('1.1 a slider is a document of its own, with its own frame and without the card’s list', async () => {
  const page = await visit('/crm/lead/list/');
  await worker(page);
  await page.click('a[data-slider]');
  const element = await page.waitForSelector('.slider-frame');
  const slider = await element.contentFrame();
  const inner = await slider?.waitForSelector('#intranet-placement-PAGE_BACKGROUND_WORKER iframe', {
    state: 'attached',
  });
  const frame = await inner?.contentFrame();
  if (!frame) throw new Error('the slider has no worker');
  await until(frame, 'window.ask');
  expect(await ask(frame, 'getInterface')).toEqual({ command: [], event: [] });
});

test('5.1 the app’s page opens the installer until setInstallFinish reloads the page', async () => {
  started.fake.portal().installs.clear();
  const page = await visit(`/app/${CLIENT}/`);
  const installer = await (await page.waitForSelector('#app-frame iframe')).contentFrame();
  if (installer === null) throw new Error('no installer');
  await until(installer, 'window.ask');
  expect(app.hits.some((hit) => hit.line.startsWith('POST /install?'))).toBe(true);
  await installer.evaluate("send('setInstallFinish', { value: true })");
  await page.waitForURL(/install_finished=Y/);
  expect(started.fake.portal().installs.get(CLIENT)?.installed).toBe(true);
  await expect.poll(() => app.hits.some((hit) => hit.line.startsWith('POST /app?'))).toBe(true);
});
