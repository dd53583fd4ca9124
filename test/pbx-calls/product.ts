import { expect } from 'vitest';
import type { PanelAct } from '../../client/frame/panel.ts';
import { sign } from '../../src/crypto/sign.ts';
import type { NotReady } from '../../src/protocol/frame.ts';
import type { CallSettings } from '../../src/protocol/settings.ts';
import { DEFAULT_CALLS } from '../../src/settings/calls-form.ts';
import { openStage, type Stage } from '../browser/call-stage.ts';
import { type BrowserOptions, launchBrowser, type TestBrowser } from '../harness/browser.ts';
import { settingsFor } from '../harness/cast.ts';
import { until } from '../harness/until.ts';
import { startWorld, type World } from '../harness/world.ts';
import { type Asterisk, type Place, startAsterisk } from '../pbx/asterisk/asterisk.ts';
import type { OutsideCall } from '../pbx/asterisk/outside.ts';
import type { Unavailable } from '../pbx/unpacked.ts';
import type { FinishedCall } from '../portal/backend/types.ts';
import { direct, type Severable, severable } from './severable.ts';

/** What the product needs to know of a PBX. */
export interface AnyPbx {
  readonly wsUrl: string;
  readonly domain: string;
  readonly users: readonly { readonly user: string; readonly password: string; readonly name: string }[];
  close(): Promise<void>;
}

/** The whole product as customers and employees have it: Worker, portal, Chromium, and a real PBX. */
export interface ProductOn<Pbx extends AnyPbx> {
  readonly world: World;
  readonly browser: TestBrowser;
  /** The PBX that runs now. */
  readonly pbx: Pbx;
  /** The phones' way to it. */
  readonly way: Severable;
  /** Ends the PBX. Whatever it knew of registrations and calls is gone. */
  stopPbx(): Promise<void>;
  startPbx(): Promise<void>;
  /** An employee's page whose phone is registered, or says why not; 1 is Anna at 1001, 2 is Ben at 1002. */
  employee(userId: number, phone?: NotReady): Promise<Stage>;
  /** Saves how calls are handled; counts for pages that open from now on. */
  calls(settings: Partial<CallSettings>): Promise<void>;
  /** What this employee does on the panel of the app's page, said on the person's channel. */
  act(userId: number, stage: Stage, act: PanelAct): Promise<void>;
  /** Bitrix24 starts a call for Anna, as a click on a number does. @returns its CALL_ID */
  clickToCall(number: string): string;
  /** Parameters of each call of one of telephony.externalCall's methods, oldest first. */
  rest(method: 'register' | 'show' | 'hide' | 'finish'): readonly Readonly<Record<string, unknown>>[];
  /** Waits until Bitrix24 has the call as finished, whatever it is called on our side. */
  finished(fits: (call: FinishedCall) => boolean): Promise<FinishedCall>;
  /** Closes the employees' pages; prints what they looked like when the test has failed. */
  leave(test: { readonly name: string; readonly result?: { readonly state: string } | undefined }): Promise<void>;
  close(): Promise<void>;
}

/** The product with Asterisk as its PBX. */
export interface Product extends ProductOn<Asterisk> {
  /** Waits until Asterisk has counted packets from and to this agent's phone. */
  countsBothWays(user: string): Promise<void>;
  /** Anna's page, on which she talks with a caller from outside. */
  talking(caller: { readonly from: string; readonly name: string }): Promise<{ anna: Stage; call: OutsideCall }>;
  /** Where Asterisk reaches this agent's phone: its address there tells one connection from the next. */
  contact(user: string): Promise<string | undefined>;
  /** Waits until Asterisk knows another one than this. */
  registersAnew(user: string, before: string | undefined): Promise<void>;
  /** Waits until Bitrix24 has the record of this call. */
  recordOf(call: Pick<OutsideCall, 'callId'>): Promise<FinishedCall>;
}

