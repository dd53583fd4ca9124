import { expect, test } from 'vitest';
import { phoneAccounts, settingsFor } from '../harness/cast.ts';
import { callScene } from './call-scene.ts';
import type { Stage } from './call-stage.ts';

/** Click-to-call: Bitrix24 registers and shows the card, the phone dials. */

const CUSTOMER = '+49301234567';

const scene = callScene();

const pbx = () => scene.pbx;
const anna = (path = '/contact/5/') => scene.employee(1, { path });
const clickNumber = (stage: Stage, number: string) => stage.page.click(`[data-call="${number}"]`);
const crmRow = (stage: Stage, status: string) =>
  stage.page.waitForSelector(`[data-calls] tr[data-live="no"][data-status="${status}"]`);

test('a click dials at once, under the CALL_ID that Bitrix24 gave: no second registration', async () => {
  const stage = await anna();
  await clickNumber(stage, CUSTOMER);
  await stage.card('connectingOutgoing');
  const callId = await stage.page.getAttribute('[data-card]', 'data-call-id');
  await stage.card('connected');
  await stage.hears();
  await stage.press('hangup');
  await stage.noCard();
  const row = await crmRow(stage, 'Answered');
  expect(await row.getAttribute('data-call-id')).toBe(callId);
  expect(await stage.page.locator('[data-calls] tr[data-call-id]').count()).toBe(1);
});

test('hanging up while it rings cancels the call', async () => {
  const stage = await anna();
  await clickNumber(stage, CUSTOMER);
  await stage.page.waitForSelector('[data-card-status]:has-text("Ringing")');
  await stage.press('hangup');
  await stage.noCard();
  await pbx().when((event) => event.type === 'failed' && event.status === 487);
  await crmRow(stage, 'Cancelled');
});

const dial = (number: string) => scene.clickToCall(number);
const status = (stage: Stage, text: string) => stage.page.waitForSelector(`[data-card-status]:has-text("${text}")`);

test('busy: the card offers redial; ESC closes it without a word, is noticed, and the CRM hears “busy”', async () => {
  const stage = await anna('/');
  dial('604');
  await stage.card('redial');
  await status(stage, 'Busy');
  await stage.page.keyboard.press('Escape');
  await stage.noCard();
  await stage.shows('call', 'none');
  await crmRow(stage, 'Busy');
});

test('redial tries again under the same CALL_ID', async () => {
  const stage = await anna('/');
  const refusals = () => pbx().events.filter((event) => event.type === 'failed' && event.status === 486).length;
  const before = refusals();
  const callId = dial('604');
  await stage.card('redial');
  await stage.press('redial');
  await stage.page.waitForFunction(
    () =>
      // The list of states, which the portal sends, names it as well.
      window.fakePortal.traffic.filter(
        (entry) => entry.name === 'CallCardSetUiState' && JSON.stringify(entry.data).includes('"redial"'),
      ).length === 2,
  );
  await stage.card('redial');
  expect(refusals()).toBe(before + 2);
  await stage.page.keyboard.press('Escape');
  await stage.page.waitForSelector(`[data-calls] tr[data-live="no"][data-call-id="${callId}"]`);
});

test('a wrong number is said on the card, and closing it tells the CRM', async () => {
  const stage = await anna('/');
  dial('12');
  await stage.card('error');
  await status(stage, 'does not exist');
  await stage.press('close');
  await stage.noCard();
  await crmRow(stage, 'Wrong number');
});

test('no microphone: the click is answered with what to do, and nothing is dialled', async () => {
  const stage = await scene.employee(1, { microphone: false, phone: 'microphone_denied' });
  const calls = pbx().events.filter((event) => event.type === 'call').length;
  dial(CUSTOMER);
  await stage.card('error');
  await status(stage, 'allow it at the address bar');
  expect(pbx().events.filter((event) => event.type === 'call').length).toBe(calls);
});

test('a transfer to somebody who cannot be reached leaves the call as it was', async () => {
  const stage = await anna('/');
  dial('602');
  await stage.card('connected');
  await stage.press('transfer');
  await stage.page.fill('[data-transfer-number]', '1002');
  await stage.page.click('[data-transfer-go]');
  await stage.card('transferFailed');
  await stage.press('cancel');
  await stage.card('connected');
  await stage.hears();
  await stage.press('hangup');
  await stage.noCard();
});

test('the PBX’s socket is cut in a call: sound goes on, the phone comes back, the far end’s hang-up arrives', async () => {
  const stage = await anna('/');
  const ringing = pbx().callAgent('1001', { from: CUSTOMER });
  await stage.card('incoming');
  await stage.press('answer');
  await stage.card('connected');
  const call = await ringing;
  const back = pbx().events.length;
  pbx().dropConnections();
  await pbx().when((event) => event.type === 'registered' && pbx().events.indexOf(event) >= back);
  await stage.shows('phone', 'ready');
  await stage.card('connected');
  call.hangup();
  await stage.noCard();
});

test('a wrong password: the click says whom to ask', async () => {
  const { memberId } = scene.world.portals[0];
  const form = settingsFor({ url: pbx().url, domain: pbx().domain, accounts: phoneAccounts() });
  await scene.world.admin.saveSettings(memberId, form);
  const stage = await scene.employee(2, { phone: 'wrong_password' });
  scene.clickToCall(CUSTOMER, 2);
  await stage.card('error');
  await status(stage, 'ask your administrator');
});
