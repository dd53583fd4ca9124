import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { launchBrowser, type TestBrowser } from '../harness/browser.ts';
import { buildWorker } from '../harness/build.mjs';
import { startWorld, type World } from '../harness/world.ts';
import { projectNode, root } from '../start/node.mjs';
import { measureAsterisk } from './asterisk.ts';
import { measureDialling, measureRinging } from './calls.ts';
import { isMeasured, lineOf, type Outcome, verdictOf } from './figures.ts';
import { measureFrameLoad } from './frame-load.ts';
import { measureHandler } from './handler.ts';
import { measurePageViews } from './page-views.ts';
import { measureRecovery } from './recovery.ts';
import { measureDefaults } from './sipjs-defaults.ts';

/** `npm run bench`: every figure of docs/benchmarks.md, measured in one run on this machine. */

const out = join(root, 'test', '.out');

interface Part {
  readonly id: string;
  readonly what: string;
  readonly measure: () => Promise<readonly Outcome[]>;
}

interface Machine {
  readonly at: string;
  readonly cpu: string;
  readonly cores: number;
  readonly system: string;
  readonly node: string;
  readonly workerd: string;
  readonly chromium: string;
  /** Processes that wanted a core in the last minute, before and after: above the number of cores, others were busy here. */
  readonly load: readonly [before: number, after: number];
}

const loadNow = (): number => Number((loadavg()[0] ?? 0).toFixed(1));

function machineOf(browser: TestBrowser): Machine {
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules', 'workerd', 'package.json'), 'utf8'));
  return {
    at: new Date().toISOString(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    system: `${process.platform} ${release()}`,
    node: process.version,
    workerd: version,
    chromium: browser.browser.version(),
    load: [loadNow(), loadNow()],
  };
}

/** A server that takes every STUN request and answers none: what a wrong address or a firewall looks like. */
async function startDeadStun(): Promise<{ readonly url: string; readonly socket: Socket }> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { url: `stun:127.0.0.1:${socket.address().port}`, socket };
}

/** One part that breaks is a hole in the table and not the end of the run. */
async function run({ id, what, measure }: Part): Promise<readonly Outcome[]> {
  try {
    return await measure();
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return [{ id, what, reason, fault: true }];
  }
}

const partsOf = (browser: TestBrowser, world: World, stun: string): readonly Part[] => [
  { id: 'handler', what: 'handler', measure: measureHandler },
  { id: 'frame_load', what: 'frame load', measure: () => measureFrameLoad(browser) },
  { id: 'page_views', what: 'page views', measure: () => measurePageViews(browser, world) },
  { id: 'dialling', what: 'dialling', measure: () => measureDialling(browser, world, stun) },
  { id: 'sipjs_defaults', what: 'SIP.js defaults', measure: () => measureDefaults(browser, world, stun) },
  { id: 'ringing', what: 'ringing', measure: () => measureRinging(browser, world) },
  { id: 'recovery', what: 'recovery', measure: () => measureRecovery(browser, world) },
  { id: 'asterisk', what: 'gaps on Asterisk', measure: () => measureAsterisk(browser) },
];

/** All parts, or those that were named on the command line. */
async function measureAll(wanted: readonly string[], browser: TestBrowser): Promise<readonly Outcome[]> {
  // The portal's REST limit is about days of work; forty calls in a minute would meet it.
  const world = await startWorld({ fake: { rateLimit: false } });
  const stun = await startDeadStun();
  const outcomes: Outcome[] = [];
  try {
    for (const part of partsOf(browser, world, stun.url)) {
      if (wanted.length > 0 && !wanted.includes(part.id)) continue;
      for (const outcome of await run(part)) {
        outcomes.push(outcome);
        console.log(`  ${lineOf(outcome)}`);
      }
    }
  } finally {
    stun.socket.close();
    await world.close();
  }
  return outcomes;
}

function save(machine: Machine, outcomes: readonly Outcome[]): void {
  const figures = outcomes.map((outcome) =>
    isMeasured(outcome) ? { ...outcome, verdict: verdictOf(outcome) } : { ...outcome, verdict: 'not measured' },
  );
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'bench.json'), `${JSON.stringify({ machine, figures }, null, 2)}\n`);
}

async function main(): Promise<void> {
  const started = Date.now();
  const wanted = process.argv.slice(2);
  const node = projectNode();
  console.log('building client and Worker ...');
  const built = node.ok ? await buildWorker(node.path) : { code: 1, output: node.message };
  if (built.code !== 0) throw new Error(`The build failed:\n${built.output.trim()}`);
  const browser = await launchBrowser();
  const machine = machineOf(browser);
  console.log(
    `${machine.cores} x ${machine.cpu}, ${machine.system}, Node ${machine.node}, workerd ${machine.workerd}, Chromium ${machine.chromium}\n`,
  );
  const outcomes = await measureAll(wanted, browser).finally(() => browser.close());
  const load = [machine.load[0], loadNow()] as const;
  save({ ...machine, load }, outcomes);
  const missed = outcomes.filter((outcome) => isMeasured(outcome) && verdictOf(outcome) === 'missed').length;
  const broken = outcomes.filter((outcome) => !isMeasured(outcome) && outcome.fault).length;
  console.log(
    `\n${outcomes.length - broken} lines, ${missed} missed, ${broken} broken, in ${Math.round((Date.now() - started) / 1000)} s, load ${load.join(' -> ')} on ${machine.cores} cores -> test/.out/bench.json`,
  );
  // A figure that misses its target is news and not a failure; a figure that could not be taken is one.
  process.exitCode = broken === 0 ? 0 : 1;
}

await main();
