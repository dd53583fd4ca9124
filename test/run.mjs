// `npm test [-- part ...]`: prepares the machine, runs the parts one after another, adds their numbers up.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { checksWithBuild, runChecks } from './check.mjs';
import { buildWorker } from './harness/build.mjs';
import { COLUMNS, featureTable, VOCABULARY, WORDS_FILE, wordTable } from './harness/features.mjs';
import { countReport, skippedPart, verdict } from './harness/report.mjs';
import { canIsolate, inNamespace } from './pbx/asterisk/namespace.mjs';
import { ensureAsterisk, ensureChromium, ensureCoturn, ensureGround, ensureKamailio } from './setup.mjs';
import { root } from './start/node.mjs';

/** A part that hangs must not hang the whole run; the slowest takes a third of this. */
const PART_LIMIT_MS = 15 * 60_000;
/** Asked for by name only, with `SOAK=10000` and `RUNS=1000` if somebody wants to. */
const SOAK_LIMIT_MS = 12 * 60 * 60_000;

const out = join(root, 'test', '.out');
const say = (line) => console.log(`  ${line}`);

/**
 * Parts in the order of what a person wants to know first. `needs` says what the machine must have, `wants` what single
 * tests are skipped without. Parts of the lane `pbx` mostly wait for bells and clocks, so they run beside the others where
 * each part has a network of its own.
 */
const parts = [
  { name: 'check', needs: [] },
  { name: 'unit', needs: [] },
  { name: 'worker', needs: [] },
  // By name only: on a machine that others use as well it takes longer than a run may.
  { name: 'soak', needs: [ensureChromium], apart: true, byName: true, limitMs: SOAK_LIMIT_MS },
  { name: 'browser', needs: [ensureChromium], apart: true },
  { name: 'pbx', needs: [ensureChromium, ensureAsterisk], wants: [ensureCoturn], apart: true, lane: 'pbx' },
  { name: 'peers', needs: [ensureChromium, ensureKamailio], apart: true, lane: 'pbx' },
];

async function checkPart(name, node) {
  const failed = await runChecks(checksWithBuild, node);
  const notes = failed.map((check) => `FAILED ${name}: ${check}`);
  return { name, passed: checksWithBuild.length - failed.length, failed: failed.length, skipped: 0, notes };
}

async function vitestPart({ name, apart = false, limitMs = PART_LIMIT_MS }, node, print) {
  const report = join(out, `${name}.json`);
  rmSync(report, { force: true });
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const command = [
    node,
    vitest,
    'run',
    '--project',
    name,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ];
  const exitCode = await runLimited(apart ? inNamespace(command) : command, limitMs, print);
  return countReport(name, readReport(report), exitCode);
}

/** @param print null = the command writes to the terminal itself */
function runLimited([command, ...args], limitMs, print) {
  return new Promise((resolve) => {
    // A group of its own, so that a hanging part ends together with the programs it started.
    const child = spawn(command, args, {
      cwd: root,
      stdio: print === null ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      detached: true,
      env: { ...process.env, WEBPHONE_BUILT: '1' },
    });
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', print);
    const end = (signal) => {
      try {
        process.kill(-child.pid, signal);
      } catch {
        // It ended in between.
      }
    };
    const limit = setTimeout(() => end('SIGKILL'), limitMs);
    const interrupted = () => {
      end('SIGTERM');
      process.exit(130);
    };
    process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
    child.on('error', () => resolve(127));
    child.on('close', (code) => {
      clearTimeout(limit);
      process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
      resolve(code ?? 1);
    });
  });
}

