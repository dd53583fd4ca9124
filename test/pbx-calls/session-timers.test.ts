import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openStage, type Stage } from '../browser/call-stage.ts';
import { launchBrowser, type TestBrowser } from '../harness/browser.ts';
import { startWorld, type World } from '../harness/world.ts';
import { type Asterisk, startAsterisk } from '../pbx/asterisk/asterisk.ts';
import { ready } from './product.ts';
import { soundsBothWays } from './sound.ts';

/** A PBX that wants session timers of everybody (RFC 4028): it answers 421 to a phone that has none. */

const AGENT = { user: '1001', password: 'asterisk-1001', name: 'Anna Keller', timers: 'required' } as const;

let browser: TestBrowser;
let pbx: Asterisk;
let world: World;
let stage: Stage;

beforeAll(async () => {
  const started = await startAsterisk([AGENT]);
  if (!started.available) throw new Error(started.reason);
  pbx = started;
  const address = { url: pbx.wsUrl, domain: pbx.domain, accounts: [{ ...AGENT, userId: 1 }] };
  [browser, world] = await Promise.all([launchBrowser(), startWorld({ pbx: address })]);
  stage = await openStage(browser, world, 1);
  await ready(stage);
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') console.log(await browser.evidence(task.name));
});
afterAll(async () => {
  await browser?.close();
  await world?.close();
  await pbx?.close();
});

async function hangUp(): Promise<void> {
  await stage.press('hangup');
  await stage.noCard();
  await stage.shows('call', 'none');
}

it('a call that we dial stands', async () => {
  world.fake.clickToCall({ userId: 1, number: '600' }, world.portals[0].memberId);
  await stage.card('connected');
  await soundsBothWays(stage);
  await hangUp();
});

it('a call that arrives stands', async () => {
  const call = await pbx.callIn({ to: '1001', from: '+49301234567', says: 'echo' });
  await stage.card('incoming');
  await stage.press('answer');
  await stage.card('connected');
  expect(await call.outcome).toBe('answered');
  await soundsBothWays(stage);
  await hangUp();
  await call.ended;
});
