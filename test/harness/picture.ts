import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { hearsCards, openStage, type Stage } from '../browser/call-stage.ts';
import { clickApp } from '../browser/pages-stage.ts';
import type { DemoPbx } from '../pbx/demo/demo-pbx.ts';
import { projectNode, root } from '../start/node.mjs';
import { launchBrowser } from './browser.ts';
import { buildWorker } from './build.mjs';
import { LINE } from './cast.ts';
import { startWorld } from './world.ts';

/**
 * Takes the README's pictures from the running thing: a portal page while a call is on, its card open; the operator's
 * panel while a second call rings.
 *
 * ```sh
 * npx node test/harness/picture.ts                 # -> docs/images/phone.png and panel.png
 * npx node test/harness/picture.ts some/folder
 * ```
 */

const FOLDER = join(root, 'docs', 'images');
const SIZE = { width: 1280, height: 480 };
const [ANNA, EXTENSION] = [1, '1001'];

const PAUL = { from: '+49407654321', name: 'Paul Weber', line: LINE.number };
const MARTA = { from: '+49301234567', name: 'Marta Lind', line: LINE.number };

/** Marta calls, Anna answers, and they talk until the card's timer shows this. */
async function answered(stage: Stage, pbx: DemoPbx, timer: string) {
  const ringing = pbx.callAgent(EXTENSION, MARTA);
  await stage.card('incoming');
  await stage.press('answer');
  await stage.card('connected');
  await stage.page.waitForSelector(`[data-card-timer]:has-text("${timer}")`);
  return ringing;
}

/** The card, in the middle of a call. */
async function takePhone(stage: Stage, pbx: DemoPbx, file: string): Promise<void> {
  await stage.page.setViewportSize(SIZE);
  // So that the client's list of calls is not empty.
  const earlier = await answered(stage, pbx, '00:03');
  await stage.press('quality');
  await stage.page.click('[data-quality="5"]');
  earlier.hangup();
  await stage.noCard();
  const call = await answered(stage, pbx, '00:12');
  await stage.hears();
  await stage.page.mouse.move(0, 0);
  await stage.page.screenshot({ path: file });
  call.hangup();
  await stage.noCard();
}

/** The panel, with a call on and another one ringing. The card is folded, as an operator has it there. */
async function takePanel(stage: Stage, pbx: DemoPbx, file: string): Promise<void> {
  await stage.page.setViewportSize({ width: 1280, height: 900 });
  const app = await clickApp(stage.page);
  await app.locator('#phone-badge', { hasText: 'Ready' }).waitFor();
  await hearsCards(stage.page);
  const call = await answered(stage, pbx, '00:04');
  await stage.press('fold');
  await app.locator('.quality').waitFor();
  const second = pbx.callAgent(EXTENSION, PAUL);
  const decline = app.getByRole('button', { name: 'Decline' });
  await decline.waitFor();
  await app.getByText('Weber & Son').waitFor();
  await stage.page.mouse.move(0, 0);
  await app.locator('#phone').screenshot({ path: file });
  await decline.click();
  await second;
  call.hangup();
  await stage.noCard();
}

async function take(folder: string): Promise<string[]> {
  const [world, browser] = await Promise.all([startWorld(), launchBrowser()]);
  const files = [join(folder, 'phone.png'), join(folder, 'panel.png')] as const;
  try {
    if (world.pbx === null) throw new Error('This world has no PBX.');
    mkdirSync(folder, { recursive: true });
    const stage = await openStage(browser, world, ANNA, '/contact/5/');
    await stage.shows('phone', 'ready');
    await takePhone(stage, world.pbx, files[0]);
    await takePanel(stage, world.pbx, files[1]);
    return [...files];
  } finally {
    await browser.close();
    await world.close();
  }
}

const node = projectNode();
const built = node.ok ? await buildWorker(node.path) : { code: 1, output: node.message };
if (built.code !== 0) throw new Error(built.output);
for (const file of await take(process.argv[2] ?? FOLDER))
  console.log(`${file}: ${Math.round(statSync(file).size / 1024)} KiB`);