/** What the dial plan needs to ask the service: address and key, as the app's page shows them. */
export async function routeOf({ world }: Pick<Product, 'world'>): Promise<{ url: string; key: string }> {
  const { memberId } = world.portals[0];
  const key = await sign([world.secrets.SIGN_KEY], 'pbx', memberId);
  return { url: `${world.appUrl}/api/route?portal=${memberId}`, key };
}

/** Our name for a call that Asterisk's X-Call-Id names, as Bitrix24 is told. */
export const externalId = (linkedId: string) => `g:${linkedId}`;

/** @param place where Asterisk lives, and phones go to it directly; default: on loopback, by a way that can be cut */
export async function startProduct(place?: Place): Promise<Product> {
  const product = await startProductOn(
    () => startAsterisk(undefined, place),
    place && { lead: direct, browser: { loopbackCandidates: false, hosts: { [place.host]: place.address } } },
  );
  const countsBothWays = async (user: string) => {
    await until(`packets from and to ${user}`, async () =>
      (await product.pbx.channelStats()).some(
        ({ channel, received, sent }) => channel.startsWith(`${user}-`) && received > 20 && sent > 20,
      ),
    );
  };
  const talking = async (caller: { readonly from: string; readonly name: string }) => {
    const anna = await product.employee(1);
    const call = await product.pbx.callIn({ to: '1001', ...caller });
    await anna.card('incoming');
    await anna.press('answer');
    await anna.card('connected');
    expect(await call.outcome).toBe('answered');
    return { anna, call };
  };
  const recordOf = ({ callId }: Pick<OutsideCall, 'callId'>) =>
    product.finished(({ externalCallId }) => externalCallId === externalId(callId));
  const contact = async (user: string) =>
    new RegExp(`${user}/(sip:\\S+)`).exec(await product.pbx.cli('pjsip show contacts'))?.[1];
  const registersAnew = (user: string, before: string | undefined) =>
    until(`${user} to register again`, async () => {
      const now = await contact(user).catch(() => undefined);
      return now !== undefined && now !== before;
    }).then(() => undefined);
  return Object.assign(product, { countsBothWays, talking, recordOf, contact, registersAnew });
}

/** How the phones get to the PBX; by loopback and a way that can be cut unless it is given. */
interface Ways {
  readonly lead: (wsUrl: string) => Promise<Severable>;
  readonly browser: BrowserOptions;
}

/**
 * Starts everything; what runs already is closed again when a later part fails.
 * @param start starts the PBX
 */
