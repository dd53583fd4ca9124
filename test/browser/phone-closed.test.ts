import { expect, test } from 'vitest';
import { until } from '../harness/until.ts';
import type { FinishedCall } from '../portal/backend/types.ts';
import { callScene } from './call-scene.ts';
import type { Stage } from './call-stage.ts';
import { allShowCards, onePhone, openTab, pagesWithCard, watchService } from './crowd.ts';

/**
 * The tab that is the phone is closed, at each stage of a call, while another one is open: that one is the phone then. What
 * the PBX can hand over goes on there, the rest comes to an honest end; nothing is lost, and no card is left without a call.
 */

const scene = callScene();
const pbx = () => scene.pbx;

let customers = 0;
/** A number that nobody has called from yet: its calls in the CRM are this test's. */
const customer = () => ({ from: `+4940700${String(++customers).padStart(4, '0')}`, ringMs: 60_000, again: true });

async function twoTabs() {
  const first = await scene.employee(1);
  const second = await openTab(first.person, scene.world);
  await second.shows('phone', 'follower');
  await allShowCards([first.page, second.page]);
  return { first, second };
}

/** Closes the phone's tab; the other one is the phone, registered, and the only one. */
async function close(first: Stage, second: Stage) {
  await first.page.close();
  expect(await onePhone(second.person, scene.world, 1)).toBe(second.page);
  expect(pbx().registrations()).toEqual(['1001']);
  expect(pbx().connections()).toBe(1);
}

async function talking(first: Stage, second: Stage) {
  const from = customer();
  const ringing = pbx().callAgent('1001', from);
  await second.card('incoming');
  await first.press('answer');
  await second.card('connected');
  const call = await ringing;
  expect(call.result).toBe('answered');
  return { call, number: from.from };
}

/** What the CRM has of a customer's calls, once it has one and none is open any more. */
const finished = (number: string): Promise<readonly FinishedCall[]> =>
  until(`the finish of ${number}`, () => {
    const portal = scene.world.fake.portal();
    const open = [...portal.calls.values()].some((call) => call.number === number);
    const found = portal.finished.filter((call) => call.number === number);
    return !open && found.length > 0 && found;
  });

const noCardAnywhere = (stage: Stage) =>
  until('no card on any page', async () => (await pagesWithCard(stage.person)).length === 0);

const takenOver = (call: { readonly id: string }) =>
  pbx().when((event) => event.type === 'replaced' && event.call === call.id);

/** Hangs up in the page that is left, and looks at what the CRM has. */
async function hangUp(second: Stage, number: string) {
  await second.press('hangup');
  await noCardAnywhere(second);
  expect(await finished(number)).toMatchObject([{ statusCode: '200' }]);
  expect(pbx().legs()).toEqual([]);
}

test('idle: the other tab is registered in its place, with one request, its socket', async () => {
  const { first, second } = await twoTabs();
  const asked = watchService(first.person, scene.world);
  await close(first, second);
  expect(asked).toEqual(['/api/socket']);
});

test('ringing: the PBX is told at once, rings again, and the card that is open already answers', async () => {
  const { first, second } = await twoTabs();
  const from = customer();
  const ringing = pbx().callAgent('1001', from);
  await second.card('incoming');
  await close(first, second);
  await second.shows('call', 'offered');
  await second.press('answer');
  await second.card('connected');
  await second.hears();
  expect((await ringing).result).toBe('answered');
  await hangUp(second, from.from);
});

test('ringing, and nobody rings again: the card closes, and the CRM has a call that nobody answered', async () => {
  const { first, second } = await twoTabs();
  const from = { ...customer(), again: false };
  const ringing = pbx().callAgent('1001', from);
  await second.card('incoming');
  await close(first, second);
  expect((await ringing).result).toBe('no_answer');
  await noCardAnywhere(second);
  expect(await finished(from.from)).toMatchObject([{ statusCode: '480', duration: 0 }]);
});

test('talking: the other tab has the call, with its card, its clock and its buttons', async () => {
  const { first, second } = await twoTabs();
  const { call, number } = await talking(first, second);
  await close(first, second);
  await takenOver(call);
  await second.shows('call', 'talking');
  await second.hears();
  // Its card was open before this page was the phone: it follows the PBX all the same.
  await second.press('hold');
  await pbx().when((event) => event.type === 'hold' && event.call === call.id);
  await second.page.waitForSelector('[data-card-status]:has-text("On hold")');
  await second.press('hold');
  await second.page.waitForSelector('[data-card-status]:has-text("Connected")');
  await hangUp(second, number);
});

test('talking, and the customer hangs up after it: the card closes at once', async () => {
  const { first, second } = await twoTabs();
  const { call, number } = await talking(first, second);
  await close(first, second);
  await takenOver(call);
  await second.shows('call', 'talking');
  call.hangup();
  await noCardAnywhere(second);
  expect(await finished(number)).toMatchObject([{ statusCode: '200' }]);
});

