import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Stage } from '../browser/call-stage.ts';
import { until } from '../harness/until.ts';
import type { OutsideCall } from '../pbx/asterisk/outside.ts';
import { BROWSER_PORTS, blockUdp, ownNetwork } from '../pbx/coturn/block.ts';
import { appearOnline } from '../pbx/elsewhere/online.ts';
import { faultTimes } from './fault-times.ts';
import { clockRuns, type Product, says, startProduct } from './product.ts';
import { localPort, soundsBothWays } from './sound.ts';

/**
 * The network fails in each way that people's networks do, for real, in and out of a call. What it took is printed at the end
 * (docs/recovery.md says how to read it); no time is asserted.
 */

const MEANWHILE = 'The call ended while the connection was lost';
const CUSTOMER = '+49301234567';
/** Longer than a clock may be off between two ticks (client/phone/heartbeat.ts), in ms. */
const SLEEP_MS = 17_000;

let product: Product;
let unblock = () => {};
let goAway = () => {};
const table = faultTimes();

beforeAll(async () => {
  goAway = appearOnline();
  product = await startProduct();
});
afterEach(({ task }) => {
  unblock();
  return product?.leave(task);
});
afterAll(async () => {
  await product?.close();
  goAway();
  table.print('network faults, seconds:');
});

async function talking(userId: 1 | 2, from = CUSTOMER): Promise<{ stage: Stage; call: OutsideCall }> {
  const stage = await product.employee(userId);
  const call = await product.pbx.callIn({ to: `100${userId}`, from, says: 'echo' });
  await answer(stage);
  expect(await call.outcome).toBe('answered');
  await soundsBothWays(stage);
  await clockRuns(stage);
  return { stage, call };
}
async function answer(stage: Stage): Promise<void> {
  await stage.card('incoming');
  await stage.press('answer');
  await stage.card('connected');
}
/** It rings, is answered, and is heard: nothing is half open any more. */
async function rings(stage: Stage): Promise<void> {
  const call = await product.pbx.callIn({ to: '1001', from: CUSTOMER, says: 'echo' });
  await answer(stage);
  await soundsBothWays(stage);
  await call.hangup();
  await stage.noCard();
  expect(await product.recordOf(call)).toMatchObject({ statusCode: '200' });
}
const connections = () => product.world.proxy.requests.filter(({ path }) => path === '/api/socket').length;
/** What the page is told when its network is back, without any network that was away. */
const backOnline = async (stage: Stage) =>
  (await stage.frame()).evaluate(() => void dispatchEvent(new Event('online')));

describe('nobody talks', () => {
  it('the PBX’s socket is half open and nobody says so: the phone finds out, and rings', async () => {
    const anna = await product.employee(1);
    const before = await product.contact('1001');
    product.way.freeze();
    const times = table.begin('idle: PBX’s socket half open, nobody says so', 'fault');
    await times.registered(product.registersAnew('1001', before));
    await anna.shows('phone', 'ready');
    await rings(anna);
  });

  it('both sockets are half open, and the network says that it is back: both are new, and it rings', async () => {
    const anna = await product.employee(1);
    const before = await product.contact('1001');
    const known = connections();
    product.way.freeze();
    product.world.proxy.holdSockets();
    const times = table.begin('idle: both sockets half open', '`online`');
    await backOnline(anna);
    await times.registered(product.registersAnew('1001', before));
    await until('a new connection to the object', () => connections() > known);
    await anna.shows('phone', 'ready');
    await rings(anna);
  });
});

