import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LINE } from '../harness/cast.ts';
import { until } from '../harness/until.ts';
import { externalId, type Product, routeOf, startProduct } from './product.ts';

/** Asterisk asks the service whom to ring, by the dial plan of docs/routing.md. */

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterEach(({ task }) => product?.leave(task));
afterAll(() => product?.close());

const callIn = async (from: string, key?: string) => {
  const route = await routeOf(product);
  return product.pbx.callIn({
    to: 'support',
    from,
    line: LINE.number,
    says: 'echo',
    route: key === undefined ? route : { ...route, key },
  });
};
const rung = (callId: string) =>
  product.rest('register').filter((params) => params.EXTERNAL_CALL_ID === externalId(callId));

describe('a caller whom somebody is responsible for', () => {
  it('rings that person alone, and the call is theirs', async () => {
    await product.employee(1);
    const ben = await product.employee(2);
    const call = await callIn('+49407654321');
    await ben.card('incoming');
    await ben.press('answer');
    await ben.card('connected');
    expect(await call.outcome).toBe('answered');
    await call.hangup();
    const done = await product.recordOf(call);
    expect([done.userId, done.statusCode]).toEqual([2, '200']);
    expect(rung(call.callId)).toHaveLength(1);
    expect(product.rest('show').filter((params) => params.CALL_ID === done.callId)).toEqual([]);
  });

  it('who talks already rings nobody in vain: the queue rings at once', async () => {
    const anna = await product.employee(1);
    const ben = await product.employee(2);
    const first = await callIn('+49407654321');
    await ben.card('incoming');
    await ben.press('answer');
    await ben.card('connected');
    await until('the object to know that Ben talks', async () => {
      const { portals } = await product.world.admin.status();
      return portals[0]?.agents.talking === 1;
    });
    const second = await callIn('+49407654321');
    await anna.card('incoming');
    expect(rung(second.callId)).toHaveLength(1);
    await second.hangup();
    await first.hangup();
    await anna.noCard();
  });
});

it('a wrong key, or a service that is away, costs no call: the queue rings', async () => {
  const anna = await product.employee(1);
  const call = await callIn('+49407654321', 'wrong');
  await anna.card('incoming');
  await anna.press('answer');
  expect(await call.outcome).toBe('answered');
  await call.hangup();
  await anna.noCard();
});
