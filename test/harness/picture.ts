import { mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { openStage, type Stage } from '../browser/call-stage.ts';
import type { DemoPbx } from '../pbx/demo/demo-pbx.ts';
import { projectNode, root } from '../start/node.mjs';
import { launchBrowser } from './browser.ts';
import { buildWorker } from './build.mjs';
import { LINE } from './cast.ts';
import { startWorld } from './world.ts';

/**
 * Takes the README's picture from the running thing: a portal page while a call is on, its card open.
 *
 * ```sh
 * npx node test/harness/picture.ts              # -> docs/images/phone.png
 * npx node test/harness/picture.ts some.png
 * ```
 */

const FILE = join(root, 'docs', 'images', 'phone.png');
const SIZE = { width: 1280, height: 480 };
const [ANNA, EXTENSION] = [1, '1001'];

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

async function take(file: string): Promise<void> {
  const [world, browser] = await Promise.all([startWorld(), launchBrowser()]);
  try {
    if (world.pbx === null) throw new Error('This world has no PBX.');
    const stage = await openStage(browser, world, ANNA, '/contact/5/');
    await stage.page.setViewportSize(SIZE);
    await stage.shows('phone', 'ready');
    // So that the client's list of calls is not empty.
    const earlier = await answered(stage, world.pbx, '00:03');
    await stage.press('quality');
    await stage.page.click('[data-quality="5"]');
    earlier.hangup();
    await stage.noCard();
    const call = await answered(stage, world.pbx, '00:12');
    await stage.hears();
    mkdirSync(dirname(file), { recursive: true });
    await stage.page.mouse.move(0, 0);
    await stage.page.screenshot({ path: file });
    call.hangup();
    await stage.noCard();
  } finally {
    await browser.close();
    await world.close();
  }
}

const node = projectNode();
const built = node.ok ? await buildWorker(node.path) : { code: 1, output: node.message };
if (built.code !== 0) throw new Error(built.output);
const file = process.argv[2] ?? FILE;
await take(file);
console.log(`${file}: ${Math.round(statSync(file).size / 1024)} KiB`);
