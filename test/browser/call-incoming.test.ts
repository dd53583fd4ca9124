import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { launchBrowser, type TestBrowser } from '../harness/browser.ts';
import { LINE } from '../harness/cast.ts';
import { startWorld, type World } from '../harness/world.ts';
import { openStage, type Stage } from './call-stage.ts';

/** Incoming calls: fake portal, demo PBX, real Chromium with real media. */

const CALLER = { from: '+49301234567', name: 'Marta Lind', line: LINE.number };

let browser: TestBrowser;
let world: World;
let stages: Stage[] = [];

beforeAll(async () => {
  [browser, world] = await Promise.all([launchBrowser(), startWorld()]);
});
afterAll(async () => {
  await browser?.close();
  await world?.close();
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') console.log(await browser.evidence(task.name));
  await Promise.all(stages.map((stage) => stage.close()));
  stages = [];
});

async function anna(): Promise<Stage> {
  const stage = await openStage(browser, world, 1);
  stages.push(stage);
  await stage.shows('phone', 'ready');
  return stage;
}
const pbx = () => world.pbx ?? expect.fail('no PBX');

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