/** Prints what this run has proved of the calls; a cell whose test did not run is a failure of its own. */
function provedTables() {
  const reportOf = (name) => (ran(name) ? readReport(join(out, `${name}.json`)) : null);
  const reports = { asterisk: reportOf(COLUMNS.asterisk), proxy: reportOf(COLUMNS.proxy) };
  if (reports.asterisk === null && reports.proxy === null) return null;
  const calls = featureTable(reports);
  const words = reports.asterisk === null ? { lines: [], missing: [] } : wordTable(readReport(WORDS_FILE), VOCABULARY);
  console.log(['\n== proved on real calls', ...calls.lines, ...words.lines].join('\n'));
  const notes = [...calls.missing, ...words.missing].map((what) => `FAILED table: ${what}`);
  return { name: 'table', passed: 0, failed: notes.length, skipped: 0, notes };
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

/** Two lanes may need the same program: it is made ready once. */
const readied = new Map();
const ready = (ensure) => {
  if (!readied.has(ensure)) readied.set(ensure, ensure(say));
  return readied.get(ensure);
};

async function runPart(part, node, print) {
  for (const ensure of part.needs) {
    const found = await ready(ensure);
    if (!found.available) return skippedPart(part.name, found.reason);
  }
  for (const ensure of part.wants ?? []) {
    const found = await ready(ensure);
    if (!found.available) say(found.reason);
  }
  return part.name === 'check' ? checkPart(part.name, node) : vitestPart(part, node, print);
}

/** Runs parts one after another. `beside` another lane, a part is heard when it has ended, so that lines do not mix. */
async function runLane(lane, node, beside) {
  const outcomes = [];
  for (const part of lane) {
    const started = Date.now();
    const lines = [];
    console.log(
      beside ? `\n== ${part.name} begins beside the others; its lines come when it has ended` : `\n== ${part.name}`,
    );
    const outcome = await runPart(part, node, beside ? (text) => lines.push(text) : null);
    const { passed, failed, skipped } = outcome;
    if (beside) console.log(`\n== ${part.name}\n${lines.join('')}`);
    const seconds = Math.round((Date.now() - started) / 1000);
    console.log(`== ${part.name}: ${passed} passed, ${failed} failed, ${skipped} skipped in ${seconds} s`);
    outcomes.push(outcome);
  }
  return outcomes;
}

/** Without networks of their own, two parts would meet at ports and addresses: then there is one lane. */
async function runParts(wanted, node) {
  const isBeside = (part) => part.lane !== undefined && canIsolate() && wanted.some(({ lane }) => lane !== part.lane);
  const [first, ...others] = wanted.filter((part) => !isBeside(part));
  // The part `check` makes the bundle that all others run.
  const begun = await runLane(first ? [first] : [], node, false);
  const both = await Promise.all([runLane(others, node, false), runLane(wanted.filter(isBeside), node, true)]);
  return [...begun, ...both.flat()];
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !parts.some((part) => part.name === name));
if (unknown.length > 0) {
  console.error(
    `There is no part "${unknown.join('", "')}"; the parts are: ${parts.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(1);
}
mkdirSync(out, { recursive: true });
rmSync(WORDS_FILE, { force: true });
const ground = await ensureGround(say);
if (!ground.ok) {
  console.error(ground.message);
  console.log('0 passed, 1 failed, 0 skipped');
  process.exit(1);
}

// The check part makes the bundle that later parts run; without it they would run an old one.
if (asked.length > 0 && !asked.includes('check')) {
  say('building client and Worker ...');
  const { code, output } = await buildWorker(ground.node);
  if (code !== 0) console.error(output);
}

const wanted = parts.filter(({ name, byName }) => (asked.length === 0 ? !byName : asked.includes(name)));
const outcomes = await runParts(wanted, ground.node);

const ran = (name) => outcomes.some((outcome) => outcome.name === name && outcome.passed + outcome.failed > 0);
const tables = provedTables();
if (tables !== null) outcomes.push(tables);

const strict = process.env.CI === 'true';
const { exitCode, line } = verdict(outcomes, strict);
const notes = outcomes.flatMap((outcome) => outcome.notes);
console.log('');
for (const note of notes) console.log(note);
if (strict && exitCode !== 0 && !notes.some((note) => note.startsWith('FAILED')))
  console.log('CI=true: a machine for CI has what every part needs, so a skip fails the run.');
console.log(line);
process.exitCode = exitCode;
