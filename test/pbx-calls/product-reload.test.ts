import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { listening, type Stage, stageOf } from '../browser/call-stage.ts';
import { until } from '../harness/until.ts';
import { clockRuns, endsBoth, externalId, type Product, ready, says, startProduct } from './product.ts';
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

const isOf =
  ({ callId }: { readonly callId: string }) =>
  ({ externalCallId }: { readonly externalCallId: string | null }) =>
    externalCallId === externalId(callId);

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

  it('a link is clicked: the next page of the portal has the call, and Asterisk counts sound both ways', async () => {
    const anna = await product.employee(1);
    const customer = await callIn();
    await answer(anna);
    const before = await legs();
    await anna.page.click('.menu-item:not(.is-current)');
    await newLeg(before);
    await anna.shows('call', 'talking');
    await anna.card('connected');
    await soundsBothWays(anna);
    await product.countsBothWays('1001');
    await customer.hangup();
    await anna.noCard();
  });

  it('the phone’s renderer crashes, and the person reloads the page: the same', async () => {
    const anna = await product.employee(1);
    const customer = await callIn();
    await answer(anna);
    const before = await legs();
    const devtools = await anna.person.context.newCDPSession(await anna.frame());
    await devtools.send('Inspector.enable');
    const crashed = new Promise((done) => devtools.once('Inspector.targetCrashed', done));
    // Whoever has crashed answers nothing.
    devtools.send('Page.crash').catch(() => {});
    await crashed;
    expect(await legs()).toEqual(before);
    // Playwright has done with a page of which a part has crashed; a person has not.
    const tab = await anna.person.context.newCDPSession(anna.page);
    const { loaderId } = (await tab.send('Page.getFrameTree')).frameTree.frame;
    const card = "document.querySelector('[data-card]')?.dataset.uiState";
    const shows = async () => (await tab.send('Runtime.evaluate', { expression: card })).result.value;
    await tab.send('Page.reload');
    await newLeg(before);
    expect((await tab.send('Page.getFrameTree')).frameTree.frame.loaderId).not.toBe(loaderId);
    await until('the card', async () => (await shows()) === 'connected');
    await product.countsBothWays('1001');
    await customer.hangup();
    await until('no card', async () => (await shows()) === undefined);
  });

  it('a click-to-call keeps Bitrix24’s CALL_ID through a reload, and is finished once', async () => {
    const anna = await product.employee(1);
    const callId = product.clickToCall(CUSTOMER);
    await anna.card('connected');
    const before = await legs();
    const [registers, finishes] = [product.rest('register').length, product.rest('finish').length];
    await anna.page.reload();
    await newLeg(before);
    await anna.shows('call', 'talking');
    await anna.card('connected');
    await clockRuns(anna);
    await soundsBothWays(anna);
    await anna.press('hangup');
    await anna.noCard();
    const done = await product.finished((finished) => finished.callId === callId);
    expect(done).toMatchObject({ statusCode: '200' });
    expect(done.duration).toBeGreaterThan(0);
    expect(product.rest('register')).toHaveLength(registers);
    expect(product.rest('finish')).toHaveLength(finishes + 1);
  });

  it('two calls at once: the one on hold and the one that is talked on both come along', async () => {
    const anna = await product.employee(1);
    call = await product.pbx.callIn({ to: '1001', from: CUSTOMER, name: 'Marta Lind', says: 'tone' });
    const marta = call;
    await answer(anna);
    const paul = await product.pbx.callIn({ to: '1001', from: '+49407654321', name: 'Paul Weber', says: 'tone' });
    await says(anna, 'Second call: Paul Weber');
    await anna.press('hold');
    await says(anna, 'You are talking with Paul Weber');
    const before = await legs();
    expect(before).toHaveLength(2);
    await anna.page.reload();
    await until('both calls on the new page', async () => {
      const now = await legs();
      return now.length === 2 && now.every((leg) => !before.includes(leg));
    });
    await says(anna, 'You are talking with Paul Weber. Hold swaps · On hold');
    await anna.hears();
    await endsBoth(product, anna, { talked: paul, held: marta });
  });
});

describe('nobody goes on with it', () => {
  it('the page is closed for good: Asterisk ends its leg by rtp_timeout, and the CRM has the length', async () => {
    const anna = await product.employee(1);
    const customer = await callIn();
    await answer(anna);
    await anna.page.goto('about:blank');
    await customer.ended;
    const done = await until(
      'the finish',
      () => product.world.fake.portal(product.world.portals[0].memberId).finished.find(isOf(customer)),
      60_000,
    );
    expect(done).toMatchObject({ statusCode: '200' });
    // Of the half minute and more in which nobody was there, nothing counts.
    expect(done.duration).toBeLessThan(20);
    expect(await legs()).toEqual([]);
  }, 120_000);

  it('Asterisk refuses Replaces, agrees to a re-INVITE and stays silent: an honest end for both', async () => {
    const anna = await product.employee(1);
    const customer = await callIn();
    await answer(anna);
    await clockRuns(anna);
    // From the next page on the PBX is asked for something that it doesn't know.
    await anna.person.context.addInitScript(() => {
      const { send } = WebSocket.prototype;
      WebSocket.prototype.send = function (data) {
        send.call(this, typeof data === 'string' ? data.replace('Require: replaces', 'Require: nothing') : data);
      };
    });
    await anna.page.reload();
    await customer.ended;
    const done = await product.recordOf(customer);
    expect(done).toMatchObject({ statusCode: '200' });
    expect(done.duration).toBeGreaterThan(0);
    await anna.shows('call', 'none');
    expect(await legs()).toEqual([]);
  });
});
