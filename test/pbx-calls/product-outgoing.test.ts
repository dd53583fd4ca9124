import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Stage } from '../browser/call-stage.ts';
import { LINE } from '../harness/cast.ts';
import type { AmiMessage } from '../pbx/asterisk/ami.ts';
import { clockRuns, crmRow, type Product, ready, says, startProduct } from './product.ts';
import { direction, microphoneSilent, soundsBothWays } from './sound.ts';

/** A click on a number goes out through Asterisk, and what can be done in a call. */

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterEach(({ task }) => product?.leave(task));
afterAll(() => product?.close());

const finishes = (callId: string) => product.rest('finish').filter((params) => params.CALL_ID === callId);
const finished = (callId: string) => product.finished((call) => call.callId === callId);
const asterisk = (fits: (event: AmiMessage) => boolean) => product.pbx.when(fits);
/** Events of Anna's own leg. */
const atAnna = ({ Channel = '' }: AmiMessage) => Channel.startsWith('PJSIP/1001-');

async function hangUp(stage: Stage) {
  await stage.press('hangup');
  await stage.noCard();
}

describe('click-to-call', () => {
  it('600: Bitrix24’s CALL_ID from click to CRM, the own voice comes back, and nothing is registered', async () => {
    const anna = await product.employee(1);
    const callId = product.clickToCall('600');
    await anna.card('connected');
    expect(await anna.page.getAttribute('[data-card]', 'data-call-id')).toBe(callId);
    await soundsBothWays(anna);
    await product.countsBothWays('1001');
    await clockRuns(anna);
    await hangUp(anna);
    const done = await finished(callId);
    expect(await crmRow(anna, callId)).toEqual({
      status: 'Answered',
      seconds: done.duration,
      line: LINE.number,
      agent: 'Anna Keller',
      direction: 'out',
    });
    expect(done.duration).toBeGreaterThan(0);
    expect(finishes(callId)).toHaveLength(1);
    expect(product.rest('register')).toEqual([]);
    expect(anna.person.errors).toEqual([]);
  });

  it('a customer’s number on a client’s page goes out on the chosen line, rings, and is answered', async () => {
    const anna = await product.employee(1);
    await anna.page.goto(`${product.world.portals[0].url}/contact/5/`);
    await ready(anna);
    await anna.page.click('[data-call="+49301234567"]');
    await anna.page.waitForSelector('[data-card]');
    const callId = (await anna.page.getAttribute('[data-card]', 'data-call-id')) ?? '';
    expect(await asterisk((event) => event.UserEvent === 'Outgoing')).toMatchObject({
      Number: '+49301234567',
      Line: LINE.number,
    });
    await anna.card('connected');
    await soundsBothWays(anna);
    await hangUp(anna);
    expect(await crmRow(anna, callId)).toMatchObject({ status: 'Answered', line: LINE.number });
    expect(product.rest('register')).toEqual([]);
  });

  it('608: the far end hangs up, the card goes by itself', async () => {
    const anna = await product.employee(1);
    const callId = product.clickToCall('608');
    await anna.card('connected');
    await anna.noCard();
    await anna.shows('call', 'none');
    expect((await finished(callId)).statusCode).toBe('200');
  });

  it('606: hung up while it rings, the PBX gets a CANCEL and the CRM “cancelled”', async () => {
    const anna = await product.employee(1);
    const callId = product.clickToCall('606');
    await says(anna, 'Ringing');
    const { Uniqueid } = await asterisk((event) => event.Event === 'Newchannel' && event.Exten === '606');
    await hangUp(anna);
    const end = await asterisk((event) => event.Event === 'Hangup' && event.Uniqueid === Uniqueid);
    // Never "Up": an answered channel would have ended with a BYE.
    expect(end.ChannelStateDesc).toBe('Ring');
    expect((await finished(callId)).statusCode).toBe('603-S');
  });

  it.each([
    ['604', 'busy', 'redial', 'Busy', '486'],
    ['605', 'not answered', 'redial', 'No answer', '480'],
    ['607', 'forbidden', 'error', 'The PBX does not allow this call', '403'],
    ['777', 'unknown', 'error', 'This number does not exist', '404'],
  ])('%s is %s: said on the card in words, and to the CRM by its code', async (number, _what, state, words, code) => {
    const anna = await product.employee(1);
    const callId = product.clickToCall(number);
    await anna.card(state);
    await says(anna, words);
    if (state === 'error') await anna.press('close');
    else await anna.page.keyboard.press('Escape');
    await anna.noCard();
    const done = await finished(callId);
    expect(done).toMatchObject({ statusCode: code, duration: 0, failedReason: words });
    expect(finishes(callId)).toHaveLength(1);
  });
});

describe('in a call', () => {
  it('hold: the customer hears music, the direction is the PBX’s answer, the microphone is silent; and all of it back', async () => {
    const anna = await product.employee(1);
    const call = await product.pbx.callIn({ to: '1001', from: '+49301234567', says: 'echo' });
    await anna.card('incoming');
    await anna.press('answer');
    await anna.card('connected');
    await soundsBothWays(anna);

    const music = (name: string) => asterisk((event) => event.Event === name && event.Linkedid === call.callId);
    await anna.press('hold');
    await says(anna, 'On hold');
    await music('MusicOnHoldStart');
    expect(await asterisk((event) => event.Event === 'Hold' && atAnna(event))).toMatchObject({ Linkedid: call.callId });
    expect(await direction(anna)).toBe('sendonly');
    await microphoneSilent(anna);

    await anna.press('hold');
    await says(anna, 'Connected');
    await music('MusicOnHoldStop');
    expect(await direction(anna)).toBe('sendrecv');
    await soundsBothWays(anna);
    await hangUp(anna);
    await call.ended;
  });

  it('mute: the microphone is silent while the call stands as it is, and speaks again', async () => {
    const anna = await product.employee(1);
    product.clickToCall('600');
    await anna.card('connected');
    await soundsBothWays(anna);
    await anna.press('mute');
    await anna.page.waitForSelector('[data-button="mute"][aria-pressed="true"]');
    await microphoneSilent(anna);
    expect(await direction(anna)).toBe('sendrecv');
    await anna.press('mute');
    await soundsBothWays(anna);
    await hangUp(anna);
  });

  it('muted and held, then taken from hold: still muted', async () => {
    const anna = await product.employee(1);
    product.clickToCall('600');
    await anna.card('connected');
    await anna.press('mute');
    await anna.press('hold');
    await says(anna, 'On hold');
    await anna.press('hold');
    await says(anna, 'Connected');
    await microphoneSilent(anna);
    await anna.press('mute');
    await soundsBothWays(anna);
    await hangUp(anna);
  });

  it('603: the keys of the card’s dialpad reach the PBX, each once and in order', async () => {
    const anna = await product.employee(1);
    product.clickToCall('603');
    await anna.card('connected');
    await anna.press('dialpad');
    for (const key of '190*8#') await anna.page.click(`[data-key="${key}"]`);
    const { Digits } = await asterisk((event) => event.UserEvent === 'Collected');
    expect(Digits).toBe('190*8');
    await anna.noCard();
  });
});
