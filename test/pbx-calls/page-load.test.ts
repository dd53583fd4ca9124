import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Stage } from '../browser/call-stage.ts';
import { LINE } from '../harness/cast.ts';
import { until } from '../harness/until.ts';
import type { OutsideCall } from '../pbx/asterisk/outside.ts';
import { clockRuns, externalId, type Product, routeOf, startProduct } from './product.ts';
import { soundsBothWays } from './sound.ts';

/** A call arrives while the only page of the person is loading: by the dial plan of docs/routing.md it rings all the same. */

/** Longer than Asterisk needs to find nobody and to ask (ms); a strike is 5000. */
const SLOW_LOAD_MS = 2000;

let product: Product;
let call: OutsideCall | null = null;
beforeAll(async () => {
  product = await startProduct();
});
afterEach(async ({ task }) => {
  product?.world.proxy.setPlacementDelay(0);
  await call?.hangup().catch(() => {});
  call = null;
  await product?.leave(task);
});
afterAll(() => product?.close());

const callIn = async () => {
  const route = await routeOf(product);
  call = await product.pbx.callIn({ to: '1001', from: '+49407654321', line: LINE.number, says: 'tone', route });
  return call;
};
const registrations = (callId: string) =>
  product.rest('register').filter((params) => params.EXTERNAL_CALL_ID === externalId(callId));
const nobodyRegistered = () =>
  until('no contact at the PBX', async () => !(await product.pbx.cli('pjsip show contacts')).includes('1001'));

/** The call is answered, heard, hung up, and one call in the CRM. */
async function goesWell(anna: Stage, arrived: OutsideCall) {
  await anna.card('incoming');
  await anna.press('answer');
  await anna.card('connected');
  expect(await arrived.outcome).toBe('answered');
  await clockRuns(anna);
  await soundsBothWays(anna);
  await product.countsBothWays('1001');
  await anna.press('hangup');
  await anna.noCard();
  await arrived.ended;
  const record = await product.recordOf(arrived);
  expect([record.userId, record.statusCode]).toEqual([1, '200']);
  expect(registrations(arrived.callId)).toHaveLength(1);
  const { finished } = product.world.fake.portal(product.world.portals[0].memberId);
  expect(finished.filter(({ externalCallId }) => externalCallId === externalId(arrived.callId))).toHaveLength(1);
}

it('a call that comes while the page loads rings in it', async () => {
  const anna = await product.employee(1);
  product.world.proxy.setPlacementDelay(SLOW_LOAD_MS);
  await anna.page.reload({ waitUntil: 'commit' });
  await nobodyRegistered();
  await goesWell(anna, await callIn());
});

it('a page that is reloaded while a call rings rings again, and shows the card again', async () => {
  const anna = await product.employee(1);
  const arrived = await callIn();
  await anna.card('incoming');
  await anna.page.reload({ waitUntil: 'commit' });
  await goesWell(anna, arrived);
});

it('who left for good keeps the caller no longer than a page may take to load', async () => {
  const anna = await product.employee(1);
  await anna.page.goto('about:blank');
  await nobodyRegistered();
  expect(await (await callIn()).outcome).toBe('unreachable');
});

it('who declines is not rung again', async () => {
  const anna = await product.employee(1);
  const arrived = await callIn();
  await anna.card('incoming');
  await anna.press('skip');
  expect(await arrived.outcome).toBe('busy');
  await anna.noCard();
});
