import type { Frame, Page } from 'playwright-core';
import type { Person } from '../harness/browser.ts';
import { until } from '../harness/until.ts';
import type { World } from '../harness/world.ts';
import { hearsCards, listening, type Stage, stageOf } from './call-stage.ts';

/** What one of a person's frames says of itself on its document. */
export interface FrameWords {
  readonly page: Page;
  /** `ready`, `follower`, ... (docs/protocol.md) */
  readonly phone: string;
  readonly call: string;
}

/** The portal's page of clients: each of its names opens in a slider. */
export const WITH_SLIDERS = '/crm/lead/list/';

const ours = (page: Page, world: World): Frame[] =>
  page.frames().filter((frame) => frame.url().startsWith(`${world.appUrl}/placement`));

/** Runs in a frame. */
const ownWords = () => ({
  phone: document.documentElement.dataset.phone ?? '',
  call: document.documentElement.dataset.call ?? '',
});

/** What each frame of a person says, sliders' frames included; one that goes away meanwhile says nothing. */
export async function wordsOf(person: Person, world: World): Promise<FrameWords[]> {
  const asked = person.context.pages().flatMap((page) =>
    ours(page, world).map(async (frame) => {
      const words = await frame.evaluate(ownWords).catch(() => null);
      return words && { page, ...words };
    }),
  );
  return (await Promise.all(asked)).filter((words) => words !== null);
}

/** Waits until all these frames are there, and exactly one of them is the phone, registered. @returns its page */
export async function onePhone(person: Person, world: World, frames: number): Promise<Page> {
  let last = '';
  const phone = await until('one phone among the frames', async () => {
    const words = await wordsOf(person, world);
    last = words.map((said) => said.phone).join(', ');
    const ready = words.filter((said) => said.phone === 'ready');
    const others = words.filter((said) => said.phone === 'follower');
    return words.length === frames && ready.length === 1 && others.length === frames - 1 && ready[0];
  }).catch((error: Error) => {
    throw new Error(`${error.message}; they say: ${last}`);
  });
  return phone.page;
}

/** Opens a further page of the portal for a person who is there already; its frame hears cards from then on. */
export async function openTab(person: Person, world: World, path = '/', portal = world.portals[0].url): Promise<Stage> {
  const page = await person.context.newPage();
  await page.goto(`${portal}${path}`);
  await listening(page);
  await hearsCards(page);
  return stageOf(person, page, world);
}

/** Opens a slider over a page that has links to clients, and waits until our frame in it has a role. */
export async function openSlider(page: Page, world: World): Promise<void> {
  const before = ours(page, world).length;
  // Also where a slider covers the link already.
  await page.locator('a[data-slider]').first().dispatchEvent('click');
  await until('the frame of the slider', async () => {
    const frames = ours(page, world);
    if (frames.length <= before) return false;
    const words = await Promise.all(frames.map((frame) => frame.evaluate(ownWords).catch(() => null)));
    return words.every((said) => said !== null && said.phone !== '');
  });
}

/** Closes the slider that was opened last; its document goes with it. */
export async function closeSlider(page: Page): Promise<void> {
  await page.locator('[data-slider-close]').last().dispatchEvent('click');
}

/** A person's pages on which a call card is open. */
export async function pagesWithCard(person: Person): Promise<Page[]> {
  const pages = person.context.pages();
  const shown = await Promise.all(
    pages.map((page) =>
      page
        .locator('[data-card]')
        .count()
        .catch(() => 0),
    ),
  );
  return pages.filter((_, index) => (shown[index] ?? 0) > 0);
}

/**
 * Requests of a person's frames to the service from now on: paths of `/api/*`, WebSockets included. The page itself and
 * the files come from caches and the edge.
 */
export function watchService(person: Person, world: World): string[] {
  const asked: string[] = [];
  const note = (url: string) => {
    const { host, pathname } = new URL(url);
    if (host === new URL(world.appUrl).host && pathname.startsWith('/api/')) asked.push(pathname);
  };
  const watch = (page: Page) => page.on('websocket', (socket) => note(socket.url()));
  person.context.on('request', (request) => note(request.url()));
  person.context.on('page', watch);
  person.context.pages().map(watch);
  return asked;
}

/** Lets every tab show the card that Bitrix24 tells all of them of at the same time, however slow this machine is (fact 3.4). */
export async function allShowCards(pages: readonly Page[]): Promise<void> {
  const guardLate = () => {
    window.fakePortal.options = { ...window.fakePortal.options, guardDelay: 3000 };
  };
  await Promise.all(pages.map((page) => page.evaluate(guardLate)));
}
