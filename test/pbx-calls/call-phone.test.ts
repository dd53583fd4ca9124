import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openStage, type Stage } from '../browser/call-stage.ts';
import { launchBrowser, type TestBrowser } from '../harness/browser.ts';
import { LINE } from '../harness/cast.ts';
import { until } from '../harness/until.ts';
import { startWorld, type World } from '../harness/world.ts';
import { type Asterisk, startAsterisk } from '../pbx/asterisk/asterisk.ts';
import { clockRuns } from './product.ts';

/** The product's phone on a real PBX: card, Worker and CRM around calls that Asterisk makes. */

const CUSTOMER = { from: '+49301234567', name: 'Marta Lind', line: LINE.number };

let browser: TestBrowser;
let pbx: Asterisk;
let world: World;
let stages: Stage[] = [];

beforeAll(async () => {
  const started = await startAsterisk();
  if (!started.available) throw new Error(started.reason);
  pbx = started;
  // Anna and Ben of the portal have the PBX's first two accounts.
  const accounts = pbx.users
    .slice(0, 2)
    .map(({ user, password, name }, n) => ({ userId: n + 1, user, password, name }));
  const address = { url: pbx.wsUrl, domain: pbx.domain, accounts };
  [browser, world] = await Promise.all([launchBrowser(), startWorld({ pbx: address })]);
});
afterAll(async () => {
  await browser?.close();
  await world?.close();
  await pbx?.close();
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') console.log(await browser.evidence(task.name));
  await Promise.all(stages.map((stage) => stage.close()));
  stages = [];
});

async function employee(as: number): Promise<Stage> {
  const stage = await openStage(browser, world, as);
  stages.push(stage);
  await stage.shows('phone', 'ready');
  return stage;
}
const crmRow = (stage: Stage, status: string) =>
  stage.page.waitForSelector(`[data-calls] tr[data-live="no"][data-status="${status}"]`);
const dial = (number: string) => world.fake.clickToCall({ userId: 1, number }, world.portals[0].memberId);
const status = (stage: Stage, text: string) => stage.page.waitForSelector(`[data-card-status]:has-text("${text}")`);
const hangups = () => pbx.cli('core show channels count');

test('in: card, answer, audio both ways, hang up, CRM with duration and line', async () => {
  const anna = await employee(1);
  const call = await pbx.callIn({ to: '1001', ...CUSTOMER, says: 'echo' });
  await anna.card('incoming');
  await anna.press('answer');
  await anna.card('connected');
  expect(await call.outcome).toBe('answered');
  await anna.hears();
  await until('audio at the PBX', async () => (await pbx.channelStats()).some(({ received }) => received > 20));
  await clockRuns(anna);
  await anna.press('hangup');
  await anna.noCard();
  await call.ended;
  const row = await crmRow(anna, 'Answered');
  expect(await row.getAttribute('data-line')).toBe(LINE.number);
  expect(Number(await row.getAttribute('data-seconds'))).toBeGreaterThan(0);
});

test('in: the caller gives up, and nothing rings on', async () => {
  const anna = await employee(1);
  const call = await pbx.callIn({ to: '1001', ...CUSTOMER });
  await anna.card('incoming');
  await call.hangup();
  await anna.noCard();
  await anna.shows('call', 'none');
});

test('out by click-to-call, early media, hold and resume by the PBX’s answer, the far end hangs up', async () => {
  const anna = await employee(1);
  dial('609');
  await anna.card('connected');
  await anna.hears();
  await anna.press('hold');
  await status(anna, 'On hold');
  await anna.press('hold');
  await status(anna, 'Connected');
  await anna.press('hangup');
  await anna.noCard();
  dial('608');
  await anna.card('connected');
  await anna.noCard();
  await anna.shows('call', 'none');
});

test('refusals are told apart', async () => {
  const anna = await employee(1);
  for (const [number, state, words] of [
    ['604', 'redial', 'Busy'],
    ['607', 'error', 'does not allow'],
    ['777', 'error', 'does not exist'],
  ] as const) {
    dial(number);
    await anna.card(state);
    await status(anna, words);
    await anna.page.keyboard.press('Escape');
    await anna.noCard();
    await anna.shows('call', 'none');
  }
});

test('a transfer with a word first: the target talks, complete connects both, the CRM has one call', async () => {
  const anna = await employee(1);
  const call = await pbx.callIn({ to: '1001', ...CUSTOMER });
  await anna.card('incoming');
  await anna.press('answer');
  await anna.card('connected');
  await call.outcome;
  await anna.press('transfer');
  await anna.page.fill('[data-transfer-number]', '602');
  await anna.page.click('[data-transfer-go]');
  await status(anna, 'Talking with 602');
  await anna.press('complete');
  await anna.noCard();
  await crmRow(anna, 'Answered');
  // The customer is still in the call: with the target now.
  expect(await hangups()).not.toContain('0 active calls');
  await call.hangup();
});

test('completed while the colleague’s phone still rings, it is handed over blind', async () => {
  const [anna, ben] = [await employee(1), await employee(2)];
  const call = await pbx.callIn({ to: '1001', ...CUSTOMER });
  await anna.card('incoming');
  await anna.press('answer');
  await anna.card('connected');
  await anna.press('transfer');
  await anna.page.click('[data-transfer-user="2"]');
  await ben.shows('call', 'offered');
  await status(anna, 'Ringing at 1002');
  await anna.press('complete');
  await anna.noCard();
  await ben.shows('call', 'offered');
  await call.hangup();
  await ben.shows('call', 'none');
});

test('two agents ring for one call: one answers, the other’s card goes', async () => {
  const [anna, ben] = [await employee(1), await employee(2)];
  const call = await pbx.callIn({ to: ['1001', '1002'], ...CUSTOMER });
  await Promise.all([anna.card('incoming'), ben.card('incoming')]);
  await ben.press('answer');
  await ben.card('connected');
  await anna.noCard();
  await anna.shows('call', 'none');
  await call.hangup();
  await ben.noCard();
  await crmRow(ben, 'Answered');
  expect(await ben.page.locator('[data-calls] tr[data-call-id]').count()).toBeGreaterThan(0);
});
