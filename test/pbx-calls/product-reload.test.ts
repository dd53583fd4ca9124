import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { listening, type Stage, stageOf } from '../browser/call-stage.ts';
import { until } from '../harness/until.ts';
import { clockRuns, type Product, ready, says, startProduct } from './product.ts';
import { soundsBothWays } from './sound.ts';

/** A page is reloaded, left or closed in the middle of a call, and the customer stays on the line. */

const CUSTOMER = '+49301234567';

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
let call: Awaited<ReturnType<Product['pbx']['callIn']>> | null = null;
afterEach(async ({ task }) => {
  await call?.hangup().catch(() => {});
  call = null;
  await product?.leave(task);
});
afterAll(() => product?.close());

const callIn = async () => {
  call = await product.pbx.callIn({ to: '1001', from: CUSTOMER, says: 'tone' });
  return call;
};

async function answer(stage: Stage) {
  await stage.card('incoming');
  await stage.press('answer');
  await stage.card('connected');
  await clockRuns(stage);
}

/** The employee's legs at Asterisk: a call that was taken over has another one. */
const legs = async () =>
  (await product.pbx.channelStats()).map(({ channel }) => channel).filter((channel) => channel.startsWith('1001-'));

async function newLeg(before: readonly string[]) {
  await until('the new page to have the call', async () => {
    const now = await legs();
    return now.length === 1 && !before.includes(now[0] ?? '');
  });
}

describe('a live call survives its page', () => {
  it('incoming: reloaded, the card is back, both hear each other, and the CRM has one call', async () => {
    const anna = await product.employee(1);
    const customer = await callIn();
    await answer(anna);
    await soundsBothWays(anna);
    const before = await legs();
    await anna.page.reload();
    await newLeg(before);
    await anna.shows('call', 'talking');
    await anna.card('connected');
    await clockRuns(anna);
    await soundsBothWays(anna);
    await product.countsBothWays('1001');
    expect(await customer.outcome).toBe('answered');
    await anna.press('hangup');
    await anna.noCard();
    await customer.ended;
    const row = await product.finished(({ number }) => number === CUSTOMER);
    expect(row.duration).toBeGreaterThan(0);
    expect(product.rest('register')).toHaveLength(1);
    expect(product.rest('finish')).toMatchObject([{ STATUS_CODE: '200', USER_ID: '1' }]);
  });

  it('reloaded on hold and muted: held and muted as it was, and resumed by the card', async () => {
    const anna = await product.employee(1);
    const customer = await callIn();
    await answer(anna);
    await anna.press('mute');
    await anna.press('hold');
    await says(anna, 'On hold');
    const before = await legs();
    await anna.page.reload();
    await newLeg(before);
    await says(anna, 'On hold');
    await anna.page.waitForSelector('[data-card] [data-button="mute"][aria-pressed="true"]');
    await anna.press('hold');
    await anna.press('mute');
    await says(anna, 'Connected');
    await soundsBothWays(anna);
    await customer.hangup();
    await anna.noCard();
    await anna.shows('call', 'none');
  });

  it('the page is closed while another one is open: that one takes the call over', async () => {
    const anna = await product.employee(1);
    const customer = await callIn();
    await answer(anna);
    const page = await anna.person.context.newPage();
    await page.goto(anna.page.url());
    await listening(page);
    const other = stageOf(anna.person, page, product.world);
    await other.shows('phone', 'follower');
    const before = await legs();
    await anna.page.close();
    await newLeg(before);
    await ready(other);
    await other.card('connected');
    await soundsBothWays(other);
    await customer.hangup();
    await other.noCard();
  });

  it('the customer hangs up while the page is away: over, with an honest length', async () => {
    const anna = await product.employee(1);
    const customer = await callIn();
    await answer(anna);
    const finishes = product.rest('finish').length;
    const portal = anna.page.url();
    await anna.page.goto('about:blank');
    await customer.hangup();
    await customer.ended;
    await anna.page.goto(portal);
    await anna.shows('call', 'none');
    await until('the finish', () => product.rest('finish').length === finishes + 1);
    expect(product.rest('finish').at(-1)).toMatchObject({ STATUS_CODE: '200' });
  });
});
