import { expect, test } from 'vitest';
import { LINE } from '../harness/cast.ts';
import { callScene } from './call-scene.ts';
import type { Stage } from './call-stage.ts';

/** Incoming calls: fake portal, demo PBX, real Chromium with real media. */

const CALLER = { from: '+49301234567', name: 'Marta Lind', line: LINE.number };

const scene = callScene();

const anna = () => scene.employee(1);
const pbx = () => scene.pbx;

test('page, frame, registered; a call rings, is answered by click, sounds both ways, and ends in the CRM', async () => {
  const stage = await anna();
  const ringing = pbx().callAgent('1001', CALLER);
  await stage.card('incoming');
  await stage.press('answer');
  await stage.card('connected');
  const call = await ringing;
  expect(call.result).toBe('answered');
  await stage.hears();
  await stage.press('hangup');
  await stage.noCard();
  await call.ended;
  expect(call.stats()?.packetsIn ?? 0).toBeGreaterThan(0);
  await stage.page.waitForSelector('[data-calls] tr[data-live="no"][data-status="Answered"]');
});

/** Rings Anna and answers by click; the call as the customer has it. */
async function answered(stage: Stage) {
  const ringing = pbx().callAgent('1001', CALLER);
  await stage.card('incoming');
  await stage.press('answer');
  await stage.card('connected');
  const call = await ringing;
  expect(call.result).toBe('answered');
  return call;
}
const inCrm = (stage: Stage, status: string) =>
  stage.page.waitForSelector(`[data-calls] tr[data-live="no"][data-status="${status}"]`);
const on = (button: string) => `[data-card] [data-button="${button}"][aria-pressed="true"]`;

test('nothing that the card does is sent before its call is ours; title and state follow', async () => {
  const stage = await anna();
  const call = await answered(stage);
  await stage.page.waitForSelector('[data-card-title]:has-text("Marta Lind")');
  const names = (await stage.commands()).map(({ name }) => name);
  expect(names.slice(0, 2)).toEqual(['GetListUiStates', 'SetUiState']);
  expect(await stage.commands()).toContainEqual({
    name: 'SetUiState',
    data: { uiState: 'connected', disableAutoStartTimer: true },
  });
  expect(names).toContain('StartTimer');
  call.hangup();
  await stage.noCard();
  expect((await stage.commands()).map(({ name }) => name)).toEqual(expect.arrayContaining(['StopTimer', 'Close']));
  await inCrm(stage, 'Answered');
});

test('skip declines, and the caller hears so', async () => {
  const stage = await anna();
  const ringing = pbx().callAgent('1001', CALLER);
  await stage.card('incoming');
  await stage.press('skip');
  expect((await ringing).result).toBe('busy');
  await stage.noCard();
  await inCrm(stage, 'Declined');
});

test('the caller gives up: the card goes, the call is missed', async () => {
  const stage = await anna();
  const giveUp = new AbortController();
  const ringing = pbx().callAgent('1001', { ...CALLER, signal: giveUp.signal });
  await stage.card('incoming');
  giveUp.abort();
  expect((await ringing).result).toBe('cancelled');
  await stage.noCard();
  await inCrm(stage, 'Missed');
});

test('mute, hold, keys, comment and vote', async () => {
  const stage = await anna();
  const call = await answered(stage);
  const { page } = stage;
  await stage.press('hold');
  await pbx().when((event) => event.type === 'hold' && event.call === call.id);
  await page.waitForSelector('[data-card-status]:has-text("On hold")');
  await stage.press('hold');
  await pbx().when((event) => event.type === 'resume' && event.call === call.id);
  await page.waitForSelector('[data-card-status]:has-text("Connected")');
  expect(await page.locator(on('hold')).count()).toBe(0);

  await stage.press('mute');
  await page.waitForSelector(on('mute'));
  const frame = await stage.frame();
  const sending = () =>
    (window as unknown as { peers: RTCPeerConnection[] }).peers.at(-1)?.getSenders()[0]?.track?.enabled;
  expect(await frame.evaluate(sending)).toBe(false);
  await stage.press('mute');
  await frame.waitForFunction(sending, undefined, { polling: 50 });

  await stage.press('dialpad');
  await page.click('[data-key="5"]');
  await pbx().when((event) => event.type === 'dtmf' && event.call === call.id && event.key === '5');

  await stage.press('addComment');
  await page.fill('[data-comment]', 'Wants a catalogue');
  await page.click('[data-comment-save]');
  await stage.press('quality');
  await page.click('[data-quality="4"]');
  await stage.press('hangup');
  await stage.noCard();
  await page.waitForSelector('[data-calls] tr:has-text("Wants a catalogue"):has-text("★ 4")');
});

test('a second caller is announced on the first one’s card, whose hold button answers; the CRM knows of both', async () => {
  const stage = await anna();
  const status = (text: string) => stage.page.waitForSelector(`[data-card-status]:has-text("${text}")`);
  const call = await answered(stage);
  const ringing = pbx().callAgent('1001', { ...CALLER, from: '+49407654321', name: 'Paul Weber' });
  await status('Second call: Paul Weber');
  await stage.press('hold');
  const second = await ringing;
  expect(second.result).toBe('answered');
  await status('You are talking with Paul Weber');
  await stage.press('hangup');
  expect((await second.ended)?.by).toBe('agent');
  await status('On hold');
  call.hangup();
  await stage.noCard();
  await stage.page.waitForFunction(
    () => document.querySelectorAll('[data-calls] tr[data-live="no"][data-status="Answered"]').length >= 2,
  );
});

test('the page goes away while it rings: the PBX is told at once, so that it can ring somebody else', async () => {
  const stage = await anna();
  const ringing = pbx().callAgent('1001', CALLER);
  await stage.card('incoming');
  await stage.page.goto('about:blank');
  expect(await ringing).toMatchObject({ result: 'no_answer' });
});

test('the page is reloaded in a call: the next one has it, on hold as it was, and the CRM has one call', async () => {
  const stage = await anna();
  const call = await answered(stage);
  await stage.press('hold');
  await pbx().when((event) => event.type === 'hold' && event.call === call.id);
  await stage.page.reload();
  await pbx().when((event) => event.type === 'replaced' && event.call === call.id);
  await stage.card('connected');
  await stage.page.waitForSelector(on('hold'));
  await stage.press('hold');
  await stage.page.waitForSelector('[data-card-status]:has-text("Connected")');
  await stage.hears();
  expect(pbx().legs()).toEqual([call.id]);
  await stage.press('hangup');
  expect((await call.ended)?.by).toBe('agent');
  await stage.noCard();
});

test('the page is reloaded in a call, and the PBX takes neither Replaces nor a new connection: an honest end', async () => {
  const stage = await anna();
  const call = await answered(stage);
  pbx().knowReplaces(false);
  const before = pbx().events.length;
  await stage.page.reload();
  await stage.page.waitForSelector('[data-calls] tr[data-live="no"][data-status="Answered"]');
  // The customer is not left with nobody, and nobody is rung anew.
  expect((await call.ended)?.by).toBe('agent');
  expect(
    pbx()
      .events.slice(before)
      .filter(({ type }) => type === 'call'),
  ).toEqual([]);
  await stage.shows('phone', 'ready');
  await stage.shows('call', 'none');
  await stage.noCard();
  pbx().knowReplaces(true);
});
