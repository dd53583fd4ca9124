import { setTimeout as pause } from 'node:timers/promises';
import { openStage, type Stage } from '../browser/call-stage.ts';
import type { TestBrowser } from '../harness/browser.ts';
import { LINE, settingsFor } from '../harness/cast.ts';
import { until } from '../harness/until.ts';
import type { World } from '../harness/world.ts';
import type { AgentCall } from '../pbx/demo/demo-pbx.ts';
import { appearOnline, showsNetwork } from '../pbx/elsewhere/online.ts';
import { type Severable, severable } from '../pbx-calls/severable.ts';
import { type Outcome, spread } from './figures.ts';
import { frameInserted, noteFrame } from './inserted.ts';

/** How long a person is without their call, without a word about it, and without a phone. */

const ANNA = 1;
const RELOADS = 20;
const SILENCES = 5;
const OUTAGES = 10;
/** How closely the PBX is looked at, ms; a packet comes every 20. */
const LOOK_MS = 2;
/** As long as it takes until a phone asks seldom enough that the browser's word counts, ms. */
const OUTAGE_MS = 4000;

async function open(browser: TestBrowser, world: World): Promise<Stage> {
  const stage = await openStage(browser, world, ANNA, '/', { prepare: noteFrame });
  await stage.shows('phone', 'ready');
  return stage;
}

/** A customer who whistles, answered by Anna. */
async function answered(stage: Stage, world: World): Promise<AgentCall> {
  const ringing = world.pbx?.callAgent('1001', { from: '+49301234567', line: LINE.number, says: 'tone' });
  await stage.card('incoming');
  await stage.press('answer');
  await stage.card('connected');
  const call = await ringing;
  if (call?.result !== 'answered') throw new Error('The call was not answered.');
  return call;
}

const packetsOf = (call: AgentCall): number => call.stats()?.packetsIn ?? 0;

/** When the far end's next packet arrives, Unix ms. */
async function nextPacket(call: AgentCall): Promise<number> {
  const before = packetsOf(call);
  while (packetsOf(call) === before) await pause(LOOK_MS);
  return Date.now();
}

interface Gap {
  readonly fromFrame: number;
  readonly silence: number;
}

async function reloadOnce(stage: Stage, world: World, call: AgentCall): Promise<Gap> {
  await until('sound to the customer', async () => packetsOf(call) > 50);
  const seen = world.pbx?.events.length ?? 0;
  const taken = () => world.pbx?.events.slice(seen).some(({ type }) => type === 'replaced') ?? false;
  const reloaded = stage.page.reload();
  let last = Date.now();
  for (let count = packetsOf(call); !taken(); await pause(LOOK_MS)) {
    if (packetsOf(call) === count) continue;
    count = packetsOf(call);
    last = Date.now();
  }
  const back = await nextPacket(call);
  await reloaded;
  const inserted = await frameInserted(stage.page);
  await stage.shows('call', 'talking');
  await stage.card('connected');
  return { fromFrame: back - inserted, silence: back - last };
}

/** Frame inserted -> the far end hears again, in a call that is reloaded again and again. */
async function measureReload(stage: Stage, world: World): Promise<Outcome> {
  const call = await answered(stage, world);
  // The first page after it finds code that is not compiled yet.
  await reloadOnce(stage, world, call);
  const gaps: Gap[] = [];
  for (let turn = 0; turn < RELOADS; turn += 1) gaps.push(await reloadOnce(stage, world, call));
  call.hangup();
  await stage.noCard();
  const silence = spread(gaps.map((gap) => gap.silence));
  return {
    id: 'reload_to_audio_ms',
    what: 'reload in a live call: frame inserted -> the far end hears again',
    unit: 'ms',
    measured: spread(gaps.map((gap) => gap.fromFrame)),
    target: { atMost: 1000, of: 'p95' },
    note: `the far end's silence, from the last packet of the page that went: p50 ${silence.p50} ms, p95 ${silence.p95} ms; the portal's own page load is in it`,
  };
}

const status = (stage: Stage, text: string) => stage.page.waitForSelector(`[data-card-status]:has-text("${text}")`);

/** The far end falls silent -> the card says so. */
async function measureOneWay(stage: Stage, world: World): Promise<Outcome> {
  const call = await answered(stage, world);
  const noticed: number[] = [];
  for (let turn = 0; turn < SILENCES; turn += 1) {
    await status(stage, 'Connected');
    await stage.hears();
    call.say('nothing');
    const silent = Date.now();
    await status(stage, 'No sound arrives');
    noticed.push(Date.now() - silent);
    call.say('tone');
  }
  call.hangup();
  await stage.noCard();
  return {
    id: 'one_way_audio_ms',
    what: 'one-way audio: last packet of the far end -> the card says so',
    unit: 'ms',
    measured: spread(noticed),
    target: { atMost: 3000, of: 'p95' },
  };
}

/** Neither PBX nor object can be reached, then both can, and the browser says that the network is back. */
async function outage(stage: Stage, world: World, way: Severable): Promise<number> {
  const { context } = stage.person;
  await context.setOffline(true);
  way.leadTo('ws://127.0.0.1:9/');
  way.cut();
  world.proxy.dropSockets();
  await stage.shows('phone', 'pbx_unreachable');
  await pause(OUTAGE_MS);
  way.leadTo(world.pbx?.url ?? '');
  const seen = world.pbx?.events.length ?? 0;
  const registered = () => world.pbx?.events.slice(seen).find(({ type }) => type === 'registered');
  const back = Date.now();
  await context.setOffline(false);
  const at = (await until('a registration', registered)).at;
  await stage.shows('phone', 'ready');
  return at - back;
}

/** Network back -> registered at the PBX. */
async function measureOutage(stage: Stage, world: World, way: Severable): Promise<Outcome> {
  const times: number[] = [];
  const alone = appearOnline();
  try {
    await showsNetwork(stage, true);
    for (let turn = 0; turn < OUTAGES; turn += 1) times.push(await outage(stage, world, way));
  } finally {
    alone();
  }
  return {
    id: 'online_to_reconnect_ms',
    what: `network back after ${OUTAGE_MS / 1000} s -> registered again`,
    unit: 'ms',
    measured: spread(times),
    target: { atMost: 2000, of: 'p95' },
  };
}

/** All three, on one page; a call each for the first two. */
export async function measureRecovery(browser: TestBrowser, world: World): Promise<Outcome[]> {
  if (world.pbx === null) throw new Error('This world has no PBX.');
  const way = await severable(world.pbx.url);
  const { memberId } = world.portals[0];
  try {
    const form = settingsFor({ url: way.url, domain: world.pbx.domain, accounts: world.accounts });
    await world.admin.saveSettings(memberId, form);
    const stage = await open(browser, world);
    const outcomes = [
      await measureReload(stage, world),
      await measureOneWay(stage, world),
      await measureOutage(stage, world, way),
    ];
    await stage.close();
    return outcomes;
  } finally {
    const form = settingsFor({ url: world.pbx.url, domain: world.pbx.domain, accounts: world.accounts });
    await world.admin.saveSettings(memberId, form);
    await way.close();
  }
}
