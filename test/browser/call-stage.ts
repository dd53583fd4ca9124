import type { Frame, Page } from 'playwright-core';
import type { Person, TestBrowser } from '../harness/browser.ts';
import { until } from '../harness/until.ts';
import type { World } from '../harness/world.ts';

/** What a test sees of one employee's page: the portal, its card, and the phone's frame inside. */
export interface Stage {
  readonly person: Person;
  readonly page: Page;
  /** Our frame's document, once it is there. */
  frame(): Promise<Frame>;
  /** Waits until the frame's document says so, e.g. `phone` = `ready`. */
  shows(key: 'phone' | 'call', word: string): Promise<void>;
  /** Waits until the card is in this state. */
  card(state: string): Promise<void>;
  /** Waits until no card is open. */
  noCard(): Promise<void>;
  press(button: string): Promise<void>;
  /** Commands that our frame sent to the card, in order; without its one look whether a card is open already, of no state. */
  commands(): Promise<{ name: string; data: unknown }[]>;
  /** Waits for sound from the far end: packets arrive and the level is not silence. */
  hears(): Promise<void>;
  close(): Promise<void>;
}

/** Animation frames, on which waiting normally runs, never come in a hidden frame. */
const POLL = { polling: 50 };

/**
 * Opens the portal as employee `as`. Peer connections are kept where the test can look at them. `relayOnly`: the browser
 * offers no address but a TURN server's, as some companies' policies want it.
 */
export async function openStage(
  browser: TestBrowser,
  world: World,
  as: number,
  path = '/',
  options: {
    readonly microphone?: boolean;
    readonly relayOnly?: boolean;
    /** Runs in each document before its own scripts. */
    readonly prepare?: () => void;
  } = {},
): Promise<Stage> {
  const person = await browser.person(options);
  if (options.prepare) await person.context.addInitScript(options.prepare);
  await keepPeers(person, options.relayOnly);
  await person.page.goto(`${world.portals[0].url}${path}?as=${as}`);
  await listening(person.page);
  return stageOf(person, person.page, world);
}

/** Keeps the peer connections of pages that open from now on where {@link Stage.hears} finds them. */
export const keepPeers = (person: Person, relayOnly = false): Promise<unknown> =>
  person.context.addInitScript((relayOnly) => {
    const Native = window.RTCPeerConnection;
    const kept: RTCPeerConnection[] = [];
    Object.assign(window, { peers: kept });
    window.RTCPeerConnection = class extends Native {
      constructor(configuration?: RTCConfiguration) {
        super(relayOnly ? { ...configuration, iceTransportPolicy: 'relay' } : configuration);
        kept.push(this);
      }
    };
  }, relayOnly);

/** Waits until the portal can tell the page of calls: a card that was pushed before is not shown later. */
export const listening = (page: Page) => page.waitForSelector('html[data-pull="open"]', { state: 'attached' });

/** Waits until the page's frame hears of cards: Bitrix24 repeats no `initialized` for a frame that bound too late. */
export const hearsCards = (page: Page) =>
  page.waitForFunction(() => window.fakePortal.traffic.some(({ name }) => name === 'placementBindEvent'));

/** A further page of a person who is there already. */
export function stageOf(person: Person, page: Page, world: World): Stage {
  const frame = async (): Promise<Frame> => {
    const handle = await page.waitForSelector('iframe[id^="appframe_"]', { state: 'attached' });
    const inner = await handle.contentFrame();
    if (!inner) throw new Error('the frame has no document');
    await inner.waitForURL(`${world.appUrl}/**`);
    return inner;
  };
  return {
    person,
    page,
    frame,
    shows: async (key, word) => {
      const inner = await frame();
      const says = ([k, w]: string[]) => document.documentElement.dataset[k ?? ''] === w;
      await inner.waitForFunction(says, [key, word], POLL);
      if (word === 'ready') await hearsCards(page);
    },
    card: async (state) => {
      await page.waitForSelector(`[data-card][data-ui-state="${state}"]`);
    },
    noCard: async () => {
      await page.waitForSelector('[data-card]', { state: 'detached' });
    },
    press: (button) => page.click(`[data-card] [data-button="${button}"]`),
    commands: () =>
      page.evaluate(() =>
        window.fakePortal.traffic
          .filter((entry) => entry.way === 'from frame' && entry.name.startsWith('CallCard'))
          .map(({ name, data }) => ({ name: name.replace('CallCard', ''), data }))
          .filter(({ name, data }) => name !== 'SetUiState' || 'uiState' in Object(data)),
      ),
    hears: async () => {
      const inner = await frame();
      // Not waitForFunction: it takes the promise of an async predicate for a yes.
      await until('sound from the far end', () => inner.evaluate(heard));
    },
    close: () => person.close(),
  };
}

/** Runs in the frame. */
async function heard(): Promise<boolean> {
  const { peers } = window as unknown as { peers: RTCPeerConnection[] };
  let sound = false;
  // A call with a consultation or a second call has two.
  for (const peer of peers.filter(({ connectionState }) => connectionState === 'connected')) {
    const stats = await peer.getStats();
    stats.forEach((entry) => {
      if (entry.type === 'inbound-rtp' && entry.packetsReceived > 20 && entry.totalAudioEnergy > 0) sound = true;
    });
  }
  return sound;
}
