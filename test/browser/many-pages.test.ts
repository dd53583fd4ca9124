import { expect, test } from 'vitest';
import { until } from '../harness/until.ts';
import { callScene } from './call-scene.ts';
import type { Stage } from './call-stage.ts';
import { allShowCards, onePhone, openSlider, openTab, pagesWithCard, WITH_SLIDERS, watchService } from './crowd.ts';

/** Five tabs and three sliders of one person: one registration, one ring, one call, whichever page it is handled from. */

const CALLER = { from: '+49301234567', name: 'Marta Lind', ringMs: 60_000 };
const TABS = 5;
const SLIDERS = 3;

const scene = callScene();
const pbx = () => scene.pbx;

async function crowd() {
  const registered = pbx().events.filter(({ type }) => type === 'registered').length;
  const first = await scene.employee(1);
  const { person } = first;
  const asked = watchService(person, scene.world);
  const others = await Promise.all(
    Array.from({ length: TABS - 1 }, (_, n) => openTab(person, scene.world, n < SLIDERS ? WITH_SLIDERS : '/')),
  );
  for (const { page } of others.slice(0, SLIDERS)) await openSlider(page, scene.world);
  const tabs: readonly Stage[] = [first, ...others];
  await allShowCards(tabs.map(({ page }) => page));
  return { tabs, person, first, asked, registered };
}

const noCardAnywhere = (stage: Stage) =>
  until('no card on any page', async () => (await pagesWithCard(stage.person)).length === 0);

test('eight frames are one phone: one registration, and no frame but the phone’s asks the service anything', async () => {
  const { tabs, person, first, asked, registered } = await crowd();
  expect(await onePhone(person, scene.world, TABS + SLIDERS)).toBe(first.page);
  expect(pbx().registrations()).toEqual(['1001']);
  expect(pbx().connections()).toBe(1);

  const rings = pbx().events.filter(({ type }) => type === 'call').length;
  // Answered from each page in turn; the page of the phone is the first.
  for (const [n, tab] of tabs.entries()) {
    const ringing = pbx().callAgent('1001', CALLER);
    for (const other of tabs) await other.card('incoming');
    await tab.press('answer');
    const call = await ringing;
    expect(call.result).toBe('answered');
    // Every card shows what the PBX confirmed, and every button of each works.
    for (const other of tabs) await other.card('connected');
    const next = tabs[(n + 1) % TABS] ?? tab;
    await next.press('hold');
    await pbx().when((event) => event.type === 'hold' && event.call === call.id);
    for (const other of tabs) await other.page.waitForSelector('[data-button="hold"][aria-pressed="true"]');
    await tab.press('hangup');
    expect((await call.ended)?.by).toBe('agent');
    await noCardAnywhere(tab);
  }
  expect(pbx().events.filter(({ type }) => type === 'call').length).toBe(rings + TABS);
  expect(pbx().events.filter(({ type }) => type === 'registered').length).toBe(registered + 1);
  expect(asked).toEqual([]);
  await until('each call to be finished', () => scene.world.fake.portal().calls.size === 0);
});

test('a number that is clicked in any page is dialled once, and its card can be hung up in any other', async () => {
  const { tabs, first } = await crowd();
  const dialled = () =>
    pbx().events.filter((event) => event.type === 'call' && event.direction === 'from_agent').length;
  const before = dialled();
  const clicked = tabs[3];
  await clicked?.page.locator('[data-call]').first().dispatchEvent('click');
  for (const tab of tabs) await tab.card('connected');
  await first.hears();
  await tabs[1]?.press('hangup');
  await noCardAnywhere(first);
  expect(dialled()).toBe(before + 1);
});
