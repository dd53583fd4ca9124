import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_CALLS } from '../../src/settings/calls-form.ts';
import type { Stage } from '../browser/call-stage.ts';
import { LINE, settingsFor } from '../harness/cast.ts';
import { CUSTOMERS, type Kamailio, startKamailio } from '../pbx/kamailio/kamailio.ts';
import { openPhone, servePhonePage } from '../pbx/page/open.ts';
import { answer, hangUp, fromNow as since } from './peer.ts';
import { clockRuns, crmRow, type ProductOn, says, startProductOn } from './product.ts';
import { direction, microphoneSilent, soundsBothWays } from './sound.ts';

/**
 * The phone behind a proxy (Kamailio, media through rtpengine): no PBX answers for the far end. What the phone sends
 * arrives at the customer's own SIP stack, and what that one does arrives here.
 */

let product: ProductOn<Kamailio>;
beforeAll(async () => {
  product = await startProductOn(startKamailio);
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') console.log(product?.pbx.log());
  await product?.pbx.outside.command('hangupall').catch(() => undefined);
  await product?.leave(task);
});
afterAll(() => product?.close());

const fromNow = () => since(product.pbx);
/** How the portal's administrator wants transfers made; phones learn of it with their next session. */
async function prefer(transfer: 'blind' | 'attended') {
  const { url } = product.way;
  const accounts = product.pbx.users.slice(0, 2).map((user, index) => ({ ...user, userId: index + 1 }));
  const form = settingsFor({ url, domain: product.pbx.domain, accounts });
  await product.world.admin.saveSettings(product.world.portals[0].memberId, {
    ...form,
    calls: { ...DEFAULT_CALLS, transfer },
  });
}

const finished = (callId: string) => product.finished((call) => call.callId === callId);

/** Anna talks with a customer who called. */
async function talking(): Promise<Stage> {
  const anna = await product.employee(1);
  await product.pbx.callIn('1001');
  await answer(anna);
  await soundsBothWays(anna);
  return anna;
}

describe('calls', () => {
  it('a customer calls: the card shows who and on which line, the customer’s own voice comes back, they hang up', async () => {
    const anna = await product.employee(1);
    const now = fromNow();
    await product.pbx.callIn('1001', CUSTOMERS.echo);
    const { callId: leg } = await now.sent(({ what }) => what === 'INVITE');
    await anna.card('incoming');
    await says(anna, `Ringing on ${LINE.number}`);
    await anna.press('answer');
    await anna.card('connected');
    await soundsBothWays(anna);
    await clockRuns(anna);
    await product.pbx.outside.command('hangup');
    await anna.noCard();
    await anna.shows('call', 'none');
    const done = await product.finished((call) => call.externalCallId === `g:${leg}`);
    expect(await crmRow(anna, done.callId)).toMatchObject({ status: 'Answered', line: LINE.number, direction: 'in' });
    expect(done.duration).toBeGreaterThan(0);
    expect(anna.person.errors).toEqual([]);
  });

  it('a click dials: the customer answers, sound goes both ways, our BYE reaches them', async () => {
    const anna = await product.employee(1);
    const now = fromNow();
    const callId = product.clickToCall(CUSTOMERS.echo);
    await anna.card('connected');
    await now.said(({ type }) => type === 'CALL_ESTABLISHED');
    await soundsBothWays(anna);
    await clockRuns(anna);
    await hangUp(anna);
    await now.said(({ type }) => type === 'CALL_CLOSED');
    expect((await finished(callId)).statusCode).toBe('200');
  });

  it('hung up while it rings: CANCEL, and 487 from the customer’s phone', async () => {
    const anna = await product.employee(1);
    const now = fromNow();
    const callId = product.clickToCall(CUSTOMERS.slow);
    await says(anna, 'Ringing');
    await hangUp(anna);
    await now.sent(({ what }) => what === 'CANCEL');
    await now.said(({ type }) => type === 'CALL_CLOSED');
    expect((await finished(callId)).statusCode).toBe('603-S');
  });

  it('the customer gives up while it rings: the card goes', async () => {
    const anna = await product.employee(1);
    await product.pbx.callIn('1001');
    await anna.card('incoming');
    await product.pbx.outside.command('hangup');
    await anna.noCard();
    await anna.shows('call', 'none');
  });

  it('604 is busy and 1099 nobody’s number: the card says so', async () => {
    const anna = await product.employee(1);
    for (const [number, state, words] of [
      ['604', 'redial', 'Busy'],
      ['1099', 'error', 'does not exist'],
    ] as const) {
      product.clickToCall(number);
      await anna.card(state);
      await says(anna, words);
      await anna.page.keyboard.press('Escape');
      await anna.noCard();
      await anna.shows('call', 'none');
    }
  });
});

