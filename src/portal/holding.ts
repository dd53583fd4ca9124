import type { LegRecord } from './ledger.ts';

/** What is to become of a live leg that the page which has just spoken does not name. */
export type Unheld =
  /** Another open page of the person holds it: a second browser. */
  | 'elsewhere'
  /** Its page is gone, and this one can go on with it. */
  | 'recoverable'
  /** It waits for the person's click, and the page in which it did is gone: this one can ask for it. */
  | 'waiting'
  /** This page was told of it and is about to go on with it. */
  | 'offered'
  /** It died with its page. */
  | 'dead';

/** An open page of the person, known by its socket. */
export interface OpenPage {
  readonly epoch: number;
  /** Random name of its browser; '' = unknown. */
  readonly browser: string;
}

/** What is known of a kept call without opening it. */
export interface KeptRow {
  readonly leg: string;
  /** Epoch of the page that was told to go on with it; null = none yet. */
  readonly offeredTo: number | null;
}

/** How long a page that was told of a kept call may take to go on with it (ms): a page load on a bad network. */
export const RESUME_GRACE_MS = 15_000;

/**
 * Decides about a live leg that the speaking page does not name.
 *
 * A browser has one phone at a time, so a page that is the phone proves that an earlier one of the same browser is gone,
 * even if that one's socket still looks open. Of another browser that is not known: while its socket is open, it has the
 * leg.
 *
 * @param kept what its page kept of it; null = nothing
 * @param waits whether its call waits for the person's click
 * @param pages all open pages of the person, the speaker among them
 */
export function unheldLeg(
  leg: Pick<LegRecord, 'holder'>,
  kept: Pick<KeptRow, 'offeredTo'> | null,
  waits: boolean,
  speaker: OpenPage,
  pages: readonly OpenPage[],
): Unheld {
  const holder = leg.holder === speaker.epoch ? undefined : pages.find((page) => page.epoch === leg.holder);
  const sameBrowser = holder !== undefined && holder.browser !== '' && holder.browser === speaker.browser;
  if (holder && !sameBrowser) return 'elsewhere';
  if (waits && leg.holder !== speaker.epoch) return 'waiting';
  if (!kept || leg.holder === speaker.epoch) return 'dead';
  return kept.offeredTo === speaker.epoch ? 'offered' : 'recoverable';
}
