import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Stage } from '../browser/call-stage.ts';
import type { OutsideCall } from '../pbx/asterisk/outside.ts';
import { ownNetwork } from '../pbx/coturn/block.ts';
import { type Elsewhere, startElsewhere } from '../pbx/elsewhere/elsewhere.ts';
import { showsNetwork } from '../pbx/elsewhere/online.ts';
import { faultTimes } from './fault-times.ts';
import { clockRuns, type Product, says, startProduct } from './product.ts';
import { soundsBothWays } from './sound.ts';

/**
 * The computer changes its network for real: Asterisk lives in a network of its own, which is reached by a Wi-Fi or by a
 * cable, and the browser itself finds out which of them is there. What it took is printed at the end.
 */

const CUSTOMER = '+49301234567';

let elsewhere: Elsewhere;
let product: Product;
const times = faultTimes();

describe.skipIf(!ownNetwork())('another interface', () => {
  beforeAll(async () => {
    elsewhere = await startElsewhere();
    elsewhere.wifi.up();
    product = await startProduct(elsewhere.place);
  });
  afterEach(async ({ task }) => {
    await product?.leave(task);
    elsewhere?.wifi.up();
    elsewhere?.cable.down();
  });
  afterAll(async () => {
    await product?.close();
    await elsewhere?.close();
    times.print('other interfaces, seconds:');
  });

  async function talking() {
    const { anna, call } = await product.talking({ from: CUSTOMER, name: 'Marta Lind' });
    await soundsBothWays(anna);
    await clockRuns(anna);
    return { anna, call };
  }
  async function hangsUp({ anna, call }: { anna: Stage; call: OutsideCall }): Promise<void> {
    await anna.press('hangup');
    await call.ended;
    await anna.noCard();
    expect(await product.recordOf(call)).toMatchObject({ statusCode: '200' });
  }

  it('nobody talks, from Wi-Fi to cable with nothing in between: registered again', async () => {
    const anna = await product.employee(1);
    const before = await product.contact('1001');
    elsewhere.wifi.down();
    await showsNetwork(anna, false);
    elsewhere.cable.up();
    await showsNetwork(anna, true);
    await times.begin('idle: Wi-Fi, nothing, cable', '`online`').registered(product.registersAnew('1001', before));
    await anna.shows('phone', 'ready');
  });

  it('in a call, from Wi-Fi to cable with nothing in between: both hear each other again', async () => {
    const talk = await talking();
    const { anna } = talk;
    const before = await product.contact('1001');
    elsewhere.wifi.down();
    await showsNetwork(anna, false);
    await pause(1000);
    elsewhere.cable.up();
    await showsNetwork(anna, true);
    const row = times.begin('call: Wi-Fi, nothing, cable', '`online`');
    await Promise.all([row.registered(product.registersAnew('1001', before)), row.sounds(soundsBothWays(anna))]);
    await says(anna, 'Connected');
    await hangsUp(talk);
  });

  it('in a call, the cable is there before the Wi-Fi goes, and no browser says so: the same', async () => {
    const talk = await talking();
    const { anna } = talk;
    const before = await product.contact('1001');
    elsewhere.cable.up();
    await pause(3000);
    elsewhere.wifi.down();
    const row = times.begin('call: cable, then no Wi-Fi', 'fault');
    await Promise.all([row.registered(product.registersAnew('1001', before)), row.sounds(soundsBothWays(anna))]);
    await says(anna, 'Connected');
    await hangsUp(talk);
  });
});