describe('in a call', () => {
  it('hold: the customer’s phone gets it as sendonly, the microphone is silent; and all of it back', async () => {
    const anna = await talking();
    const now = fromNow();
    await anna.press('hold');
    await says(anna, 'On hold');
    const offer = await now.sent(({ what }) => what === 'INVITE');
    expect(offer).toMatchObject({ body: 'sendonly' });
    expect(await direction(anna)).toBe('sendonly');
    await microphoneSilent(anna);
    const later = fromNow();
    await anna.press('hold');
    await says(anna, 'Connected');
    expect(await later.sent(({ what }) => what === 'INVITE')).toMatchObject({ body: 'sendrecv' });
    await soundsBothWays(anna);
    await hangUp(anna);
  });

  it('the customer holds: their re-INVITE is answered with recvonly, and sound is back when they return', async () => {
    const anna = await talking();
    const now = fromNow();
    await product.pbx.outside.command('hold');
    expect(await now.sent(({ what }) => what === 'INVITE')).toMatchObject({ body: 'sendonly' });
    await now.sent(({ what }) => what === 'ACK');
    expect(await direction(anna)).toBe('recvonly');
    const later = fromNow();
    await product.pbx.outside.command('resume');
    await later.sent(({ what }) => what === 'ACK');
    expect(await direction(anna)).toBe('sendrecv');
    await soundsBothWays(anna);
    await hangUp(anna);
  });

  it('keys of the dialpad reach the customer’s phone in the sound (RFC 4733), each once and in order', async () => {
    const anna = await talking();
    const now = fromNow();
    await anna.press('dialpad');
    for (const key of '190*8#') await anna.page.click(`[data-key="${key}"]`);
    await now.said(({ type, param }) => type === 'CALL_DTMF_START' && param === '#');
    expect(now.keys().join('')).toBe('190*8#');
    expect(product.pbx.wire.all.filter(({ what }) => what === 'INFO')).toEqual([]);
    await hangUp(anna);
  });
});

const transferTo = async (stage: Stage, number: string) => {
  await stage.press('transfer');
  await stage.page.fill('[data-transfer-number]', number);
  await stage.page.click('[data-transfer-go]');
};

describe('a blind transfer, which the customer’s phone itself follows', () => {
  beforeAll(() => prefer('blind'));
  afterAll(() => prefer('attended'));

  it('to a colleague: they ring, answer and are heard; our leg ends after the NOTIFY', async () => {
    const ben = await product.employee(2);
    const anna = await talking();
    const now = fromNow();
    await transferTo(anna, '1002');
    expect((await now.sent(({ what }) => what === 'REFER')).referTo).toContain('1002');
    await now.sent(({ what }) => what === '202 REFER');
    await anna.card('transferring');
    await answer(ben);
    await now.sent(({ what, body }) => what === 'NOTIFY' && body === 'SIP/2.0 200 OK');
    await anna.noCard();
    await soundsBothWays(ben);
    await hangUp(ben);
  });

  it('to somebody who is not there: the customer is still ours', async () => {
    const anna = await talking();
    const now = fromNow();
    await transferTo(anna, '1003');
    await now.sent(({ what, body }) => what === 'NOTIFY' && body.startsWith('SIP/2.0 480'));
    await anna.card('transferFailed');
    await anna.press('cancel');
    await anna.card('connected');
    await soundsBothWays(anna);
    await hangUp(anna);
  });
});

