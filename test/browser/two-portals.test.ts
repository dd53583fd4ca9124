import { expect, test } from 'vitest';
import type { Person } from '../harness/browser.ts';
import { until } from '../harness/until.ts';
import { keepPeers, type Stage } from './call-stage.ts';
import { openTab, pagesWithCard, wordsOf } from './crowd.ts';
import { setScene } from './scene.ts';

/** One person works for two companies and has both portals open in one browser: two phones, which know nothing of each other. */

const scene = setScene<Person>({ portals: ['portal-a', 'portal-b'] });

const pbx = () => {
  if (scene.world.pbx === null) throw new Error('this world has no PBX');
  return scene.world.pbx;
};

/** Anna at the first portal, Ben at the second: each has an account of their own, on two pages. */
async function bothPortals() {
  const { world, browser } = scene;
  const person = scene.opened(await browser.person());
  await keepPeers(person);
  const [a, b] = world.portals;
  if (!b) throw new Error('this world has one portal');
  const open = async (url: string, as: number) => {
    const first = await openTab(person, world, `/?as=${as}`, url);
    await first.shows('phone', 'ready');
    const second = await openTab(person, world, '/', url);
    await second.shows('phone', 'follower');
    return { url, first, second };
  };
  return { person, a: await open(a.url, 1), b: await open(b.url, 2) };
}

const frameKeeps = async (stage: Stage, value?: string) => {
  const frame = await stage.frame();
  return frame.evaluate((kept) => {
    if (kept !== undefined) localStorage.setItem('kept', kept);
    return localStorage.getItem('kept');
  }, value);
};

test('what a frame stores in one portal is not there in the other: storage is partitioned by the portal’s site', async () => {
  const { a, b } = await bothPortals();
  expect(await frameKeeps(a.first, 'in portal A')).toBe('in portal A');
  expect(await frameKeeps(a.second)).toBe('in portal A');
  expect(await frameKeeps(b.first)).toBe(null);
});

test('third-party cookies are blocked: the same cookie stays in the portal’s page and not in our frame, which needs none', async () => {
  const { a } = await bothPortals();
  const frame = await a.first.frame();
  // With SameSite=None a site asks for a cookie that is sent from other sites' pages as well.
  const set = () => {
    // biome-ignore lint/suspicious/noDocumentCookie: a site's own words, attributes and all, are what is tried
    document.cookie = 'third=party; SameSite=None; Secure';
    return document.cookie.includes('third=party');
  };
  expect(await a.first.page.evaluate(set)).toBe(true);
  expect(await frame.evaluate(set)).toBe(false);
});

test('one phone each, under a name of its own', async () => {
  const { person, a, b } = await bothPortals();
  const { world } = scene;
  expect(pbx().registrations()).toEqual(['1001', '1002']);
  expect(pbx().connections()).toBe(2);
  const words = await wordsOf(person, world);
  for (const { url } of [a, b])
    expect(words.filter(({ page }) => page.url().startsWith(url)).map(({ phone }) => phone)).toEqual([
      'ready',
      'follower',
    ]);
  const sessions = await Promise.all(
    world.portals.map(({ memberId }, index) => world.admin.session(memberId, index + 1)),
  );
  expect(new Set(sessions.map(({ room }) => room)).size).toBe(2);
});

test('a call of one portal shows in none of the other’s pages, and both may talk at once', async () => {
  const { person, a, b } = await bothPortals();
  const pagesOf = async () => (await pagesWithCard(person)).map((page) => new URL(page.url()).host);
  const host = (url: string) => new URL(url).host;
  const toAnna = pbx().callAgent('1001', { from: '+49301234567', ringMs: 60_000 });
  await a.first.card('incoming');
  await a.first.press('answer');
  await a.first.card('connected');
  const first = await toAnna;
  expect(await pagesOf()).not.toContain(host(b.url));
  await b.first.shows('call', 'none');

  const toBen = pbx().callAgent('1002', { from: '+49407654321', ringMs: 60_000 });
  await b.first.card('incoming');
  await b.first.press('answer');
  await b.first.card('connected');
  const second = await toBen;
  expect([first.result, second.result]).toEqual(['answered', 'answered']);
  await Promise.all([a.first, b.first].map((stage) => stage.hears()));

  // The phone of one is closed in its call: the other page of that portal goes on, the other portal hears nothing of it.
  await a.first.page.close();
  await a.second.shows('phone', 'ready');
  await a.second.shows('call', 'talking');
  expect((await wordsOf(person, scene.world)).find(({ page }) => page === b.first.page)?.phone).toBe('ready');
  await b.first.press('hangup');
  expect((await second.ended)?.by).toBe('agent');
  await until('the cards of one portal alone', async () => (await pagesOf()).every((page) => page === host(a.url)));
  await a.second.shows('call', 'talking');
  first.hangup();
  await a.second.shows('call', 'none');
});
