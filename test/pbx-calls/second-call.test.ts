import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { DEFAULT_PREFERENCES } from '../../src/protocol/frame.ts';
import type { Stage } from '../browser/call-stage.ts';
import { until } from '../harness/until.ts';
import type { OutsideCall } from '../pbx/asterisk/outside.ts';
import { endsBoth, type Product, says, startProduct } from './product.ts';

/** Two customers at once, and what a person prefers: the card's one row of buttons, the panel's acts, Asterisk's view. */

const MARTA = { from: '+49301234567', name: 'Marta Lind' };
const PAUL = { from: '+49407654321', name: 'Paul Weber' };

let product: Product;
beforeAll(async () => {
  product = await startProduct();
  await product.calls({ conference: '7{user}' });
});
afterEach(({ task }) => product?.leave(task));
afterAll(() => product?.close());

async function talking(): Promise<{ anna: Stage; marta: OutsideCall }> {
  const { anna, call } = await product.talking(MARTA);
  return { anna, marta: call };
}

/** Paul has called in as well and was answered by the hold button. */
async function twoCalls() {
  const { anna, marta } = await talking();
  const paul = await product.pbx.callIn({ to: '1001', ...PAUL });
  await says(anna, 'Second call: Paul Weber');
  await anna.press('hold');
  expect(await paul.outcome).toBe('answered');
  await says(anna, 'You are talking with Paul Weber');
  return { anna, marta, paul };
}

it('is answered and swapped by the hold button, and ended alone', async () => {
  const { anna, marta, paul } = await twoCalls();
  await anna.press('hold');
  await says(anna, 'Paul Weber waits on hold');
  await anna.hears();
  await anna.press('hold');
  await says(anna, 'You are talking with Paul Weber');
  await endsBoth(product, anna, { talked: paul, held: marta });
});

it('gets the card when the first one hangs up', async () => {
  const { anna, marta, paul } = await twoCalls();
  await marta.hangup();
  await product.recordOf(marta);
  await anna.page.waitForSelector('[data-card][data-ui-state="connected"]:has-text("Paul Weber")');
  await anna.press('hangup');
  await paul.ended;
  await anna.noCard();
  expect(await product.recordOf(paul)).toMatchObject({ statusCode: '200' });
});

it('is declined on the panel', async () => {
  const { anna, marta } = await talking();
  const paul = await product.pbx.callIn({ to: '1001', ...PAUL });
  await says(anna, 'Second call: Paul Weber');
  await declineSecond(anna);
  expect(await paul.outcome).toBe('busy');
  await says(anna, 'Connected');
  await marta.hangup();
  await anna.noCard();
});

/** The panel names legs; the phone says them to whoever asks on the channel. */
async function declineSecond(stage: Stage): Promise<void> {
  const { room } = await product.world.admin.session(product.world.portals[0].memberId, 1);
  const frame = await stage.frame();
  await frame.evaluate(async (name) => {
    const channel = new BroadcastChannel(name);
    const panel = new Promise<{ calls: { leg: string; phase: string }[] }>((resolve) => {
      channel.addEventListener('message', ({ data }) => data.t === 'panel' && resolve(data.panel));
    });
    channel.postMessage({ t: 'panel?', from: 'panel' });
    const leg = (await panel).calls.find(({ phase }) => phase === 'offered')?.leg;
    channel.postMessage({ t: 'act', from: 'panel', act: { act: 'decline', leg } });
  }, `b24phone:${room}`);
}

it('joins the first one on the PBX’s bridge, and both records end when the person leaves it', async () => {
  const { anna, marta, paul } = await twoCalls();
  await product.act(1, anna, { act: 'confer' });
  await says(anna, 'Conference with Marta Lind and Paul Weber');
  expect(await product.pbx.cli('confbridge list 71001')).toMatch(/PJSIP\/1001-/);
  await until('three channels on the bridge', async () => {
    const rooms = await product.pbx.cli('confbridge list');
    return /71001\s+3\b/.test(rooms);
  });
  await anna.hears();
  await anna.press('hangup');
  await anna.noCard();
  expect(await product.recordOf(marta)).toMatchObject({ statusCode: '200' });
  expect(await product.recordOf(paul)).toMatchObject({ statusCode: '200' });
  await Promise.all([marta.hangup(), paul.hangup()]);
});

it('who does not want to be disturbed is not rung, and the CRM knows why', async () => {
  const anna = await product.employee(1);
  await product.act(1, anna, { act: 'prefer', preferences: { ...DEFAULT_PREFERENCES, doNotDisturb: true } });
  const call = await product.pbx.callIn({ to: '1001', ...MARTA });
  expect(await call.outcome).not.toBe('answered');
  expect(await product.recordOf(call)).toMatchObject({ statusCode: '480' });
  await product.act(1, anna, { act: 'prefer', preferences: DEFAULT_PREFERENCES });
});

it('who wants no second call is busy', async () => {
  const { anna, marta } = await talking();
  await product.act(1, anna, { act: 'prefer', preferences: { ...DEFAULT_PREFERENCES, callWaiting: false } });
  const paul = await product.pbx.callIn({ to: '1001', ...PAUL });
  expect(await paul.outcome).toBe('busy');
  expect(await product.recordOf(paul)).toMatchObject({ statusCode: '486' });
  await product.act(1, anna, { act: 'prefer', preferences: DEFAULT_PREFERENCES });
  await marta.hangup();
  await anna.noCard();
});

it('answers by itself where the person wants that', async () => {
  const anna = await product.employee(1);
  await product.act(1, anna, { act: 'prefer', preferences: { ...DEFAULT_PREFERENCES, autoAnswerS: 1 } });
  const call = await product.pbx.callIn({ to: '1001', ...MARTA });
  await anna.card('connected');
  expect(await call.outcome).toBe('answered');
  await product.act(1, anna, { act: 'prefer', preferences: DEFAULT_PREFERENCES });
  await call.hangup();
  await anna.noCard();
});
