import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { launchBrowser, type TestBrowser } from '../harness/browser.ts';
import { startWorld, type World } from '../harness/world.ts';
import { hearsCards, listening, openStage, type Stage, stageOf } from './call-stage.ts';

/** One person, several pages: one phone, and a card in any of them. */

const CALLER = { from: '+49301234567', name: 'Marta Lind' };

let browser: TestBrowser;
let world: World;
let stages: Stage[] = [];

beforeAll(async () => {
  [browser, world] = await Promise.all([launchBrowser(), startWorld()]);
});
afterAll(async () => {
  await browser?.close();
  await world?.close();
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') console.log(await browser.evidence(task.name));
  await Promise.all(stages.map((stage) => stage.close()));
  stages = [];
});

const pbx = () => world.pbx ?? expect.fail('no PBX');

/** Requests of our frames to the service, without the page and the files. */
function watchRequests(stage: Stage): string[] {
  const asked: string[] = [];
  stage.person.context.on('request', (request) => {
    const url = new URL(request.url());
    if (url.origin === world.appUrl && url.pathname.startsWith('/api/')) asked.push(url.pathname);
  });
  return asked;
}

async function twoTabs() {
  const first = await openStage(browser, world, 1);
  stages.push(first);
  await first.shows('phone', 'ready');
  const requests = watchRequests(first);
  const page = await first.person.context.newPage();
  await page.goto(`${world.portals[0].url}/`);
  await listening(page);
  const second = stageOf(first.person, page, world);
  await second.shows('phone', 'follower');
  await hearsCards(page);
  return { first, second, requests };
}

test('the second page is a follower: it asks the service nothing', async () => {
  const { first, second, requests } = await twoTabs();
  const ringing = pbx().callAgent('1001', CALLER);
  await second.card('incoming');
  await second.press('answer');
  await second.card('connected');
  await first.shows('call', 'talking');
  await first.hears();
  await second.press('hangup');
  await second.noCard();
  await (await ringing).ended;
  expect(requests).toEqual([]);
});

test('the phone’s page is closed: the other one takes over with the ticket it was handed', async () => {
  const { first, second, requests } = await twoTabs();
  await first.page.close();
  await second.shows('phone', 'ready');
  expect(requests.filter((path) => path === '/api/session')).toEqual([]);
  const ringing = pbx().callAgent('1001', CALLER);
  await second.card('incoming');
  await second.press('answer');
  await second.card('connected');
  (await ringing).hangup();
  await second.noCard();
});

test('a person without a SIP account: one session ever, then no request at all', async () => {
  const first = await openStage(browser, world, 3);
  stages.push(first);
  await first.shows('phone', 'none');
  const requests = watchRequests(first);
  await first.page.reload();
  await first.shows('phone', 'none');
  await first.page.goto(`${world.portals[0].url}/contact/5/`);
  await first.shows('phone', 'none');
  expect(requests).toEqual([]);
});