describe('an attended transfer', () => {
  it('the target’s phone takes the customer in our place: INVITE with Replaces, and both hear each other', async () => {
    const [anna, ben] = await Promise.all([product.employee(1), product.employee(2)]);
    const site = await servePhonePage();
    const customer = await openPhone(product.browser, site.url);
    try {
      const [, , account] = product.pbx.users;
      if (account === undefined) throw new Error('no third account');
      await customer.phone.connect({ url: product.pbx.wsUrl, domain: product.pbx.domain, ...account });
      const first = await customer.phone.dial('1001');
      await answer(anna);
      await customer.phone.reached(first, 'established');
      const now = fromNow();
      await transferTo(anna, '1002');
      await answer(ben);
      await says(anna, '1002');
      await anna.press('complete');
      expect((await now.sent(({ what, from }) => what === 'INVITE' && from === '1003')).replaces).toContain('to-tag');
      await anna.noCard();
      await ben.card('connected');
      await soundsBothWays(ben);
      await hangUp(ben);
    } finally {
      await customer.close();
      await site.close();
    }
  });
});

describe('two agents', () => {
  it('each holds the other, each resumes: sound both ways again', async () => {
    const [anna, ben] = await Promise.all([product.employee(1), product.employee(2)]);
    product.clickToCall('1002');
    await answer(ben);
    await anna.card('connected');
    await soundsBothWays(anna);
    for (const words of ['On hold', 'Connected']) {
      for (const stage of [anna, ben]) {
        await stage.press('hold');
        await says(stage, words);
      }
    }
    await Promise.all([soundsBothWays(anna), soundsBothWays(ben)]);
    await hangUp(anna);
    await ben.noCard();
  });

  it('a proxy forks: both ring with one Call-ID, it is one call in the CRM, finished with who answered', async () => {
    const [anna, ben] = await Promise.all([product.employee(1), product.employee(2)]);
    const now = fromNow();
    await product.pbx.callIn('support');
    const { callId: name } = await now.sent(({ what }) => what === 'INVITE');
    await Promise.all([anna.card('incoming'), ben.card('incoming')]);
    await ben.press('answer');
    await ben.card('connected');
    await anna.noCard();
    await soundsBothWays(ben);
    await clockRuns(ben);
    await hangUp(ben);
    const done = await product.finished((call) => call.externalCallId === `g:${name}`);
    expect(await crmRow(ben, done.callId)).toMatchObject({ status: 'Answered', agent: 'Ben Okafor' });
    expect(product.rest('register').filter(({ EXTERNAL_CALL_ID }) => EXTERNAL_CALL_ID === `g:${name}`)).toHaveLength(1);
  });
});

describe('registration', () => {
  it('the WebSocket is cut: the phone registers again by itself, and rings', async () => {
    const anna = await product.employee(1);
    const now = fromNow();
    product.way.cut();
    await now.sent(({ what }) => what === 'REGISTER');
    await anna.shows('phone', 'ready');
    await product.pbx.callIn('1001');
    await answer(anna);
    await soundsBothWays(anna);
    await hangUp(anna);
  });

  it('a wrong password is refused, said, and not tried again and again', async () => {
    const { wsUrl: url, domain, users } = product.pbx;
    const accounts = users.slice(0, 2).map(({ user, name }, n) => ({ userId: n + 1, user, password: 'wrong', name }));
    await product.world.admin.saveSettings(product.world.portals[0].memberId, settingsFor({ url, domain, accounts }));
    await expect(product.employee(1, 'wrong_password')).resolves.toBeDefined();
  });
});
