import type { Frame, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { launchBrowser, type Person, type TestBrowser } from '../harness/browser.ts';
import { type ExampleApp, startExampleApp } from '../portal/example-app.ts';
import type { PageOptions } from '../portal/page/client/hooks.ts';
import { type StartedFake, startFakeBitrix24 } from '../portal/server.ts';

/** The fake portal's pages in a real browser: the quirks that only a page can show, each under its fact's section. */

const CLIENT = 'app.example';
const MEMBER = 'aaaa';
const ADA = 1;
const LIMIT_MS = 1000;
const CALLER = '+442079460000';

let browser: TestBrowser;
let app: ExampleApp;
let started: StartedFake;
let url: string;
let people: Person[] = [];

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

beforeEach(async () => {
  app = await startExampleApp();
  started = await startFakeBitrix24({
    rateLimit: false,
    // Two forgiven loads and a second keep the test short; the numbers of Bitrix24 are pinned without a browser.
    overtimeLimit: 2,
    maxLoadDelay: LIMIT_MS,
    apps: [
      {
        clientId: CLIENT,
        clientSecret: 's',
        code: 'example',
        title: 'Example',
        installUrl: `${app.url}/install`,
        appUrl: `${app.url}/app`,
      },
    ],
    portals: [
      {
        name: 'portal-a',
        memberId: MEMBER,
        installed: [CLIENT],
        users: [
          { id: ADA, name: 'Ada', admin: true, inner: '101' },
          { id: 2, name: 'Bob', inner: '102' },
        ],
        contacts: [{ id: 5, name: 'Cleo Hart', phones: [CALLER], responsibleId: 2 }],
      },
    ],
  });
  url = started.portals[0]?.url ?? '';
  await rest('placement.bind', {
    PLACEMENT: 'PAGE_BACKGROUND_WORKER',
    HANDLER: `${app.url}/placement`,
    OPTIONS: { errorHandlerUrl: `${app.url}/placement/error?key=k` },
  });
});
afterEach(async () => {
  for (const person of people) expect(person.errors).toEqual([]);
  await Promise.all(people.map((person) => person.close()));
  people = [];
  await started.close();
  await app.close();
});

const rest = async (method: string, params: object) => {
  const { accessToken } = started.fake.issueTokens({ memberId: MEMBER, userId: ADA });
  const answer = await fetch(`${started.portals[0]?.restUrl}${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...params, auth: accessToken }),
  });
  const { result } = (await answer.json()) as { result: Record<string, string> };
  return result;
};

const register = (params: object = {}) =>
  rest('telephony.externalCall.register', {
    USER_ID: ADA,
    PHONE_NUMBER: CALLER,
    TYPE: 2,
    EXTERNAL_CALL_ID: crypto.randomUUID(),
    ...params,
  });

const visit = async (path = '/', options: Partial<PageOptions> = {}, person?: Person): Promise<Page> => {
  const who = person ?? (await browser.person());
  if (person === undefined) people.push(who);
  const page = person === undefined ? who.page : await who.context.newPage();
  await page.addInitScript((preset) => {
    window.fakePortalOptions = preset;
  }, options);
  await page.goto(`${url}${path}`);
  await page.waitForSelector('[data-pull=open]', { state: 'attached' });
  return page;
};

/** requestAnimationFrame never fires in a hidden frame (fact 1.3), so its conditions are polled. */
const until = (frame: Frame, condition: string) => frame.waitForFunction(condition, undefined, { polling: 25 });

/** The page's worker frame, once it has bound its events. */
const worker = async (page: Page, of: Frame = page.mainFrame()): Promise<Frame> => {
  const element = await of.waitForSelector('#intranet-placement-PAGE_BACKGROUND_WORKER iframe', { state: 'attached' });
  const frame = await element.contentFrame();
  if (frame === null) throw new Error('the worker has no document');
  await until(frame, 'window.ready');
  return frame;
};

const ask = (frame: Frame, method: string, params: object = {}): Promise<unknown> =>
  frame.evaluate(`ask(${JSON.stringify(method)}, ${JSON.stringify(params)})`);
const wait = (frame: Frame, method: string, params: object = {}): Promise<unknown> =>
  frame.evaluate(`wait(${JSON.stringify(method)}, ${JSON.stringify(params)})`);
const heard = (frame: Frame): Promise<[string, string][]> => frame.evaluate('heard');
const card = (page: Page) => page.locator('[data-card]');
const E1 = [{ result: 'error', errorCode: 'Call card is undefined' }];

/** The page's own load timer has passed the limit. */
const limitPassed = (page: Page) =>
  page.waitForFunction((limit) => {
    const [first] = window.fakePortal.inserted;
    return first !== undefined && Date.now() - first.at > limit;
  }, LIMIT_MS);

const shown = async (page: Page, state = 'externalCard'): Promise<void> => {
  await page.waitForSelector(`[data-card][data-layout=crm][data-ui-state=${state}]`);
};

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

test('3 a call goes through the card: initialized, answer, connected, hang-up, finished in the panel', async () => {
  const page = await visit();
  const frame = await worker(page);
  const { CALL_ID } = await register({ LINE_NUMBER: '700' });
  await shown(page);
  await ask(frame, 'CallCardSetUiState', { uiState: 'incoming' });
  await page.click('[data-event=answerButtonClick]');
  expect(await ask(frame, 'CallCardSetUiState', { uiState: 'connected', disableAutoStartTimer: true })).toEqual([]);
  expect(await ask(frame, 'CallCardStartTimer')).toBe('silence');
  await page.waitForSelector('[data-card-timer]:not(:empty)');
  await page.click('[data-event=hangupButtonClick]');
  expect(await card(page).count()).toBe(1);
  const [first, ...others] = await heard(frame);
  expect(JSON.parse(first?.[1] ?? '')).toMatchObject({ CALL_ID, LINE_NUMBER: '700', CALL_DIRECTION: 'incoming' });
  expect(others).toEqual([
    ['answerButtonClick', ''],
    ['hangupButtonClick', ''],
  ]);
  await rest('telephony.externalCall.finish', { CALL_ID, USER_ID: ADA, DURATION: 65 });
  await card(page).waitFor({ state: 'detached' });
  await page.waitForSelector(`[data-call-id="${CALL_ID}"][data-status=Answered][data-seconds="65"]`);
  expect(await ask(frame, 'CallCardSetStatusText', { statusText: 'x' })).toEqual(E1);
});

test('3.3 every button of a connected card says what it should, with the payload it should', async () => {
  const page = await visit();
  const frame = await worker(page);
  await register();
  await shown(page);
  await ask(frame, 'CallCardSetUiState', { uiState: 'connected' });
  await page.click('[data-event=muteButtonClick]');
  await page.click('[data-event=holdButtonClick]');
  await page.click('[data-event=holdButtonClick]');
  await page.click('[data-event=dialpadButtonClick]');
  await page.click('[data-key="#"]');
  await page.click('[data-event=qualityMeterClick]');
  await page.click('[data-quality="4"]');
  await page.click('[data-event=transferButtonClick]');
  await page.click('[data-transfer-user="2"]');
  await page.click('[data-event=addCommentButtonClick]');
  await page.fill('[data-comment]', 'Wants an offer');
  await page.click('[data-comment-save]');
  await expect
    .poll(async () => (await heard(frame)).slice(1))
    .toEqual([
      ['muteButtonClick', 'true'],
      ['holdButtonClick', 'true'],
      ['holdButtonClick', 'false'],
      ['dialpadButtonClick', '"#"'],
      ['qualityMeterClick', '"4"'],
      ['transferButtonClick', JSON.stringify({ phoneNumber: CALLER, target: 2 })],
      ['addCommentButtonClick', '"Wants an offer"'],
    ]);
});

test('3.1 in the simple layout connected is applied but never answered', async () => {
  const page = await visit();
  const frame = await worker(page);
  await register({ PHONE_NUMBER: '102' });
  await page.waitForSelector('[data-card][data-layout=simple]');
  expect(await ask(frame, 'CallCardSetUiState', { uiState: 'connected' })).toBe('silence');
  await page.waitForSelector('[data-ui-state=connected]');
});

test('3.4 one card per page: a second call is registered but not shown', async () => {
  const page = await visit();
  const frame = await worker(page);
  await register();
  await shown(page);
  const second = await register({ PHONE_NUMBER: '+4930901820' });
  await page.waitForFunction((id) => JSON.stringify(window.fakePortal.pulled).includes(id), second.CALL_ID ?? '');
  expect(await card(page).count()).toBe(1);
  expect((await heard(frame)).filter(([name]) => name === 'initialized')).toHaveLength(1);
});

test('3.4 a card of the portal itself takes the one place: E1 and no events', async () => {
  const page = await visit();
  const frame = await worker(page);
  await page.evaluate(() => window.fakePortal.openPortalCard());
  await register();
  expect(await ask(frame, 'CallCardSetMute', { muted: true })).toEqual(E1);
  expect(await heard(frame)).toEqual([]);
});

test('3.4 an early title is overwritten by the card’s own', async () => {
  const page = await visit('/', { titleDelay: 2000 });
  const frame = await worker(page);
  await register();
  await card(page).waitFor();
  await ask(frame, 'CallCardSetCardTitle', { title: 'too early' });
  await page.waitForSelector('[data-card-title]:text("too early")');
  await page.waitForSelector('[data-card-title]:text("Incoming call: Cleo Hart")');
});

test('3.2 ESC closes a redial card without a word, and not a connected one', async () => {
  const page = await visit();
  const frame = await worker(page);
  await register();
  await shown(page);
  await ask(frame, 'CallCardSetUiState', { uiState: 'connected' });
  await page.keyboard.press('Escape');
  expect(await card(page).count()).toBe(1);
  await ask(frame, 'CallCardSetUiState', { uiState: 'redial' });
  await page.keyboard.press('Escape');
  await card(page).waitFor({ state: 'detached' });
  expect((await heard(frame)).map(([name]) => name)).toEqual(['initialized']);
  expect(await ask(frame, 'CallCardSetMute', { muted: true })).toEqual(E1);
});

test('3.4 a comment that is being written keeps the card open after finish, and blocks the next one', async () => {
  const page = await visit();
  const frame = await worker(page);
  const { CALL_ID } = await register();
  await shown(page);
  await page.click('[data-event=addCommentButtonClick]');
  await rest('telephony.externalCall.finish', { CALL_ID, USER_ID: ADA });
  const next = await register({ PHONE_NUMBER: '+4930901820' });
  await page.waitForFunction((id) => JSON.stringify(window.fakePortal.pulled).includes(id), next.CALL_ID ?? '');
  expect(await card(page).getAttribute('data-call-id')).toBe(CALL_ID);
  await page.click('[data-comment-cancel]');
  await card(page).waitFor({ state: 'detached' });
  expect((await heard(frame)).filter(([name]) => name === 'initialized')).toHaveLength(1);
});

test('3.4 tabs that hear of a call together all show it; closing in one closes all, without a word', async () => {
  // Nothing is announced to other tabs while this test runs, however slow the machine: "together" is that.
  const together = { guardDelay: 600_000 };
  const first = await visit('/', together);
  const second = await visit('/telephony/calls/', together, people[0]);
  const [one, two] = [await worker(first), await worker(second)];
  await register();
  await shown(first);
  await shown(second);
  await ask(one, 'CallCardClose');
  await card(second).waitFor({ state: 'detached' });
  expect((await heard(two)).map(([name]) => name)).toEqual(['initialized']);
});

test('3.4 a tab that hears of a call later than the first shows nothing', async () => {
  const first = await visit();
  const late = await visit('/crm/lead/list/', { pullHeld: true }, people[0]);
  await worker(late);
  const { CALL_ID = '' } = await register();
  await first.waitForFunction(() => localStorage.getItem('viExternalCard') !== null);
  await late.evaluate(() => window.fakePortal.releasePull());
  await late.waitForFunction((id) => JSON.stringify(window.fakePortal.pulled).includes(id), CALL_ID);
  expect(await card(first).count()).toBe(1);
  expect(await card(late).count()).toBe(0);
});

test('3.4 a folded card that no app used comes back after a load, but as a card of no app', async () => {
  const page = await visit();
  await worker(page);
  await register();
  await shown(page);
  await page.click('[data-button=fold]');
  await page.reload();
  await page.waitForSelector('[data-card][data-folded=true][data-external=false]');
  expect(await ask(await worker(page), 'CallCardSetMute', { muted: true })).toEqual(E1);
});

test('3.4 after a load externalCall.show brings the card back', async () => {
  const page = await visit();
  const frame = await worker(page);
  const { CALL_ID } = await register();
  await shown(page);
  await ask(frame, 'CallCardSetUiState', { uiState: 'connected' });
  await page.reload();
  const again = await worker(page);
  expect(await card(page).count()).toBe(0);
  await rest('telephony.externalCall.show', { CALL_ID, USER_ID: ADA });
  await shown(page);
  expect((await heard(again)).map(([name]) => name)).toEqual(['initialized']);
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

test('4.2 a click on a number shows the outgoing card with Bitrix24’s own CALL_ID', async () => {
  started.fake.setDefaultLine({ clientId: CLIENT, number: '700' }, MEMBER);
  const page = await visit('/crm/lead/list/');
  const frame = await worker(page);
  await page.click('[data-call]');
  await shown(page);
  const [callId] = started.fake.portal().calls.keys();
  const [first] = await heard(frame);
  expect(JSON.parse(first?.[1] ?? '')).toMatchObject({
    CALL_ID: callId,
    CALL_DIRECTION: 'outgoing',
    LINE_NUMBER: '700',
  });
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
