import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Stage } from '../browser/call-stage.ts';
import { until } from '../harness/until.ts';
import { CUSTOMERS, type Kamailio, startKamailio } from '../pbx/kamailio/kamailio.ts';
import { answer, hangUp, fromNow as since } from './peer.ts';
import { clockRuns, type ProductOn, says, startProductOn } from './product.ts';
import { direction, soundsBothWays } from './sound.ts';

/**
 * A page is reloaded in the middle of a call behind a proxy, where the customer's own phone decides: baresip refuses
 * Replaces (420) and is spoken to inside the old dialog, a colleague's phone takes it.
 */

let product: ProductOn<Kamailio>;
beforeAll(async () => {
  product = await startProductOn(startKamailio);
  // This customer's phone knows no Replaces in a REFER either.
  await product.calls({ transfer: 'blind' });
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') console.log(product?.pbx.log());
  await product?.pbx.outside.command('hangupall').catch(() => undefined);
  await product?.leave(task);
});
afterAll(() => product?.close());

const fromNow = () => since(product.pbx);

/** Reloads, and waits until the far end has agreed to the INVITE inside the old dialog, which is `callId`'s. */
async function reload(stage: Stage, callId: string) {
  const now = fromNow();
  await stage.page.reload();
  const replaces = await now.sent(({ what, replaces }) => what === 'INVITE' && replaces !== '');
  expect(replaces.callId).not.toBe(callId);
  await now.sent(({ what }) => what === '420 INVITE');
  await now.sent((event) => event.what === 'INVITE' && event.callId === callId);
  await now.sent((event) => event.what === '200 INVITE' && event.callId === callId);
  await stage.shows('call', 'talking');
  await stage.card('connected');
  await soundsBothWays(stage);
  return now;
}

const stays = (now: ReturnType<typeof fromNow>) => {
  expect(now.events().filter(({ type }) => type === 'CALL_CLOSED')).toEqual([]);
  expect(now.wire().filter(({ what }) => what === 'BYE')).toEqual([]);
};

/** Anna talks with a customer who called. */
async function calledIn() {
  const anna = await product.employee(1);
  const now = fromNow();
  await product.pbx.callIn('1001');
  const { callId } = await now.sent(({ what }) => what === 'INVITE');
  await answer(anna);
  await soundsBothWays(anna);
  await clockRuns(anna);
  return { anna, callId };
}

describe('the customer’s phone knows no Replaces', () => {
  it('they called: the page is reloaded, both hear each other again, and the CRM has one call', async () => {
    const { anna, callId } = await calledIn();
    stays(await reload(anna, callId));
    await clockRuns(anna);
    const now = fromNow();
    await hangUp(anna);
    await now.said(({ type }) => type === 'CALL_CLOSED');
    const name = `g:${callId}`;
    const done = await product.finished((call) => call.externalCallId === name);
    expect(done).toMatchObject({ statusCode: '200' });
    expect(done.duration).toBeGreaterThan(1);
    expect(product.rest('register').filter(({ EXTERNAL_CALL_ID }) => EXTERNAL_CALL_ID === name)).toHaveLength(1);
  });

  it('they were called by a click: the same, and their hang-up ends it', async () => {
    const anna = await product.employee(1);
    const now = fromNow();
    const id = product.clickToCall(CUSTOMERS.tone);
    await anna.card('connected');
    const { callId } = await now.sent(({ what }) => what === 'INVITE');
    await soundsBothWays(anna);
    const finishes = product.rest('finish').length;
    stays(await reload(anna, callId));
    await product.pbx.outside.command('hangup');
    await anna.noCard();
    await anna.shows('call', 'none');
    expect((await product.finished((call) => call.callId === id)).statusCode).toBe('200');
    expect(product.rest('finish')).toHaveLength(finishes + 1);
  });

  it('hold, keys, another reload, hold again and a transfer go on working inside the old dialog', async () => {
    const ben = await product.employee(2);
    const { anna, callId } = await calledIn();
    await reload(anna, callId);
    await anna.press('hold');
    await says(anna, 'On hold');
    expect(await direction(anna)).toBe('sendonly');
    await anna.press('hold');
    await says(anna, 'Connected');
    const now = fromNow();
    await anna.press('dialpad');
    for (const key of '42#') await anna.page.click(`[data-key="${key}"]`);
    await now.said(({ type, param }) => type === 'CALL_DTMF_START' && param === '#');
    expect(now.keys().join('')).toBe('42#');
    await anna.press('mute');
    await anna.press('hold');
    await says(anna, 'On hold');

    // Held and muted, and once more.
    const again = fromNow();
    await anna.page.reload();
    await says(anna, 'On hold');
    await anna.page.waitForSelector('[data-card] [data-button="mute"][aria-pressed="true"]');
    stays(again);
    await anna.press('hold');
    await says(anna, 'Connected');
    await anna.press('mute');
    await soundsBothWays(anna);

    const moved = fromNow();
    await anna.press('transfer');
    await anna.page.fill('[data-transfer-number]', '1002');
    await anna.page.click('[data-transfer-go]');
    await answer(ben);
    expect((await moved.sent(({ what }) => what === 'REFER')).callId).toBe(callId);
    await anna.noCard();
    await ben.card('connected');
    await soundsBothWays(ben);
    await hangUp(ben);
  });

  it('they hang up while the page is away: 481 to all that is tried, and the CRM has the length', async () => {
    const { anna, callId } = await calledIn();
    const portal = anna.page.url();
    await anna.page.goto('about:blank');
    const now = fromNow();
    await product.pbx.outside.command('hangup');
    await now.said(({ type }) => type === 'CALL_CLOSED');
    await anna.page.goto(portal);
    const done = await product.finished((call) => call.externalCallId === `g:${callId}`);
    expect(done).toMatchObject({ statusCode: '200' });
    await anna.shows('call', 'none');
  });
});

describe('the far end is a colleague’s phone', () => {
  it('it takes Replaces: the same call to both, on one card each', async () => {
    const [anna, ben] = await Promise.all([product.employee(1), product.employee(2)]);
    const id = product.clickToCall('1002');
    await answer(ben);
    await anna.card('connected');
    await soundsBothWays(anna);
    const now = fromNow();
    await anna.page.reload();
    const { callId } = await now.sent(({ what, replaces }) => what === 'INVITE' && replaces !== '');
    await now.sent((event) => event.what === '200 INVITE' && event.callId === callId);
    await until('the end of the old leg', () => now.wire().some(({ what }) => what === 'BYE'));
    await anna.shows('call', 'talking');
    await anna.card('connected');
    await Promise.all([soundsBothWays(anna), soundsBothWays(ben)]);
    await ben.card('connected');
    await hangUp(anna);
    await ben.noCard();
    expect((await product.finished((call) => call.callId === id)).statusCode).toBe('200');
  });
});
