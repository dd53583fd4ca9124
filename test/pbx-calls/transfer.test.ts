import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Stage } from '../browser/call-stage.ts';
import { until } from '../harness/until.ts';
import type { OutsideCall } from '../pbx/asterisk/outside.ts';
import { type Product, says, startProduct } from './product.ts';

/** Calls that are handed over, with a word first or blind, as the employee's card, the customer and the CRM see them. */

const MARTA = { from: '+49301234567', name: 'Marta Lind' };

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterEach(({ task }) => product?.leave(task));
afterAll(() => product?.close());

async function talking(): Promise<{ anna: Stage; marta: OutsideCall }> {
  const { anna, call } = await product.talking(MARTA);
  return { anna, marta: call };
}

async function transferTo(stage: Stage, number: string): Promise<void> {
  await stage.press('transfer');
  await stage.page.fill('[data-transfer-number]', number);
  await stage.page.click('[data-transfer-go]');
}

const toBen = async (stage: Stage) => {
  await stage.press('transfer');
  await stage.page.click('[data-transfer-user="2"]');
};

/** How many channels Asterisk has up. */
const channels = async () =>
  Number(/(\d+) active channel/.exec(await product.pbx.cli('core show channels count'))?.[1]);

it('a colleague answers, is told about it, and gets the customer', async () => {
  const { anna, marta } = await talking();
  const ben = await product.employee(2);
  await toBen(anna);
  await says(anna, 'Ringing at 1002');
  await ben.shows('call', 'offered');
  await ben.card('incoming');
  await ben.press('answer');
  await says(anna, 'Talking with 1002');
  await anna.hears();
  await anna.press('complete');
  await anna.noCard();
  await anna.shows('call', 'none');
  await ben.shows('call', 'talking');
  await ben.hears();
  await product.countsBothWays('1002');
  await marta.hangup();
  await ben.shows('call', 'none');
  expect(await product.recordOf(marta)).toMatchObject({ statusCode: '200' });
});

it('cancelled: the target is hung up, the customer is resumed as the PBX confirms it', async () => {
  const { anna, marta } = await talking();
  await transferTo(anna, '602');
  await says(anna, 'Talking with 602');
  await anna.press('cancel');
  await anna.card('connected');
  await says(anna, 'Connected');
  // Marta's Local channel has two halves; with Anna's phone that makes three, and nobody at 602.
  await until(
    'the target’s channel is gone',
    async () => (await product.pbx.cli('core show channels')).includes('602') === false,
  );
  expect(await channels()).toBe(3);
  await product.countsBothWays('1001');
  await anna.press('hangup');
  await marta.ended;
  await anna.noCard();
});

it('a target who is busy: the card says so, and cancel goes back to the customer', async () => {
  const { anna, marta } = await talking();
  await transferTo(anna, '604');
  await anna.card('transferFailed');
  await says(anna, '604: Busy');
  await anna.press('cancel');
  await anna.card('connected');
  await says(anna, 'Connected');
  await marta.hangup();
  await anna.noCard();
});

it('the customer hangs up while the target rings: the target is not rung on', async () => {
  const { anna, marta } = await talking();
  const ben = await product.employee(2);
  await toBen(anna);
  await ben.shows('call', 'offered');
  await marta.hangup();
  await anna.noCard();
  await ben.shows('call', 'none');
});

it('the customer hangs up while the target talks: the card stays for its hang-up button', async () => {
  const { anna, marta } = await talking();
  await transferTo(anna, '602');
  await says(anna, 'Talking with 602');
  await marta.hangup();
  await says(anna, 'you are talking with 602');
  await anna.press('hangup');
  await anna.noCard();
  await anna.shows('call', 'none');
  expect(await product.recordOf(marta)).toMatchObject({ statusCode: '200' });
});

it('blind, where the portal wants that: one click, and the colleague’s phone rings for the customer', async () => {
  await product.calls({ transfer: 'blind' });
  const { anna, marta } = await talking();
  const ben = await product.employee(2);
  await toBen(anna);
  await ben.shows('call', 'offered');
  await anna.noCard();
  await ben.card('incoming');
  await ben.press('answer');
  await ben.shows('call', 'talking');
  await marta.hangup();
  await ben.shows('call', 'none');
  await product.calls({ transfer: 'attended' });
});
