import { setTimeout as pause } from 'node:timers/promises';
import { brotliCompressSync } from 'node:zlib';
import type { BrowserContext, Page, Response } from 'playwright-core';
import { openStage, type Stage, stageOf } from '../browser/call-stage.ts';
import type { Person, TestBrowser } from '../harness/browser.ts';
import type { World } from '../harness/world.ts';
import { type Outcome, type Spread, spread } from './figures.ts';

const [ANNA, CARLA] = [1, 3];
const VIEWS = 3;

/** Answered by the Worker or by the asset server alone; every other request of ours ends at a portal's object. */
const WITHOUT_OBJECT = /^\/(?:placement(?:\?|$)|assets\/|client\/)/;

/** What the edge compresses as: bytes of all pages and scripts that came from the service. */
async function brotliBytes(responses: readonly Response[]): Promise<number> {
  let sum = 0;
  for (const response of responses) sum += brotliCompressSync(await response.body()).length;
  return sum;
}

/** Pages and scripts that a person's frames get from the service, from now on. */
function watchFiles(context: BrowserContext, world: World): Response[] {
  const seen: Response[] = [];
  context.on('response', (response) => {
    const { origin, pathname, search } = new URL(response.url());
    if (origin === world.appUrl && WITHOUT_OBJECT.test(pathname + search) && response.ok()) seen.push(response);
  });
  return seen;
}

const QUIET_MS = 1000;

/** Waits until a second has passed without a request. Not the browser's own idea of it: a worker's script never ends there. */
async function quiet({ proxy }: World): Promise<void> {
  for (let seen = -1; seen !== proxy.requests.length; await pause(QUIET_MS)) seen = proxy.requests.length;
}

/** Requests that `view` causes at objects, named. What frames do after they have settled is waited for, too. */
async function objectRequests(world: World, view: () => Promise<Page>): Promise<string[]> {
  const before = world.proxy.requests.length;
  await view();
  await quiet(world);
  return world.proxy.requests
    .slice(before)
    .filter(({ path }) => !WITHOUT_OBJECT.test(path))
    .map(({ method, path }) => `${method} ${path.split('?')[0]}`);
}

interface Views {
  readonly counts: Spread;
  /** What was asked, without repetition. */
  readonly asked: string;
}

async function repeat(world: World, view: () => Promise<Page>): Promise<Views> {
  const all: string[][] = [];
  for (let turn = 0; turn < VIEWS; turn += 1) all.push(await objectRequests(world, view));
  const asked = [...new Set(all.flat())].join(', ');
  return { counts: spread(all.map((requests) => requests.length)), asked: asked === '' ? 'none' : asked };
}

async function reload(stage: Stage, word: string): Promise<Page> {
  await stage.page.reload();
  await stage.shows('phone', word);
  return stage.page;
}

const bytesFigure = (id: string, what: string, bytes: number, atMost: number, note: string): Outcome => ({
  id,
  what,
  unit: 'bytes',
  measured: spread([bytes]),
  target: { atMost, of: 'p50' },
  note,
});

const requestsFigure = (id: string, what: string, { counts, asked }: Views, atMost: number | null): Outcome => ({
  id,
  what,
  unit: 'requests',
  measured: counts,
  target: atMost === null ? null : { atMost, of: 'p95' },
  note: asked,
});

const names = (responses: readonly Response[]) =>
  responses.map((response) => new URL(response.url()).pathname.replace(/-[\w-]{8}\.js$/, '.js')).join(', ');

async function withoutPhone(browser: TestBrowser, world: World): Promise<Outcome[]> {
  const person: Person = await browser.person();
  const files = watchFiles(person.context, world);
  await person.page.goto(`${world.portals[0].url}/?as=${CARLA}`);
  const stage = stageOf(person, person.page, world);
  // The first view ever opens one session; what is counted is every view after it.
  await stage.shows('phone', 'none');
  await quiet(world);
  const bytes = await brotliBytes(files);
  const note = names(files);
  const views = await repeat(world, () => reload(stage, 'none'));
  await stage.close();
  return [
    bytesFigure('bytes_every_frame', 'brotli bytes in every frame, nothing cached', bytes, 4 * 1024, note),
    requestsFigure('requests_no_phone', 'requests to objects a page view: person without a phone', views, 0),
  ];
}

async function withPhone(browser: TestBrowser, world: World): Promise<Outcome[]> {
  const person = await browser.person();
  const files = watchFiles(person.context, world);
  await person.page.goto(`${world.portals[0].url}/?as=${ANNA}`);
  const first = stageOf(person, person.page, world);
  await first.shows('phone', 'ready');
  await quiet(world);
  const bytes = await brotliBytes(files);
  const note = names(files);
  const alone = await repeat(world, () => reload(first, 'ready'));
  const page = await person.context.newPage();
  await page.goto(`${world.portals[0].url}/`);
  const second = stageOf(person, page, world);
  const follower = await repeat(world, () => reload(second, 'follower'));
  await first.close();
  return [
    bytesFigure(
      'bytes_phone_frame',
      'brotli bytes in the frame with the phone, nothing cached',
      bytes,
      60 * 1024,
      note,
    ),
    requestsFigure('requests_follower', 'requests to objects a page view: frame that is not the phone’s', follower, 0),
    requestsFigure(
      'requests_phone',
      'requests to objects a page view: the phone’s frame, only page of its person',
      alone,
      1,
    ),
  ];
}

/** One page of two goes away and the other becomes the phone. */
async function handedOver(browser: TestBrowser, world: World): Promise<Outcome[]> {
  const first = await openStage(browser, world, ANNA);
  await first.shows('phone', 'ready');
  let current = first;
  const views = await repeat(world, async () => {
    const page = await first.person.context.newPage();
    await page.goto(`${world.portals[0].url}/`);
    const next = stageOf(first.person, page, world);
    await next.shows('phone', 'follower');
    await current.page.close();
    current = next;
    await next.shows('phone', 'ready');
    return page;
  });
  await first.close();
  const what = 'requests to objects: the phone’s frame, taking over from another page';
  return [requestsFigure('requests_phone_handed_over', what, views, 1)];
}

/** What a page view costs: bytes as they leave the edge, and requests that reach an object, counted in front of the Worker. */
export async function measurePageViews(browser: TestBrowser, world: World): Promise<Outcome[]> {
  return [
    ...(await withoutPhone(browser, world)),
    ...(await withPhone(browser, world)),
    ...(await handedOver(browser, world)),
  ];
}
