import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Stage } from '../browser/call-stage.ts';
import { LINE } from '../harness/cast.ts';
import type { CallInOptions } from '../pbx/asterisk/outside.ts';
import { clockRuns, crmRow, externalId, type Product, says, startProduct } from './product.ts';
import { soundsBothWays } from './sound.ts';

/** A customer calls in through Asterisk: what the employee sees, what the customer hears, what the CRM keeps. */

const CUSTOMER = { from: '+49301234567', name: 'Marta Lind', line: LINE.number };

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterEach(({ task }) => product?.leave(task));
afterAll(() => product?.close());

/** A customer whose own voice is the agent's, repeated: hearing it proves both directions. */
const callIn = (options: Partial<CallInOptions> = {}) =>
  product.pbx.callIn({ to: '1001', says: 'echo', ...CUSTOMER, ...options });

async function answer(stage: Stage) {
  await stage.card('incoming');
  await stage.press('answer');
  await stage.card('connected');
}
const registered = (linkedId: string) =>
  product.rest('register').filter((params) => params.EXTERNAL_CALL_ID === externalId(linkedId));
const finishes = (callId: string) => product.rest('finish').filter((params) => params.CALL_ID === callId);
const finished = (callId: string) => product.recordOf({ callId });

describe('one agent', () => {
  it('the card shows who calls on which line; answered by click it sounds both ways; hung up, the CRM has it once', async () => {
    const anna = await product.employee(1);
    const before = product.rest('register').length;
    const call = await callIn();
    await anna.card('incoming');
    // The CRM's company may stand between the two.
    await anna.page.waitForSelector(`[data-card-title]:text-matches("${CUSTOMER.name}.*${CUSTOMER.from.slice(1)}")`);
    await says(anna, `Ringing on ${LINE.number}`);
    await anna.press('answer');
    await anna.card('connected');
    expect(await call.outcome).toBe('answered');
    await soundsBothWays(anna);
    await product.countsBothWays('1001');
    await clockRuns(anna);
    await anna.press('hangup');
    await anna.noCard();
    await call.ended;

    const done = await finished(call.callId);
    expect(await crmRow(anna, done.callId)).toEqual({
      status: 'Answered',
      seconds: done.duration,
      line: LINE.number,
      agent: 'Anna Keller',
      direction: 'in',
    });
    expect(done.duration).toBeGreaterThan(0);
    expect(registered(call.callId)).toHaveLength(1);
    expect(product.rest('register')).toHaveLength(before + 1);
    expect(finishes(done.callId)).toHaveLength(1);
    expect(finishes(done.callId)[0]).toMatchObject({ USER_ID: '1', STATUS_CODE: '200' });
    expect(anna.person.errors).toEqual([]);
  });

  it('the customer hangs up: the card goes by itself, the CRM has the call with its length', async () => {
    const anna = await product.employee(1);
    const call = await callIn();
    await answer(anna);
    await soundsBothWays(anna);
    await clockRuns(anna);
    await call.hangup();
    await anna.noCard();
    await anna.shows('call', 'none');
    const done = await finished(call.callId);
    const row = await crmRow(anna, done.callId);
    expect(row.status).toBe('Answered');
    expect(row.seconds).toBeGreaterThan(0);
    expect(registered(call.callId)).toHaveLength(1);
    expect(finishes(done.callId)).toHaveLength(1);
  });

  // One test for three ends: an unanswered call waits a while for the queue to ring on before the CRM is told.
  it('given up is missed, skipped is declined, not answered is missed: the PBX knows at once, the CRM each by its name', async () => {
    const anna = await product.employee(1);
    const givenUp = await callIn();
    await anna.card('incoming');
    await givenUp.hangup();
    expect(await givenUp.outcome).toBe('cancelled');
    await anna.noCard();
    await anna.shows('call', 'none');

    const skipped = await callIn();
    await anna.card('incoming');
    await anna.press('skip');
    expect(await skipped.outcome).toBe('busy');
    await anna.noCard();

    const unanswered = await callIn({ ringSeconds: 1 });
    expect(await unanswered.outcome).toBe('no_answer');
    await anna.noCard();
    await anna.shows('call', 'none');

    const ends = await Promise.all([givenUp, skipped, unanswered].map(({ callId }) => finished(callId)));
    expect(ends.map(({ statusCode, duration }) => [statusCode, duration])).toEqual([
      ['304', 0],
      ['603', 0],
      ['304', 0],
    ]);
    expect(await Promise.all(ends.map(async ({ callId }) => (await crmRow(anna, callId)).status))).toEqual([
      'Missed',
      'Declined',
      'Missed',
    ]);
    expect(ends.map(({ callId }) => finishes(callId).length)).toEqual([1, 1, 1]);
  });
});

describe('two agents rung at once with one X-Call-Id', () => {
  it.each([
    ['a queue', 'support'],
    ['one Dial', ['1001', '1002']],
  ])(
    '%s: registered once, shown to both, hidden from who was slower, finished with who answered',
    async (_name, to) => {
      const [anna, ben] = await Promise.all([product.employee(1), product.employee(2)]);
      await product.pbx.freeInQueue(['1001', '1002']);
      const call = await callIn({ to });
      await Promise.all([anna.card('incoming'), ben.card('incoming')]);
      await ben.press('answer');
      await ben.card('connected');
      await anna.noCard();
      await anna.shows('call', 'none');
      expect(await call.outcome).toBe('answered');
      await soundsBothWays(ben);
      await ben.card('connected');
      await clockRuns(ben);
      await ben.press('hangup');
      await ben.noCard();
      await call.ended;

      const done = await finished(call.callId);
      const about = (method: 'show' | 'hide') =>
        product.rest(method).filter((params) => params.CALL_ID === done.callId);
      const [first] = registered(call.callId);
      const second = first?.USER_ID === '1' ? '2' : '1';
      expect(registered(call.callId)).toHaveLength(1);
      expect(about('show').map((params) => params.USER_ID)).toEqual([second]);
      expect(about('hide').map((params) => params.USER_ID)).toEqual([['1']]);
      expect(finishes(done.callId)).toHaveLength(1);
      expect(finishes(done.callId)[0]).toMatchObject({ USER_ID: '2', STATUS_CODE: '200' });
      expect(await crmRow(ben, done.callId)).toMatchObject({ status: 'Answered', agent: 'Ben Okafor' });
    },
  );
});
