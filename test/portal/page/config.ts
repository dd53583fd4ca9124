/** What the server writes into a portal page for its scripts. Types only: the browser loads none of this. */

export interface PageUser {
  readonly id: number;
  readonly name: string;
  readonly inner: string;
  readonly admin: boolean;
}

export interface PageConfig {
  readonly memberId: string;
  readonly domain: string;
  readonly scheme: 'http' | 'https';
  readonly lang: string;
  readonly user: PageUser;
  readonly colleagues: readonly PageUser[];
  /** Path and query of the page. */
  readonly uri: string;
  /** The document lives in a slider: its own frame, its own bridge. */
  readonly slider: boolean;
  /** The vendor's desktop program runs, so the browser shows no card. */
  readonly desktop: boolean;
  /** Rows of PAGE_BACKGROUND_WORKER, not yet filtered by person (fact 1.1). */
  readonly workers: readonly { readonly placementId: number; readonly clientId: string }[];
  /** The visible frame of an app's page. */
  readonly app: PageFrame | null;
  /** A frame load longer than this (ms) is reported. */
  readonly maxLoadDelay: number;
}

/** One app frame as the page's scripts need it. */
export interface PageFrame {
  readonly action: string;
  readonly frameName: string;
  readonly sid: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly clientId: string;
  readonly placement: string;
  readonly placementId: number;
  readonly placementOptions: Readonly<Record<string, unknown>> | null;
  readonly userOptions: Readonly<Record<string, unknown>>;
  readonly appOptions: Readonly<Record<string, unknown>>;
  readonly install: boolean;
  readonly admin: boolean;
}

/** One line of the calls panel. */
export interface CallRow {
  readonly callId: string;
  readonly live: boolean;
  readonly direction: 'in' | 'out';
  readonly number: string;
  readonly name: string;
  readonly line: string;
  readonly agent: string;
  readonly seconds: number;
  readonly status: string;
  readonly failed: boolean;
  readonly at: string;
  readonly vote: number;
  readonly comment: string;
  readonly recordUrl: string | null;
}

export interface DemoAction {
  readonly id: string;
  readonly label: string;
  readonly hint: string;
  /** A link instead of a request. */
  readonly href?: string;
}

/** What the page under the demo's buttons can be told to do. */
export interface Demo {
  readonly title?: string;
  /** One short paragraph: what this page is. */
  readonly intro: string;
  readonly actions: readonly DemoAction[];
  /** Runs one action; what it returns appears in the page's log. */
  readonly run: (id: string, context: { readonly memberId: string; readonly userId: number }) => Promise<string>;
}