export async function startProductOn<Pbx extends AnyPbx & { readonly available: true }>(
  start: () => Promise<Pbx | Unavailable>,
  ways: Ways = { lead: severable, browser: {} },
): Promise<ProductOn<Pbx>> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const stop of closers.splice(0).reverse()) await stop();
  };
  const run = async () => {
    const started = await start();
    if (!started.available) throw new Error(started.reason);
    return started;
  };
  try {
    return await build(run, ways, closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

/** The portal's Anna and Ben have the PBX's first two accounts. */
const accountsOf = (pbx: AnyPbx) =>
  pbx.users.slice(0, 2).map(({ user, password, name }, index) => ({ userId: index + 1, user, password, name }));

async function build<Pbx extends AnyPbx>(
  run: () => Promise<Pbx>,
  { lead, browser: options }: Ways,
  closers: (() => Promise<unknown>)[],
  close: () => Promise<void>,
): Promise<ProductOn<Pbx>> {
  let pbx = await run();
  closers.push(() => pbx.close());
  const way = await lead(pbx.wsUrl);
  closers.push(() => way.close());
  const world = await startWorld({ pbx: { url: way.url, domain: pbx.domain, accounts: accountsOf(pbx) } });
  closers.push(() => world.close());
  const browser = await launchBrowser(options);
  closers.push(() => browser.close());

  const { memberId } = world.portals[0];
  let stages: Stage[] = [];
  return {
    world,
    browser,
    get pbx() {
      return pbx;
    },
    way,
    stopPbx: () => pbx.close(),
    async startPbx() {
      pbx = await run();
      way.leadTo(pbx.wsUrl);
    },
    async employee(userId, phone) {
      const stage = await openStage(browser, world, userId);
      stages.push(stage);
      if (phone === undefined) await ready(stage);
      else await stage.shows('phone', phone);
      return stage;
    },
    async calls(settings) {
      const address = { url: way.url, domain: pbx.domain, accounts: accountsOf(pbx) };
      await world.admin.saveSettings(memberId, { ...settingsFor(address), calls: { ...DEFAULT_CALLS, ...settings } });
    },
    async act(userId, stage, act) {
      const { room } = await world.admin.session(memberId, userId);
      const frame = await stage.frame();
      await frame.evaluate(([name, message]) => new BroadcastChannel(name).postMessage(message), [
        `b24phone:${room}`,
        { t: 'act', from: 'panel', act },
      ] as const);
    },
    clickToCall(number) {
      const call = world.fake.clickToCall({ userId: 1, number }, memberId);
      if (call === null) throw new Error('the portal has no line for outgoing calls');
      return call.callId;
    },
    rest: (method) =>
      world.fake.log
        .filter((entry) => entry.method === `telephony.externalcall.${method}`)
        .map((entry) => entry.params),
    finished: (fits) => until('a finished call', () => world.fake.portal(memberId).finished.find(fits)),
    async leave({ name, result }) {
      if (result?.state === 'fail') console.log(await browser.evidence(name));
      // A live call outlives its page: the next test's page would go on with it.
      await (pbx as Partial<Asterisk>).cli?.('channel request hangup all').catch(() => '');
      await Promise.all(stages.map((stage) => stage.close()));
      stages = [];
    },
    close,
  };
}

// --- what the card and the CRM show --------------------------------------------------------------------------------

/**
 * Waits until the phone is registered and the frame hears the card. A page's telephony comes up a moment after the page
 * (fact 2.2), and a test is quicker than any person.
 */
export async function ready(stage: Stage): Promise<void> {
  await stage.shows('phone', 'ready');
  await stage.page.waitForFunction(() =>
    window.fakePortal.traffic.some(
      ({ way, name, data }) =>
        way === 'from frame' && name === 'placementBindEvent' && JSON.stringify(data).includes('::initialized'),
    ),
  );
}

/** Waits until the card says so. */
export const says = async (stage: Stage, text: string): Promise<void> => {
  await stage.page.waitForSelector(`[data-card-status]:has-text("${text}")`);
};

/** Waits until the card's clock has counted a second, so that the call has a length. */
export const clockRuns = async (stage: Stage): Promise<void> => {
  await stage.page.waitForSelector('[data-card-timer]:text-matches("[1-9]")');
};

/** Waits for a call's row in the CRM's panel. */
export async function crmRow(stage: Stage, callId: string) {
  const row = await stage.page.waitForSelector(`[data-calls] tr[data-live="no"][data-call-id="${callId}"]`);
  return {
    status: await row.getAttribute('data-status'),
    seconds: Number(await row.getAttribute('data-seconds')),
    line: await row.getAttribute('data-line'),
    agent: await row.getAttribute('data-agent'),
    direction: await row.getAttribute('data-direction'),
  };
}

/** Ends the two calls on Anna's desk one after the other, by the buttons of the card; the CRM has both as answered. */
export async function endsBoth(
  product: Pick<Product, 'recordOf'>,
  anna: Stage,
  { talked, held }: { readonly talked: OutsideCall; readonly held: OutsideCall },
): Promise<void> {
  await anna.press('hangup');
  await talked.ended;
  // Alone: while two calls were there, the card said "Hold swaps · On hold".
  await anna.page.waitForSelector('[data-card-status]:text-is("On hold")');
  await anna.press('hold');
  await says(anna, 'Connected');
  await anna.press('hangup');
  await held.ended;
  await anna.noCard();
  expect(await product.recordOf(held)).toMatchObject({ statusCode: '200' });
  expect(await product.recordOf(talked)).toMatchObject({ statusCode: '200' });
}
