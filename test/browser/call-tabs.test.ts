import { expect, test } from 'vitest';
import { callScene } from './call-scene.ts';
import { hearsCards, listening, type Stage, stageOf } from './call-stage.ts';

/** One person, several pages: one phone, and a card in any of them. */

const CALLER = { from: '+49301234567', name: 'Marta Lind' };

const scene = callScene();

const pbx = () => scene.pbx;

/** Requests of our frames to the service, without the page and the files. */
function watchRequests(stage: Stage): string[] {
  const asked: string[] = [];
  stage.person.context.on('request', (request) => {
    const url = new URL(request.url());
    if (url.origin === scene.world.appUrl && url.pathname.startsWith('/api/')) asked.push(url.pathname);
  });
  return asked;
}

async function twoTabs() {
  const first = await scene.employee(1);
  const requests = watchRequests(first);
  const page = await first.person.context.newPage();
  await page.goto(`${scene.world.portals[0].url}/`);
  await listening(page);
  const second = stageOf(first.person, page, scene.world);
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
  const first = await scene.employee(3, { phone: 'none' });
  const requests = watchRequests(first);
  await first.page.reload();
  await first.shows('phone', 'none');
  await first.page.goto(`${scene.world.portals[0].url}/contact/5/`);
  await first.shows('phone', 'none');
  expect(requests).toEqual([]);
});
