import type { FrameLocator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { Panel, PanelAct, PanelCall } from '../../client/frame/panel.ts';
import { DEFAULT_PREFERENCES } from '../../src/protocol/frame.ts';
import type { Person } from '../harness/browser.ts';
import { until } from '../harness/until.ts';
import { clickApp, enter, pictures, refusedContent } from './pages-stage.ts';
import { setScene } from './scene.ts';

/**
 * The operator's panel on the app's page. The phone's side of the channel is played by a script that knows the room, so
 * that each state can be shown; the real phone's part is in test/pbx-calls.
 */

const [ANNA, BEN, CARLA] = [1, 2, 3];

const scene = setScene<Person>({}, (person) => {
  expect(person.errors).toEqual([]);
  expect(refusedContent(person)).toEqual([]);
});

const call = (over: Partial<PanelCall> = {}): PanelCall => ({
  leg: 'leg-1',
  direction: 'in',
  number: '+49301234567',
  name: '',
  customer: { name: 'Marta Lind', company: 'Nordlicht Coffee', deal: 'Espresso machines, spring' },
  phase: 'talking',
  held: false,
  muted: false,
  answeredAt: Date.now() - 127_000,
  recording: 'off',
  quality: { mos: 4.3, jitterMs: 3, lossPercent: 0.2, rttMs: 24 },
  trouble: '',
  ...over,
});
const paul = call({
  leg: 'leg-2',
  number: '+49407654321',
  customer: { name: 'Paul Weber', company: 'Weber & Son', deal: '' },
  phase: 'offered',
  answeredAt: null,
  quality: null,
});
const panelOf = (over: Partial<Panel> = {}): Panel => ({
  phone: 'ready',
  calls: [],
  preferences: DEFAULT_PREFERENCES,
  devices: {
    microphones: [
      { id: 'm1', label: 'Built-in microphone' },
      { id: 'm2', label: 'Headset' },
    ],
    speakers: [],
    microphone: '',
    speaker: '',
    ringer: '',
  },
  canConfer: false,
  notice: '',
  ...over,
});

interface Operator {
  readonly person: Person;
  readonly page: Page;
  readonly app: FrameLocator;
  /** The phone's side: says how it is from now on. */
  says(panel: Partial<Panel>): Promise<void>;
  acts(): Promise<PanelAct[]>;
  /** From now on the phone takes preferences over, as the real one does. */
  obeys(): Promise<void>;
  /** The phone's page is gone, without a word. */
  dies(): Promise<void>;
}

/** Opens the app's page of a person whose frames do not load, so that the only phone is the played one. */
async function operator(as = BEN): Promise<Operator> {
  const person = scene.opened(await enter(scene.browser, scene.world.portals[0], as));
  await person.context.route('**/placement**', (route) => route.abort());
  const app = await clickApp(person.page);
  await app.getByRole('heading', { name: 'My phone' }).waitFor();
  const body = app.locator('body');
  await body.evaluate(() => {
    const { room } = JSON.parse(document.getElementById('app-data')?.textContent ?? '{}');
    const phone = {
      channel: new BroadcastChannel(`b24phone:${room}`),
      panel: null as object | null,
      acts: [] as unknown[],
      obeys: false,
    };
    Object.assign(window, { phone });
    phone.channel.addEventListener('message', ({ data }) => {
      if (data.t === 'panel?' && phone.panel)
        phone.channel.postMessage({ t: 'panel', from: 'phone', panel: phone.panel });
      if (data.t !== 'act') return;
      phone.acts.push(data.act);
      if (!phone.obeys || data.act.act !== 'prefer') return;
      phone.panel = { ...phone.panel, preferences: data.act.preferences };
      phone.channel.postMessage({ t: 'panel', from: 'phone', panel: phone.panel });
    });
  });
  return {
    person,
    page: person.page,
    app,
    says: (over) =>
      body.evaluate((_, panel) => {
        const { phone } = window as unknown as { phone: { channel: BroadcastChannel; panel: unknown } };
        phone.panel = panel;
        phone.channel.postMessage({ t: 'panel', from: 'phone', panel });
      }, panelOf(over)),
    acts: () => body.evaluate(() => (window as unknown as { phone: { acts: PanelAct[] } }).phone.acts),
    obeys: () =>
      body.evaluate(() => {
        (window as unknown as { phone: { obeys: boolean } }).phone.obeys = true;
      }),
    dies: () =>
      body.evaluate(() => {
        (window as unknown as { phone: { panel: unknown } }).phone.panel = null;
      }),
  };
}

const badge = (app: FrameLocator, label: string) => app.locator('#phone-badge', { hasText: label }).waitFor();
const callOf = (app: FrameLocator, who: string) => app.locator('#calls > li', { hasText: who });

test('without a page that holds the phone the panel says so, and what to do; nothing can be set', async () => {
  const { page, app } = await operator();
  await badge(app, 'Not found');
  await app
    .locator('#phone-advice', { hasText: 'No page of the portal with the phone is open in this browser.' })
    .waitFor();
  expect(await app.getByRole('switch', { name: 'Do not disturb' }).isDisabled()).toBe(true);
  await pictures(page, 'panel-no-phone');
});

test('a call is shown with the customer, a running timer and its quality; each button hands its act to the phone', async () => {
  const { app, says, acts } = await operator();
  await says({ calls: [call({ recording: 'paused', trouble: 'You cannot hear the other side.' })] });
  const marta = callOf(app, 'Marta Lind');
  await marta.getByText('Nordlicht Coffee · Espresso machines, spring · +49301234567').waitFor();
  await marta.getByText('Recording paused').waitFor();
  await marta.getByRole('alert').getByText('You cannot hear the other side.').waitFor();
  const timer = marta.getByRole('timer');
  const before = await timer.textContent();
  await until('the timer to run', async () => (await timer.textContent()) !== before);

  const figures = marta.getByRole('tooltip');
  expect(await figures.isVisible()).toBe(false);
  await marta.locator('.quality').focus();
  await figures.getByText('MOS 4.3, round trip 24 ms, jitter 3 ms, loss 0.2 %').waitFor();

  for (const name of ['Hold', 'Mute', 'Hang up']) await marta.getByRole('button', { name }).click();
  expect(await acts()).toEqual([
    { act: 'hold', leg: 'leg-1', held: true },
    { act: 'mute', leg: 'leg-1', muted: true },
    { act: 'hangup', leg: 'leg-1' },
  ]);
  // Rule 4: nothing changes before the phone says so.
  expect(await marta.getByRole('button', { name: 'Hold' }).isVisible()).toBe(true);
  await says({ calls: [call({ held: true })] });
  await marta.getByText('On hold').waitFor();
});

test('a second call is answered and declined by keyboard alone, and the focus stays in the panel', async () => {
  const { page, app, says, acts } = await operator();
  await says({ calls: [call(), paul] });
  const answer = callOf(app, 'Paul Weber').getByRole('button', { name: 'Answer, hold the other: Paul Weber' });
  await answer.focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  expect(await acts()).toEqual([
    { act: 'answer', leg: 'leg-2' },
    { act: 'decline', leg: 'leg-2' },
  ]);
  await app.locator('#said', { hasText: 'Paul Weber is calling.' }).waitFor({ state: 'attached' });

  const answered = call({ ...paul, phase: 'talking', answeredAt: Date.now() });
  await says({ calls: [call({ held: true }), answered], canConfer: true });
  const focused = () => app.locator(':focus').first().textContent();
  await until('the focus in the same call', async () => (await focused()) === 'Hold');
  await callOf(app, 'Marta').getByRole('button', { name: 'Switch to this call' }).click();
  await app.getByRole('button', { name: 'Join both calls' }).click();
  expect((await acts()).slice(2)).toEqual([{ act: 'swap' }, { act: 'confer' }]);

  await says({ calls: [call()], notice: 'The conference could not be opened: the bridge is busy.' });
  await app.getByText('the bridge is busy').first().waitFor();
  expect(await app.getByRole('button', { name: 'Join both calls' }).isVisible()).toBe(false);
});

test('what a person sets is handed to the phone, and goes back if the phone does not take it', async () => {
  const { app, says, acts, obeys } = await operator();
  await says({});
  const dnd = app.getByRole('switch', { name: 'Do not disturb' });
  await dnd.check();
  expect(await acts()).toEqual([{ act: 'prefer', preferences: { ...DEFAULT_PREFERENCES, doNotDisturb: true } }]);
  // A phone that goes on saying otherwise has not taken it.
  await until('the switch to go back', async () => !(await dnd.isChecked()));
  await says({ preferences: { ...DEFAULT_PREFERENCES, doNotDisturb: true } });
  await badge(app, 'Do not disturb');
  await app.getByText('Calls are refused without ringing here').first().waitFor();

  await obeys();
  await app.getByLabel('Answer by itself after').fill('90');
  await app.getByLabel('Ringtone').selectOption('Chime');
  await app.getByRole('button', { name: 'Try' }).click();
  await app.getByLabel('Microphone', { exact: true }).selectOption('Headset');
  const [, seconds, ringtone, ...rest] = await acts();
  expect(seconds).toMatchObject({ act: 'prefer', preferences: { autoAnswerS: 30, doNotDisturb: true } });
  expect(ringtone).toMatchObject({ act: 'prefer', preferences: { ringtone: 'chime', autoAnswerS: 30 } });
  expect(rest).toEqual([{ act: 'tryRing' }, { act: 'choose', kind: 'microphone', id: 'm2' }]);
});

test('the microphone’s level is shown while it is checked, and it is closed again', async () => {
  const { app, says } = await operator();
  await says({ devices: { ...panelOf().devices, microphones: [] } });
  await app.getByRole('button', { name: 'Check the microphone' }).click();
  await app.getByText('The microphone hears you.').waitFor();
  const meter = app.getByRole('meter', { name: 'Level of the microphone' });
  await until('the bar to move', async () => Number(await meter.evaluate((bar: HTMLMeterElement) => bar.value)) > 0);
  await app.getByRole('button', { name: 'Stop' }).click();
  expect(await meter.isVisible()).toBe(false);
});

test('a phone whose page crashed is noticed; one that another browser took over takes no wishes', async () => {
  const { app, says, dies } = await operator();
  await says({ phone: 'superseded' });
  await badge(app, 'In another browser');
  expect(await app.getByRole('switch', { name: 'Do not disturb' }).isDisabled()).toBe(true);
  await says({});
  await badge(app, 'Ready');
  await dies();
  await badge(app, 'Not found');
});

test('the frame is as high as its content, so that the portal cuts nothing off', async () => {
  const { page, app, says } = await operator(ANNA);
  await app.getByRole('button', { name: 'Save' }).waitFor();
  const cut = () => app.locator(':root').evaluate((root) => root.scrollHeight - root.clientHeight);
  await until('the whole form', async () => (await cut()) === 0);
  const height = () => page.locator('#app-frame iframe').evaluate((frame) => frame.getBoundingClientRect().height);
  const before = await height();
  await says({ calls: [call(), paul] });
  await until('room for the calls', async () => (await height()) > before && (await cut()) === 0);
  await says({});
  await until('the frame to shrink', async () => (await height()) <= before);
});

const LOOKS: readonly (readonly [string, Partial<Panel>])[] = [
  ['ready', {}],
  ['talking', { calls: [call({ recording: 'on' })] }],
  ['second-call', { calls: [call({ muted: true, trouble: 'You cannot hear the other side.' }), paul] }],
];

test.each(LOOKS)('%s: nothing is wider than a narrow page, light or dark', async (name, look) => {
  const { page, app, says } = await operator();
  await says(look);
  await app.locator('#phone-badge', { hasText: 'Ready' }).waitFor();
  await pictures(page, `panel-${name}`);
  await narrow(page);
  await until('a narrow frame', async () => (await app.locator('body').evaluate(() => innerWidth)) <= 360);
  expect(await app.locator(':root').evaluate((root) => root.scrollWidth - root.clientWidth)).toBe(0);
  await page.locator('#app-frame iframe').screenshot({ path: `test/.out/panel-${name}-360.png` });
});

test('an employee without an account reads whom to ask, and has nothing to press', async () => {
  const { page, app } = await operator(CARLA);
  await app.getByText('you are employee no. 3').waitFor();
  expect(await app.locator('input, button, select').count()).toBe(0);
  await pictures(page, 'panel-no-account');
});

/** The app alone, as wide as a small phone. */
const narrow = (page: Page) =>
  page.locator('#app-frame iframe').evaluate((frame) => {
    frame.style.width = '360px';
  });
