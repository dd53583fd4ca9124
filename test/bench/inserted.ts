import type { Page } from 'playwright-core';

declare global {
  interface Window {
    /** Unix ms at which the portal inserted our frame. */
    frameInserted: number | undefined;
  }
}

/** An init script of the portal's page: notes when it inserts our frame. */
export function noteFrame(): void {
  const look = () => {
    if (window.frameInserted === undefined && document.querySelector('iframe[id^="appframe_"]'))
      window.frameInserted = performance.timeOrigin + performance.now();
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
}

/**
 * When a portal's page has inserted our frame, Unix ms.
 *
 * @throws when it has none, or was opened without {@link noteFrame}
 */
export async function frameInserted(page: Page): Promise<number> {
  const inserted = await page.evaluate(() => window.frameInserted);
  if (inserted === undefined) throw new Error('The page has no frame of ours.');
  return inserted;
}