describe('in a call', () => {
  it('both sockets are lost: the sound goes on, and the customer’s hang-up arrives', async () => {
    const { stage, call } = await talking(1);
    const before = await product.contact('1001');
    product.world.proxy.dropSockets();
    product.way.cut();
    const times = table.begin('call: both sockets lost', 'fault');
    await times.registered(product.registersAnew('1001', before));
    await times.sounds(soundsBothWays(stage));
    await stage.card('connected');
    await says(stage, 'Connected');
    const hangup = Date.now();
    await call.hangup();
    await times.ended(stage.noCard(), hangup);
    expect(await product.recordOf(call)).toMatchObject({ statusCode: '200' });
  });

  it('the computer sleeps: a call that is still there goes on, one that has ended is over', async () => {
    const [anna, ben] = [await talking(1), await talking(2, '+49409876543')];
    const before = { anna: await product.contact('1001'), ben: await product.contact('1002') };
    const wake = product.browser.sleep();
    // What arrives at a computer that sleeps is lost.
    product.way.freeze();
    product.world.proxy.holdSockets();
    await ben.call.hangup();
    await pause(SLEEP_MS);
    wake();
    const stays = table.begin('call: sleep of 17 s, both sockets half open', 'wake-up');
    const over = table.begin('the same, the customer hung up meanwhile', 'wake-up');
    await Promise.all([
      stays.registered(product.registersAnew('1001', before.anna)),
      stays.sounds(soundsBothWays(anna.stage)),
      over.registered(product.registersAnew('1002', before.ben)),
      // Asterisk says its BYE again, to the new contact.
      over.ended(ben.stage.noCard()),
    ]);
    for (const user of ['1001', '1002'])
      expect([
        ...(await product.pbx.cli('pjsip show contacts')).matchAll(new RegExp(`${user}/sip:`, 'g')),
      ]).toHaveLength(1);
    await anna.stage.shows('phone', 'ready');
    await ben.stage.shows('phone', 'ready');
    await says(anna.stage, 'Connected');
    const hangup = Date.now();
    await anna.call.hangup();
    await stays.ended(anna.stage.noCard(), hangup);
    for (const { call } of [anna, ben]) expect(await product.recordOf(call)).toMatchObject({ statusCode: '200' });
  });

  it('the PBX dies and starts anew: the call is over, the card says so, and the phone rings again', async () => {
    const { stage, call } = await talking(1);
    await product.pbx.crash();
    try {
      await says(stage, 'Connection lost');
      await stage.shows('phone', 'pbx_unreachable');
    } finally {
      await product.startPbx();
    }
    const times = table.begin('call: the PBX dies and starts anew', 'PBX is back');
    await Promise.all([
      times.registered(product.registersAnew('1001', undefined)),
      times.ended(says(stage, MEANWHILE)),
    ]);
    await stage.card('error');
    await stage.press('close');
    await stage.noCard();
    expect(await product.recordOf(call)).toMatchObject({ statusCode: '200', failedReason: MEANWHILE });
    await rings(stage);
  });
});

describe.skipIf(!ownNetwork())('the way of the sound dies with the connections', () => {
  it('another network: the card says what is wrong, and both hear each other again', async () => {
    const { stage, call } = await talking(1);
    const before = await product.contact('1001');
    const port = String(await localPort(stage));
    // The old network is gone: nothing that began in it carries anything any more.
    product.way.freeze();
    product.world.proxy.holdSockets();
    unblock = blockUdp({ from: BROWSER_PORTS });
    await stage.person.context.setOffline(true);
    await says(stage, 'Connection lost');
    unblock();
    unblock = blockUdp({ from: port, to: port });
    await stage.person.context.setOffline(false);
    const times = table.begin('call: another network', '`online`');
    await Promise.all([
      times.registered(product.registersAnew('1001', before)),
      times.sounds(soundsBothWays(stage)),
      says(stage, 'Connected'),
    ]);
    expect(await localPort(stage)).not.toBe(Number(port));
    const hangup = Date.now();
    await stage.press('hangup');
    await times.ended(call.ended, hangup);
    await stage.noCard();
    expect(await product.recordOf(call)).toMatchObject({ statusCode: '200' });
  });

  it('the sockets are half open and the sound’s way dies, and nobody says so: both are found anew', async () => {
    const { stage, call } = await talking(1);
    const before = await product.contact('1001');
    const port = String(await localPort(stage));
    product.way.freeze();
    unblock = blockUdp({ from: port, to: port });
    const times = table.begin('call: PBX’s socket half open, the sound’s way dead', 'fault');
    await says(stage, 'Connection lost');
    await Promise.all([times.registered(product.registersAnew('1001', before)), times.sounds(soundsBothWays(stage))]);
    await says(stage, 'Connected');
    const hangup = Date.now();
    await call.hangup();
    await times.ended(stage.noCard(), hangup);
    expect(await product.recordOf(call)).toMatchObject({ statusCode: '200' });
  });
});
