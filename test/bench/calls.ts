import type { Page } from 'playwright-core';
import { type Stage, stageOf } from '../browser/call-stage.ts';
import type { TestBrowser } from '../harness/browser.ts';
import { LINE, settingsFor } from '../harness/cast.ts';
import type { World } from '../harness/world.ts';
import type { DemoPbx } from '../pbx/demo/demo-pbx.ts';
import { type Outcome, spread } from './figures.ts';
import { firstStamp, noteStamps, type Stamp } from './stamps.ts';

const ANNA = 1;
/** p95 of fewer is one of the worst two. */
const CALLS = 50;
/** Answered at once and at any length: nobody has to pick up. */
const ECHO = '600';

const pbxOf = (world: World): DemoPbx => {
  if (world.pbx === null) throw new Error('This world has no PBX.');
  return world.pbx;
};

/** Anna's page, with SIP messages and clicks noted. */
async function open(browser: TestBrowser, world: World, path: string): Promise<Stage> {
  const person = await browser.person();
  await person.context.addInitScript(noteStamps);
  await person.page.goto(`${world.portals[0].url}${path}?as=${ANNA}`);
  const stage = stageOf(person, person.page, world);
  await stage.shows('phone', 'ready');
  return stage;
}

const stampsOf = async (stage: Stage): Promise<Stamp[]> => (await stage.frame()).evaluate(() => window.stamps);

/** When the portal told our frame that the card of the click's call is open. */
const cardTold = (page: Page, since: number): Promise<number | undefined> =>
  page.evaluate((from) => {
    const told = window.fakePortal.traffic.find(
      (entry) =>
        entry.way === 'to frame' &&
        entry.at >= from &&
        (entry.data as { CALL_DIRECTION?: string } | null)?.CALL_DIRECTION === 'outgoing',
    );
    return told?.at;
  }, since);

interface Dialled {
  readonly fromClick: number;
  readonly fromCard: number;
}

async function dialOnce(stage: Stage): Promise<Dialled> {
  const asked = Date.now();
  await stage.page.click(`[data-call="${ECHO}"]`);
  await stage.card('connected');
  const clicked = firstStamp(await stage.page.evaluate(() => window.stamps), 'click', '', asked - 1);
  const invite = firstStamp(await stampsOf(stage), 'out', 'INVITE ', asked);
  const card = await cardTold(stage.page, asked - 1);
  if (clicked === undefined || invite === undefined || card === undefined)
    throw new Error('The click dialled nothing.');
  await stage.press('hangup');
  await stage.noCard();
  await stage.shows('call', 'none');
  // The page notes whole milliseconds of the moment before it tells.
  return { fromClick: invite.at - clicked.at, fromCard: Math.max(0, invite.at - card) };
}

/**
 * Click on a number -> INVITE on the wire, with a STUN server that never answers.
 *
 * @param deadStun such a server's address, e.g. `stun:127.0.0.1:40000`
 */
export async function measureDialling(browser: TestBrowser, world: World, deadStun: string): Promise<Outcome[]> {
  const { url, domain } = pbxOf(world);
  const form = settingsFor({ url, domain, accounts: world.accounts });
  await world.admin.saveSettings(world.portals[0].memberId, { ...form, iceServers: [{ urls: deadStun }] });
  const stage = await open(browser, world, '/contact/7/');
  // The first call of a page opens devices that stay warm for the others.
  await dialOnce(stage);
  const calls: Dialled[] = [];
  for (let turn = 0; turn < CALLS; turn += 1) calls.push(await dialOnce(stage));
  await stage.close();
  const ours = spread(calls.map((call) => call.fromCard));
  return [
    {
      id: 'click_to_invite_ms',
      what: 'click -> INVITE on the wire, microphone granted, STUN server dead',
      unit: 'ms',
      measured: spread(calls.map((call) => call.fromClick)),
      target: { atMost: 100, of: 'p95' },
      note: `of it ours, from the portal's word that the card is open: p50 ${ours.p50.toFixed(0)} ms, p95 ${ours.p95.toFixed(0)} ms; the rest is the stand-in portal registering the call and drawing the card`,
    },
  ];
}

interface Rung {
  readonly ringing: number;
  readonly cardAsked: number;
}

async function ringOnce(stage: Stage, world: World): Promise<Rung> {
  const asked = Date.now();
  const giveUp = new AbortController();
  const call = pbxOf(world).callAgent('1001', { from: '+49301234567', line: LINE.number, signal: giveUp.signal });
  await stage.card('incoming');
  const stamps = await stampsOf(stage);
  const invite = firstStamp(stamps, 'in', 'INVITE ', asked);
  const ringing = firstStamp(stamps, 'out', 'SIP/2.0 180', asked);
  const register = world.fake.log.find(({ at, method }) => at >= asked && /externalcall\.register$/i.test(method));
  giveUp.abort();
  await call;
  await stage.noCard();
  await stage.shows('call', 'none');
  if (invite === undefined || ringing === undefined || register === undefined)
    throw new Error('The call did not ring.');
  return { ringing: ringing.at - invite.at, cardAsked: register.at - invite.at };
}

/** INVITE received -> 180 sent, and Bitrix24 asked to show the card (externalcall.register arrives at the portal). */
export async function measureRinging(browser: TestBrowser, world: World): Promise<Outcome[]> {
  const stage = await open(browser, world, '/');
  await ringOnce(stage, world);
  const calls: Rung[] = [];
  for (let turn = 0; turn < CALLS; turn += 1) calls.push(await ringOnce(stage, world));
  await stage.close();
  const target = { atMost: 200, of: 'p95' } as const;
  const part = (id: string, what: string, values: number[]): Outcome => ({
    id,
    what,
    unit: 'ms',
    measured: spread(values),
    target,
  });
  return [
    part(
      'invite_to_ringing_ms',
      'INVITE received -> ringing',
      calls.map(({ ringing }) => ringing),
    ),
    part(
      'invite_to_card_ms',
      'INVITE received -> card asked for at the portal',
      calls.map(({ cardAsked }) => cardAsked),
    ),
  ];
}
