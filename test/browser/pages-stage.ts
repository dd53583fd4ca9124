import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FrameLocator, Page } from 'playwright-core';
import type { Person, TestBrowser } from '../harness/browser.ts';
import type { World, WorldPortal } from '../harness/world.ts';

const out = fileURLToPath(new URL('../.out/', import.meta.url));

/** What the browser said about content that a page's policy refused. Empty on every page of ours that works as meant. */
export const refusedContent = (person: Person): string[] =>
  person.log.filter((line) => /content security policy/i.test(line));

/** Opens a portal as employee `as`. */
export async function enter(browser: TestBrowser, portal: WorldPortal, as: number): Promise<Person> {
  const person = await browser.person();
  await person.page.goto(`${portal.url}/?as=${as}`);
  return person;
}

/** Clicks the app in the portal's menu; what Bitrix24 shows then is in a frame, installer or app. */
export async function clickApp(page: Page): Promise<FrameLocator> {
  await page.getByRole('navigation').getByRole('link', { name: 'Webphone' }).click();
  await page.waitForURL('**/app/**');
  return appFrame(page);
}

export const appFrame = (page: Page): FrameLocator => page.frameLocator('#app-frame iframe');

/** Waits until the background worker of this page says what it is, e.g. `ready`, `none`. */
export async function phoneSays(page: Page, world: World, word: string): Promise<void> {
  const element = await page.waitForSelector('#intranet-placement-PAGE_BACKGROUND_WORKER iframe', {
    state: 'attached',
  });
  const frame = await element.contentFrame();
  if (frame === null) throw new Error('the worker has no document');
  await frame.waitForURL(`${world.appUrl}/placement?**`);
  // Animation frames never come in a hidden frame, so the condition is polled.
  await frame.waitForFunction((wanted) => document.documentElement.dataset.phone === wanted, word, { polling: 50 });
}

/** Saves a picture of the page into test/.out, in light and in dark. An app's frame is first made as high as its content. */
export async function pictures(page: Page, name: string): Promise<void> {
  mkdirSync(out, { recursive: true });
  await showWholeApp(page);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    // A frame is light or dark as the element that holds it is, not as the system.
    await page.evaluate((scheme) => document.documentElement.style.setProperty('color-scheme', scheme), colorScheme);
    await page.screenshot({ path: join(out, `${name}-${colorScheme}.png`), fullPage: true });
  }
  await page.emulateMedia({ colorScheme: null });
  await page.evaluate(() => document.documentElement.style.removeProperty('color-scheme'));
}

async function showWholeApp(page: Page): Promise<void> {
  const element = page.locator('#app-frame iframe');
  if ((await element.count()) === 0) return;
  const height = await appFrame(page)
    .locator(':root')
    .evaluate((root) => root.scrollHeight);
  await element.evaluate((frame, px) => frame.style.setProperty('height', `${px}px`), height);
  await page.setViewportSize({ width: 1280, height: height + 200 });
}
