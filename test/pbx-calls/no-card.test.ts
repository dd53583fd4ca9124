import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Stage } from '../browser/call-stage.ts';
import type { OutsideCall } from '../pbx/asterisk/outside.ts';
import { type Product, startProduct } from './product.ts';

/** No card, no way to answer: the PBX gets its call back while somebody else can still take it, and the CRM says why. */

const MARTA = { from: '+49301234567', name: 'Marta Lind' };

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterEach(async ({ task }) => {
  product.world.fake.clearFaults();
  await product.leave(task);
});
afterAll(() => product?.close());

/** The call is given back to the PBX, which was never answered. */
async function givenBack(anna: Stage, call: OutsideCall): Promise<void> {
  await anna.shows('call', 'offered');
  expect(['no_answer', 'unreachable', 'busy', 'failed']).toContain(await call.outcome);
  await anna.shows('call', 'none');
}

it('another card is open: asked for once more, then 480', async () => {
  const anna = await product.employee(1);
  await anna.page.evaluate(() => window.fakePortal.openPortalCard());
  const before = product.rest('show').length;
  const call = await product.pbx.callIn({ to: '1001', ...MARTA });
  await givenBack(anna, call);
  expect(product.rest('show').length).toBe(before + 1);
  expect(await product.recordOf(call)).toMatchObject({ statusCode: '480' });
  expect(product.rest('finish').at(-1)).toMatchObject({
    FAILED_REASON: 'No card opened: another card or a video call is open',
  });
});

it('a video call is on: the same', async () => {
  const anna = await product.employee(1);
  await anna.page.evaluate(() => Object.assign(window.fakePortal.options, { busy: true }));
  const call = await product.pbx.callIn({ to: '1001', ...MARTA });
  await givenBack(anna, call);
  expect(await product.recordOf(call)).toMatchObject({ statusCode: '480' });
});

it('the other card is closed in time: the second question opens ours', async () => {
  const anna = await product.employee(1);
  await anna.page.evaluate(() => Object.assign(window.fakePortal.options, { busy: true }));
  const call = await product.pbx.callIn({ to: '1001', ...MARTA });
  await anna.shows('call', 'offered');
  await anna.page.evaluate(() => Object.assign(window.fakePortal.options, { busy: false }));
  await anna.card('incoming');
  await anna.press('answer');
  expect(await call.outcome).toBe('answered');
  await call.hangup();
  await anna.noCard();
});

it('Bitrix24 is busy with itself (503): the call is recorded later, with the reason', async () => {
  const anna = await product.employee(1);
  product.world.fake.fault({
    method: 'telephony.externalcall.register',
    error: 'QUERY_LIMIT_EXCEEDED',
    status: 503,
    times: 1000,
  });
  const call = await product.pbx.callIn({ to: '1001', ...MARTA });
  await givenBack(anna, call);
  product.world.fake.clearFaults();
  expect(await product.recordOf(call)).toMatchObject({ statusCode: '480' });
  expect(product.rest('finish').at(-1)).toMatchObject({ FAILED_REASON: 'Bitrix24 did not register the call in time' });
});
