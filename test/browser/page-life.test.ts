import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { until } from '../harness/until.ts';
import { callScene } from './call-scene.ts';
import { listening, type Stage, stageOf } from './call-stage.ts';

/** What a page leaves to the next one, and what becomes of a page that the browser freezes. */

const CALLER = { from: '+49301234567', name: 'Marta Lind' };

const scene = callScene({ hiding: true });

/** The browser freezes a page that nobody looks at (Page Lifecycle): behind another tab none of its code runs. */
async function freeze(page: Page): Promise<void> {
  const front = await page.context().newPage();
  await page.waitForFunction(() => document.hidden, null, { polling: 50 });
  await lifecycle(page, 'frozen');
  await front.close();
}

async function lifecycle(page: Page, state: 'frozen' | 'active'): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Page.setWebLifecycleState', { state });
  await cdp.detach();
}

async function anotherTab(first: Stage): Promise<Stage> {
  const page = await first.person.context.newPage();
  await page.goto(`${scene.world.portals[0].url}/`);
  await listening(page);
  const tab = stageOf(first.person, page, scene.world);
  await tab.shows('phone', 'follower');
  return tab;
}

/** Requests at the object since `from`, which is a count of earlier ones. */
const asked = (from: number) =>
  scene.world.proxy.requests
    .slice(from)
    .filter(({ path }) => path.startsWith('/api/'))
    .map(({ path }) => path);

const registeredOnce = () => until('one registration', () => String(scene.pbx.registrations()) === '1001');

async function rings(stage: Stage) {
  await stage.page.bringToFront();
  const call = scene.pbx.callAgent('1001', CALLER);
  await stage.card('incoming');
  await stage.press('answer');
  await stage.card('connected');
  await stage.press('hangup');
  await stage.noCard();
  await (await call).ended;
}

test('the only page of a person, reloaded: its socket is all that it asks for', async () => {
  const anna = await scene.employee(1);
  const before = scene.world.proxy.requests.length;
  await anna.page.reload();
  await anna.shows('phone', 'ready');
  await anna.page.goto(`${scene.world.portals[0].url}/contact/5/`);
  await anna.shows('phone', 'ready');
  expect(asked(before)).toEqual(['/api/socket', '/api/socket']);
  await rings(anna);
});

test('another person in the same browser finds no session but their own', async () => {
  const anna = await scene.employee(1);
  await anna.page.goto(`${scene.world.portals[0].url}/?as=2`);
  await anna.shows('phone', 'ready');
  const before = scene.world.proxy.requests.length;
  await anna.page.reload();
  await anna.shows('phone', 'ready');
  expect(asked(before)).toEqual(['/api/socket']);
  expect(scene.pbx.registrations()).toContain('1002');
});

test('the phone’s page is frozen: another one is the phone and rings; run again, there is one registration', async () => {
  const first = await scene.employee(1);
  const second = await anotherTab(first);
  const before = scene.world.proxy.requests.length;
  await freeze(first.page);
  await second.shows('phone', 'ready');
  expect(asked(before)).toEqual(['/api/socket']);
  await rings(second);
  await lifecycle(first.page, 'active');
  await first.shows('phone', 'follower');
  await second.shows('phone', 'ready');
  await registeredOnce();
  await rings(second);
  expect(asked(before)).toEqual(['/api/socket']);
});

test('the only page is frozen: nobody rings in vain there, and it is registered again when it runs', async () => {
  const anna = await scene.employee(1);
  await freeze(anna.page);
  await until('no registration', () => scene.pbx.registrations().length === 0);
  await until('the object to know', async () => {
    const { portals } = await scene.world.admin.status();
    return portals[0]?.agents.reachable === 0;
  });
  await lifecycle(anna.page, 'active');
  await anna.shows('phone', 'ready');
  await registeredOnce();
  await rings(anna);
});

test('a frozen follower is not elected: the page that runs is', async () => {
  const first = await scene.employee(1);
  const second = await anotherTab(first);
  const third = await anotherTab(first);
  await freeze(second.page);
  await first.page.close();
  await third.shows('phone', 'ready');
  await rings(third);
  await lifecycle(second.page, 'active');
  await second.shows('phone', 'follower');
  await registeredOnce();
});

test('a page that is frozen in a call keeps it', async () => {
  const first = await scene.employee(1);
  const second = await anotherTab(first);
  await first.page.bringToFront();
  const call = scene.pbx.callAgent('1001', CALLER);
  await first.card('incoming');
  await first.press('answer');
  await first.card('connected');
  await freeze(first.page);
  await lifecycle(first.page, 'active');
  await first.shows('call', 'talking');
  await second.shows('phone', 'follower');
  await first.hears();
  (await call).hangup();
  await first.noCard();
});
