import { setTimeout as pause } from 'node:timers/promises';
import { listening, openStage, type Stage, stageOf } from '../browser/call-stage.ts';
import type { TestBrowser } from '../harness/browser.ts';
import { startWorld, type World } from '../harness/world.ts';
import { type Asterisk, startAsterisk } from '../pbx/asterisk/asterisk.ts';
import type { OutsideCall } from '../pbx/asterisk/outside.ts';
import { type Outcome, spread } from './figures.ts';
import { frameInserted, noteFrame } from './inserted.ts';

/** How long a customer at a real Asterisk hears nothing, whatever becomes of the page with the call. */

const ANNA = { id: 1, sip: '1001' };
const TURNS = 10;
/** How closely Asterisk is asked, ms, beside the time that its answer takes. */
const LOOK_MS = 5;

interface Scene {
  readonly browser: TestBrowser;
  readonly world: World;
  readonly asterisk: Asterisk;
}

/** What a page that went leaves behind. */
interface Left {
  /** From when on the silence is counted, Unix ms; known when it is over. */
  since(): Promise<number> | number;
  /** Where the call goes on; null: Playwright can't look there, so the next turn begins anew. */
  readonly stage: Stage | null;
}

const byFrame = (stage: Stage): Left => ({ since: () => frameInserted(stage.page), stage });

async function reload(stage: Stage): Promise<Left> {
  await stage.page.reload({ waitUntil: 'commit' });
  return byFrame(stage);
}

async function followLink(stage: Stage): Promise<Left> {
  await stage.page.click('.menu-item:not(.is-current)', { noWaitAfter: true });
  return byFrame(stage);
}

async function closeTab(stage: Stage, { world }: Scene): Promise<Left> {
  const page = await stage.person.context.newPage();
  await page.goto(`${world.portals[0].url}/`);
  await listening(page);
  const other = stageOf(stage.person, page, world);
  await other.shows('phone', 'follower');
  const closed = Date.now();
  await stage.page.close();
  return { since: () => closed, stage: other };
}

async function crash({ page, person, frame }: Stage): Promise<Left> {
  const devtools = await person.context.newCDPSession(await frame());
  await devtools.send('Inspector.enable');
  const crashed = new Promise((done) => devtools.once('Inspector.targetCrashed', done));
  // Whoever has crashed answers nothing.
  devtools.send('Page.crash').catch(() => {});
  await crashed;
  const tab = await person.context.newCDPSession(page);
  await tab.send('Page.reload');
  const since = async () => {
    const { result } = await tab.send('Runtime.evaluate', { expression: 'window.frameInserted' });
    return Number(result.value);
  };
  return { since, stage: null };
}

type Leave = (stage: Stage, scene: Scene) => Promise<Left>;

const WAYS: readonly { readonly id: string; readonly what: string; readonly turns: number; readonly leave: Leave }[] = [
  { id: 'reload', what: 'reload: frame inserted -> heard again', turns: TURNS, leave: reload },
  { id: 'link', what: 'link followed: frame inserted -> heard again', turns: TURNS, leave: followLink },
  { id: 'tab', what: 'tab closed, another is open: closed -> heard again', turns: TURNS, leave: closeTab },
  { id: 'crash', what: 'crashed, reloaded: frame inserted -> heard again', turns: TURNS / 2, leave: crash },
];

interface Talk {
  readonly stage: Stage;
  readonly call: OutsideCall;
}

/** Anna's page in a call with a customer. */
async function talking({ browser, world, asterisk }: Scene): Promise<Talk> {
  const stage = await openStage(browser, world, ANNA.id, '/', { prepare: noteFrame });
  await stage.shows('phone', 'ready');
  const call = await asterisk.callIn({ to: ANNA.sip, from: '+49301234567', says: 'tone' });
  await stage.card('incoming');
  await stage.press('answer');
  await stage.card('connected');
  await stage.hears();
  return { stage, call };
}

/** When Asterisk has a packet of a leg that was not there before, Unix ms. */
async function heardAgain({ asterisk }: Scene, before: ReadonlySet<string>): Promise<number> {
  const isNew = (channel: string) => channel.startsWith(`${ANNA.sip}-`) && !before.has(channel);
  for (;;) {
    const legs = await asterisk.channelStats();
    if (legs.some(({ channel, received }) => isNew(channel) && received > 0)) return Date.now();
    await pause(LOOK_MS);
  }
}

/** One page goes. @returns the gap in ms, and the call where it goes on */
async function turn(scene: Scene, { stage, call }: Talk, leave: Leave): Promise<{ gap: number; next: Talk | null }> {
  const before = new Set((await scene.asterisk.channelStats()).map(({ channel }) => channel));
  const left = await leave(stage, scene);
  const heard = await heardAgain(scene, before);
  const gap = heard - (await left.since());
  if (left.stage) {
    await left.stage.shows('call', 'talking');
    await left.stage.card('connected');
    return { gap, next: { stage: left.stage, call } };
  }
  await end({ stage, call });
  return { gap, next: null };
}

async function end({ stage, call }: Talk): Promise<void> {
  await call.hangup();
  await call.ended;
  await stage.close();
}

async function measureWay(scene: Scene, turns: number, leave: Leave): Promise<number[]> {
  const gaps: number[] = [];
  let talk: Talk | null = null;
  while (gaps.length < turns) {
    const { gap, next } = await turn(scene, talk ?? (await talking(scene)), leave);
    talk = next;
    gaps.push(gap);
  }
  if (talk) await end(talk);
  return gaps;
}

async function measureWays(scene: Scene): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const { id, what, turns, leave } of WAYS)
    outcomes.push({
      id: `asterisk_${id}_ms`,
      what: `Asterisk: ${what}`,
      unit: 'ms',
      measured: spread(await measureWay(scene, turns, leave)),
      target: { atMost: 1000, of: 'p95' },
    });
  return outcomes;
}

/** Ways in which a page with a live call goes, and how long Asterisk hears nothing. */
export async function measureAsterisk(browser: TestBrowser): Promise<Outcome[]> {
  const asterisk = await startAsterisk();
  if (!asterisk.available) return [{ id: 'asterisk', what: 'gaps on Asterisk', reason: asterisk.reason, fault: false }];
  try {
    const accounts = asterisk.users
      .slice(0, 2)
      .map(({ user, password, name }, index) => ({ userId: index + 1, user, password, name }));
    const pbx = { url: asterisk.wsUrl, domain: asterisk.domain, accounts };
    const world = await startWorld({ pbx, fake: { rateLimit: false } });
    try {
      return await measureWays({ browser, world, asterisk });
    } finally {
      await world.close();
    }
  } finally {
    await asterisk.close();
  }
}