test('on hold and muted: on hold and muted in the other tab', async () => {
  const { first, second } = await twoTabs();
  const { call, number } = await talking(first, second);
  await second.press('mute');
  await second.press('hold');
  await second.page.waitForSelector('[data-card-status]:has-text("On hold")');
  await close(first, second);
  await takenOver(call);
  const holds = () => pbx().events.filter((event) => event.type === 'hold' && event.call === call.id).length;
  await until('the PBX to be asked to hold again', () => holds() === 2);
  await second.page.waitForSelector('[data-card] [data-button="mute"][aria-pressed="true"]');
  await second.page.waitForSelector('[data-card] [data-button="hold"][aria-pressed="true"]');
  await second.press('hold');
  await second.page.waitForSelector('[data-card-status]:has-text("Connected")');
  await hangUp(second, number);
});

test('two calls: both are in the other tab, one of them on hold', async () => {
  const { first, second } = await twoTabs();
  const { call, number } = await talking(first, second);
  const from = customer();
  const ringing = pbx().callAgent('1001', from);
  await second.page.waitForSelector('[data-card-status]:has-text("Second call")');
  await second.press('hold');
  const other = await ringing;
  expect(other.result).toBe('answered');
  await second.page.waitForSelector('[data-card-status]:has-text("You are talking with")');
  await close(first, second);
  await Promise.all([call, other].map(takenOver));
  other.hangup();
  expect(await finished(from.from)).toMatchObject([{ statusCode: '200' }]);
  await second.shows('call', 'talking');
  await hangUp(second, number);
});

test('consulting a colleague: the consultation ends with the page, the customer’s call goes on', async () => {
  const { first, second } = await twoTabs();
  const { call, number } = await talking(first, second);
  await second.press('transfer');
  await second.page.fill('[data-transfer-number]', '602');
  await second.page.click('[data-transfer-go]');
  await second.card('transferring');
  // A leg that the page has not acknowledged yet would stand at the PBX until its 32 s are over (RFC 3261 13.3.1.4).
  await second.page.waitForSelector('[data-card-status]:has-text("Talking with 602")');
  await close(first, second);
  await takenOver(call);
  await until('one leg', () => pbx().legs().length === 1);
  await second.card('connected');
  await hangUp(second, number);
});

test('dialling: the call is cancelled at the PBX, and the CRM hears it', async () => {
  const { first, second } = await twoTabs();
  const number = customer().from;
  scene.clickToCall(number);
  await second.page.waitForSelector('[data-card-status]:has-text("Ringing")');
  await close(first, second);
  await noCardAnywhere(second);
  expect(await finished(number)).toMatchObject([{ statusCode: '603-S', duration: 0 }]);
  await second.shows('call', 'none');
});

/** The event of a click carries a token of its person: by an administrator's, the object learns the portal's own (fact 5.2). */
async function eventsAreKnown(stage: Stage) {
  const number = customer().from;
  scene.clickToCall(number);
  await stage.card('connected');
  await hangUp(stage, number);
}

/** A customer asks to be called back; Anna is the one whose phone is open. */
async function wantsToBeCalled(stage: Stage) {
  await eventsAreKnown(stage);
  const number = customer().from;
  const { fake, portals } = scene.world;
  fake.callbackForm({ clientId: fake.app().clientId, number, line: '' }, portals[0].memberId);
  await stage.card('outgoing');
  return number;
}

async function dials(stage: Stage, number: string) {
  await stage.card('outgoing');
  await stage.shows('call', 'prepared');
  expect(pbx().events.some((event) => event.type === 'call' && event.to === number)).toBe(false);
  await stage.press('call');
  await stage.card('connected');
  await hangUp(stage, number);
}

test('a customer waits to be called back: the card that is open in the other tab dials', async () => {
  const { first, second } = await twoTabs();
  const number = await wantsToBeCalled(second);
  await close(first, second);
  await dials(second, number);
});

test('a customer waits to be called back, and the only page is reloaded: its card is there again, and dials', async () => {
  const only = await scene.employee(1);
  const number = await wantsToBeCalled(only);
  await only.page.reload();
  await only.shows('phone', 'ready');
  await dials(only, number);
});

test.each([
  { ms: 310, when: 'while the card opens' },
  { ms: 4000, when: 'long after it was asked for' },
])('the same, and the new page’s telephony comes up $when: a card with buttons is there in the end', async ({ ms }) => {
  const only = await scene.employee(1);
  const number = await wantsToBeCalled(only);
  await only.page.addInitScript((listDelay) => {
    window.fakePortalOptions = { listDelay };
  }, ms);
  await only.page.reload();
  await only.shows('call', 'prepared');
  await dials(only, number);
});
