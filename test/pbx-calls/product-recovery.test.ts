import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Stage } from '../browser/call-stage.ts';
import { type Product, ready, says, startProduct } from './product.ts';
import { soundsBothWays } from './sound.ts';

/** The PBX, or the way to it, fails and comes back: nobody has to reload a page. */

const CUSTOMER = '+49301234567';

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterEach(({ task }) => product?.leave(task));
afterAll(() => product?.close());

const callIn = () => product.pbx.callIn({ to: '1001', from: CUSTOMER, says: 'echo' });

async function answer(stage: Stage) {
  await stage.card('incoming');
  await stage.press('answer');
  await stage.card('connected');
}

/** Cuts the phone's WebSocket and waits until Asterisk knows the next one. */
async function cutAndComeBack() {
  const before = await product.contact('1001');
  expect(before).toBeDefined();
  product.way.cut();
  await product.registersAnew('1001', before);
}

describe('nobody talks', () => {
  it('the WebSocket is cut: the phone registers again by itself, and rings', async () => {
    const anna = await product.employee(1);
    await cutAndComeBack();
    await anna.shows('phone', 'ready');
    const call = await callIn();
    await answer(anna);
    expect(await call.outcome).toBe('answered');
    await soundsBothWays(anna);
    await call.hangup();
    await anna.noCard();
  });

  it('a page that is reloaded registers in the place of its old self: the PBX has one contact, and it rings', async () => {
    const anna = await product.employee(1);
    const before = await product.contact('1001');
    await anna.page.reload();
    await product.registersAnew('1001', before);
    expect([...(await product.pbx.cli('pjsip show contacts')).matchAll(/1001\/sip:/g)]).toHaveLength(1);
    await ready(anna);
    const call = await callIn();
    await answer(anna);
    await call.hangup();
    await anna.noCard();
  });

  it('Asterisk is away: the phone says so on a click; it is back: the phone registers again by itself, and rings', async () => {
    const anna = await product.employee(1);
    await product.stopPbx();
    await anna.shows('phone', 'pbx_unreachable');
    product.clickToCall(CUSTOMER);
    await anna.card('error');
    await says(anna, 'The PBX can’t be reached');
    await anna.press('close');
    await anna.noCard();

    await product.startPbx();
    await anna.shows('phone', 'ready');
    const call = await callIn();
    await answer(anna);
    expect(await call.outcome).toBe('answered');
    await soundsBothWays(anna);
    await call.hangup();
    await anna.noCard();
  });
});

describe('it rings', () => {
  it('the WebSocket is cut: the card goes, and the phone does not ring on for a caller that it can’t hear of', async () => {
    const anna = await product.employee(1);
    const call = await callIn();
    await anna.card('incoming');
    const frame = await anna.frame();
    const silent = () => document.querySelector<HTMLAudioElement>('#ring')?.paused;
    expect(await frame.evaluate(silent)).toBe(false);
    product.way.cut();
    await anna.noCard();
    expect(await frame.evaluate(silent)).toBe(true);
    await anna.shows('phone', 'ready');
    // Asterisk has given the call up with its connection.
    await call.ended;
  });

  it('the caller hangs up: it is silent at once', async () => {
    const anna = await product.employee(1);
    const call = await callIn();
    await anna.card('incoming');
    const frame = await anna.frame();
    await call.hangup();
    await frame.waitForFunction(() => document.querySelector<HTMLAudioElement>('#ring')?.paused === true, undefined, {
      polling: 50,
    });
    await anna.noCard();
  });
});

describe('in a call', () => {
  it('the WebSocket is cut: sound goes on, and the customer’s hang-up still arrives', async () => {
    const anna = await product.employee(1);
    const call = await callIn();
    await answer(anna);
    await soundsBothWays(anna);
    await cutAndComeBack();
    await anna.shows('phone', 'ready');
    await anna.card('connected');
    await soundsBothWays(anna);
    await call.hangup();
    await anna.noCard();
    await anna.shows('call', 'none');
  });

  it('the WebSocket is cut: the employee’s hang-up still reaches the customer', async () => {
    const anna = await product.employee(1);
    const call = await callIn();
    await answer(anna);
    await cutAndComeBack();
    await anna.shows('phone', 'ready');
    await anna.press('hangup');
    await anna.noCard();
    await call.ended;
  });
});
