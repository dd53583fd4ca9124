import { expect, test } from 'vitest';
import { callScene } from './call-scene.ts';
import { onePhone, openTab, wordsOf } from './crowd.ts';

/** One person at two computers: the phone is where they opened a page last. */

const scene = callScene();
const pbx = () => scene.pbx;

test('back at the first computer, whose phone another browser had: the next page that is opened there brings it back', async () => {
  const { world } = scene;
  const first = await scene.employee(1);
  const second = await openTab(first.person, world);
  await second.shows('phone', 'follower');

  const elsewhere = await scene.employee(1);
  await first.shows('phone', 'superseded');
  expect(pbx().connections()).toBe(1);
  await elsewhere.close();
  // Nobody has touched a page here: whoever is away is not at this computer.
  expect((await wordsOf(first.person, world)).map(({ phone }) => phone).sort()).toEqual(['follower', 'superseded']);

  const third = await openTab(first.person, world);
  await onePhone(first.person, world, 3);
  expect(pbx().registrations()).toEqual(['1001']);
  expect(pbx().connections()).toBe(1);
  const ringing = pbx().callAgent('1001', { from: '+49301234567', ringMs: 60_000 });
  await third.card('incoming');
  await third.press('answer');
  expect((await ringing).result).toBe('answered');
});
