import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { launchBrowser, type Person, type TestBrowser } from '../harness/browser.ts';
import { until } from '../harness/until.ts';
import { startWorld, type World } from '../harness/world.ts';
import { keepPeers } from './call-stage.ts';
import { onePhone, openTab, pagesWithCard } from './crowd.ts';

/** A browser that gives the portals' frames no storage and no locks: they agree over their channel alone. */

let browser: TestBrowser;
let world: World;
let person: Person;

beforeAll(async () => {
  [browser, world] = await Promise.all([launchBrowser({ refusesStorage: true }), startWorld()]);
});
afterAll(async () => {
  await browser?.close();
  await world?.close();
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') console.log(await browser.evidence(task.name));
  world.pbx?.hangupAll();
  await person.close();
});

const pbx = () => {
  if (world.pbx === null) throw new Error('this world has no PBX');
  return world.pbx;
};

/** Opens tabs one after another, or all at once. */
async function tabs(count: number, together = false) {
  person = await browser.person();
  await keepPeers(person);
  const first = await openTab(person, world, '/?as=1');
  if (!together) await first.shows('phone', 'ready');
  const others = await Promise.all(Array.from({ length: count - 1 }, () => openTab(person, world, '/')));
  await onePhone(person, world, count);
  return [first, ...others] as const;
}

/** Runs in a frame: what its browser refuses. */
const refusals = async () => {
  const refused: Record<string, string> = {};
  const attempt = async (name: string, what: () => unknown) => {
    try {
      await what();
    } catch (error) {
      refused[name] = (error as Error).name;
    }
  };
  await attempt('localStorage', () => localStorage.length);
  await attempt('locks', () => navigator.locks.request('any', () => {}));
  await attempt('channel', () => new BroadcastChannel('any').close());
  return refused;
};

test('the browser really refuses storage and locks, and leaves the channel', async () => {
  const [first] = await tabs(1);
  const frame = await first.frame();
  expect(await frame.evaluate(refusals)).toEqual({ localStorage: 'SecurityError', locks: 'SecurityError' });
});

test('tabs that come up together are one phone: one registration, one connection', async () => {
  await tabs(4, true);
  expect(pbx().registrations()).toEqual(['1001']);
  expect(pbx().connections()).toBe(1);
});

test('among three tabs a call comes in, is answered from any, and one goes out', async () => {
  const [first, second, third] = await tabs(3);
  const ringing = pbx().callAgent('1001', { from: '+49301234567', ringMs: 60_000 });
  await third?.card('incoming');
  await third?.press('answer');
  const call = await ringing;
  expect(call.result).toBe('answered');
  await first.hears();
  await third?.press('hangup');
  expect((await call.ended)?.by).toBe('agent');
  await until('no card', async () => (await pagesWithCard(person)).length === 0);

  world.fake.clickToCall({ userId: 1, number: '602' }, world.portals[0].memberId);
  await second?.card('connected');
  await first.hears();
  await second?.press('hangup');
  await until('no card', async () => (await pagesWithCard(person)).length === 0);
});

test('the phone’s tab is closed in a call: another tab has the call, and is the only phone', async () => {
  const [first, second] = await tabs(3);
  const ringing = pbx().callAgent('1001', { from: '+49301234567', ringMs: 60_000 });
  await first.card('incoming');
  await first.press('answer');
  await first.card('connected');
  const call = await ringing;
  await first.page.close();
  await pbx().when((event) => event.type === 'replaced' && event.call === call.id);
  await onePhone(person, world, 2);
  expect(pbx().connections()).toBe(1);
  expect(pbx().legs()).toEqual([call.id]);
  await second?.card('connected');
  await second?.press('hangup');
  expect((await call.ended)?.by).toBe('agent');
});
