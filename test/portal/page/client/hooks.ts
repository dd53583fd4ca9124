/** What tests may set before a page loads, and look at afterwards: `window.fakePortal`. */

export interface PageOptions {
  /** ms after which the placement's commands and events are listed (fact 2.2). */
  readonly listDelay: number;
  /** false = a page without telephony: the lists stay empty. Sliders have none by default. */
  readonly telephony: boolean | null;
  /** ms by which this tab gets the portal's messages later. */
  readonly pullDelay: number;
  /** true = this tab gets no message of the portal until `releasePull()`. */
  readonly pullHeld: boolean;
  /** ms after which a shown card is announced to other tabs (fact 3.4). */
  readonly guardDelay: number;
  /** ms until the CRM part of the card is there; until then the layout is "simple". */
  readonly crmDelay: number;
  /** ms until the card's own title replaces whatever stands there (fact 3.4, title race). */
  readonly titleDelay: number;
  /** Send entityChanged before initialized, as was measured once (fact 3.3). */
  readonly entityChangedFirst: boolean;
  /** A portal video call is on: no card is shown (fact 3.4). */
  readonly busy: boolean;
  /** Which worker answers the commands (fact 3.1). */
  readonly worker: 'browser' | 'desktop';
  /** Auto-close waits for this long at most while a comment is being written, ms (fact 3.4). */
  readonly autoCloseWait: number;
  /** `allow` of app frames; null = the attribute is absent, as on the oldest portals (fact 1.2). */
  readonly allow: string | null;
}

export const DEFAULTS: PageOptions = {
  listDelay: 120,
  telephony: null,
  pullDelay: 0,
  pullHeld: false,
  guardDelay: 100,
  crmDelay: 120,
  titleDelay: 250,
  entityChangedFirst: false,
  busy: false,
  worker: 'browser',
  autoCloseWait: 65_000,
  allow: 'geolocation *; microphone *; camera *; autoplay *;',
};

export interface TrafficEntry {
  readonly at: number;
  readonly way: 'from frame' | 'to frame';
  readonly clientId: string;
  readonly sid: string;
  /** Method of the frame, or the callback id of the portal. */
  readonly name: string;
  readonly data: unknown;
  /** Why a message was met with silence; '' = it was not. */
  readonly ignored: string;
}

export interface LoadEntry {
  readonly placementId: number;
  readonly clientId: string;
  /** Frame inserted to this `load`, ms; the start is never reset. */
  readonly ms: number;
  readonly long: boolean;
}

export interface FakePortalHooks {
  options: PageOptions;
  readonly traffic: TrafficEntry[];
  /** Worker frames as they were inserted, Unix ms: what the load timer starts from. */
  readonly inserted: { readonly placementId: number; readonly at: number }[];
  readonly loads: LoadEntry[];
  /** Events the card emitted: `[name without prefix, payload]`. */
  readonly events: [string, unknown][];
  /** Portal messages this page received. */
  readonly pulled: unknown[];
  /** Opens a card that belongs to no app, such as a call list's: it blocks external ones. */
  openPortalCard: () => void;
  closeCard: () => void;
  releasePull: () => void;
  changeEntity: (type: string, id: number, name: string) => void;
  /** As if the card were a call list's and its button "next" were pressed: an external card has none (fact 3.3). */
  nextInList: () => void;
}

declare global {
  interface Window {
    /** Set before the page's scripts run, e.g. by an init script. */
    fakePortalOptions?: Partial<PageOptions>;
    fakePortal: FakePortalHooks;
  }
}

export const createHooks = (): FakePortalHooks => ({
  options: { ...DEFAULTS, ...window.fakePortalOptions },
  traffic: [],
  inserted: [],
  loads: [],
  events: [],
  pulled: [],
  openPortalCard: () => undefined,
  closeCard: () => undefined,
  releasePull: () => undefined,
  changeEntity: () => undefined,
  nextInList: () => undefined,
});
