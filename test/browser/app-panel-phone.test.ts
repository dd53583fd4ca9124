import type { FrameLocator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { Person } from '../harness/browser.ts';
import { LINE } from '../harness/cast.ts';
import { until } from '../harness/until.ts';
import type { AgentCall } from '../pbx/demo/demo-pbx.ts';
import { appFrame, clickApp, enter, pictures } from './pages-stage.ts';
import { setScene } from './scene.ts';

/** The operator's panel with the real phone, which lives in an invisible frame of the same page. */

const BEN = 2;
const EXTENSION = '1002';
const MARTA = { from: '+49301234567', name: 'Marta Lind', line: LINE.number };
const PAUL = { from: '+49407654321', name: 'Paul Weber', line: LINE.number };

const scene = setScene<Person>({}, (person) => expect(person.errors).toEqual([]));

const pbx = () => scene.world.pbx ?? expect.fail('no PBX');
/** The SIP status that the PBX got for a call. */
async function refusal(ringing: Promise<AgentCall>): Promise<number | undefined> {
  const { id } = await ringing;
  const failed = await until('the refusal', () => pbx().events.find((e) => e.type === 'failed' && e.call === id));
  return failed.type === 'failed' ? failed.status : undefined;
}
const badge = (app: FrameLocator, label: string) => app.locator('#phone-badge', { hasText: label }).waitFor();
const callOf = (app: FrameLocator, who: string) => app.locator('#calls > li', { hasText: who });
const quiet = (app: FrameLocator) => app.getByRole('switch', { name: 'Do not disturb' });
const undisturbed = async () => {
  const { portals } = await scene.world.admin.status();
  return portals[0]?.agents.doNotDisturb ?? 0;
};

async function ben(): Promise<{ page: Page; app: FrameLocator }> {
  const person = scene.opened(await enter(scene.browser, scene.world.portals[0], BEN));
  const app = await clickApp(person.page);
  await badge(app, 'Ready');
  return { page: person.page, app };
}

test('do not disturb: the next call is refused with 480, /status counts it, and a reload finds it as it was', async () => {
  const { page, app } = await ben();
  await quiet(app).check();
  await badge(app, 'Do not disturb');
  expect(await refusal(pbx().callAgent(EXTENSION, MARTA))).toBe(480);
  await until('the count on /status', async () => (await undisturbed()) === 1);

  await page.reload();
  await badge(appFrame(page), 'Do not disturb');
  expect(await quiet(appFrame(page)).isChecked()).toBe(true);
  await quiet(appFrame(page)).uncheck();
  await badge(appFrame(page), 'Ready');
  await until('the count on /status', async () => (await undisturbed()) === 0);
});

test('a call is answered, held and ended from the panel; a second one is declined, and the first goes on', async () => {
  const { page, app } = await ben();
  const ringing = pbx().callAgent(EXTENSION, MARTA);
  await callOf(app, 'Marta Lind').getByRole('button', { name: 'Answer' }).click();
  const call = await ringing;
  expect(call.result).toBe('answered');
  await callOf(app, 'Marta Lind').getByText('Talking').waitFor();

  const second = pbx().callAgent(EXTENSION, PAUL);
  const decline = callOf(app, 'Paul Weber').getByRole('button', { name: 'Decline' });
  await decline.waitFor();
  await pictures(page, 'panel-real-second');
  await decline.click();
  expect(await refusal(second)).toBe(486);
  await callOf(app, 'Paul Weber').waitFor({ state: 'detached' });
  await callOf(app, 'Marta Lind').getByText('Talking').waitFor();

  await callOf(app, 'Marta Lind').getByRole('button', { name: 'Hold' }).click();
  await callOf(app, 'Marta Lind').getByText('On hold').waitFor();
  await until('the hold at the PBX', () => pbx().events.some((e) => e.type === 'hold' && e.call === call.id));
  await callOf(app, 'Marta Lind').getByRole('button', { name: 'Hang up' }).click();
  expect(await call.ended).toMatchObject({ by: 'agent' });
  await app.getByText('No call at the moment.').waitFor();
});
