import type { Frame, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { launchBrowser, type Person, type TestBrowser } from '../harness/browser.ts';
import { type ExampleApp, startExampleApp } from '../portal/example-app.ts';
import type { PageOptions } from '../portal/page/client/hooks.ts';
import { type StartedFake, startFakeBitrix24 } from '../portal/server.ts';

/** A portal with the example app, a browser, and the questions that tests of the fake's pages ask. */

export const CLIENT = 'app.example';
export const MEMBER = 'aaaa';
export const ADA = 1;
const LIMIT_MS = 1000;
export const CALLER = '+442079460000';

export let browser: TestBrowser;
export let app: ExampleApp;
export let started: StartedFake;
export let url: string;
export let people: Person[] = [];

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

export const rest = async (method: string, params: object) => {
  const { accessToken } = started.fake.issueTokens({ memberId: MEMBER, userId: ADA });
  const answer = await fetch(`${started.portals[0]?.restUrl}${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...params, auth: accessToken }),
  });
  const { result } = (await answer.json()) as { result: Record<string, string> };
  return result;
};

export const register = (params: object = {}) =>
  rest('telephony.externalCall.register', {
    USER_ID: ADA,
    PHONE_NUMBER: CALLER,
    TYPE: 2,
    EXTERNAL_CALL_ID: crypto.randomUUID(),
    ...params,
  });

export const visit = async (path = '/', options: Partial<PageOptions> = {}, person?: Person): Promise<Page> => {
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
export const until = (frame: Frame, condition: string) => frame.waitForFunction(condition, undefined, { polling: 25 });

/** The page's worker frame, once it has bound its events. */
export const worker = async (page: Page, of: Frame = page.mainFrame()): Promise<Frame> => {
  const element = await of.waitForSelector('#intranet-placement-PAGE_BACKGROUND_WORKER iframe', { state: 'attached' });
  const frame = await element.contentFrame();
  if (frame === null) throw new Error('the worker has no document');
  await until(frame, 'window.ready');
  return frame;
};

export const ask = (frame: Frame, method: string, params: object = {}): Promise<unknown> =>
  frame.evaluate(`ask(${JSON.stringify(method)}, ${JSON.stringify(params)})`);
export const wait = (frame: Frame, method: string, params: object = {}): Promise<unknown> =>
  frame.evaluate(`wait(${JSON.stringify(method)}, ${JSON.stringify(params)})`);
export const heard = (frame: Frame): Promise<[string, string][]> => frame.evaluate('heard');
export const card = (page: Page) => page.locator('[data-card]');
export const E1 = [{ result: 'error', errorCode: 'Call card is undefined' }];

/** The page's own load timer has passed the limit. */
export const limitPassed = (page: Page) =>
  page.waitForFunction((limit) => {
    const [first] = window.fakePortal.inserted;
    return first !== undefined && Date.now() - first.at > limit;
  }, LIMIT_MS);

export const shown = async (page: Page, state = 'externalCard'): Promise<void> => {
  await page.waitForSelector(`[data-card][data-layout=crm][data-ui-state=${state}]`);
};
