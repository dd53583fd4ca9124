// `npm test [-- part ...]`: prepares the machine, runs the parts one after another, adds their numbers up.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { checksWithBuild, runChecks } from './check.mjs';
import { buildWorker } from './harness/build.mjs';
import { COLUMNS, featureTable, VOCABULARY, WORDS_FILE, wordTable } from './harness/features.mjs';
import { countReport, skippedPart, verdict } from './harness/report.mjs';
import { ensureAsterisk, ensureChromium, ensureCoturn, ensureGround, ensureKamailio } from './setup.mjs';
import { root } from './start/node.mjs';

/** A part that hangs must not hang the whole run; the slowest takes a third of this. */
const PART_LIMIT_MS = 30 * 60_000;
/** Asked for by name only, with `SOAK=10000` and `RUNS=1000` if somebody wants to. */
const SOAK_LIMIT_MS = 12 * 60 * 60_000;

const out = join(root, 'test', '.out');
const say = (line) => console.log(`  ${line}`);

/**
 * Parts in the order of what a person wants to know first. `needs` says what the machine must have, `wants` what single
 * tests are skipped without.
 */
const parts = [
  { name: 'check', needs: [] },
  { name: 'unit', needs: [] },
  { name: 'worker', needs: [] },
  // By name only: on a machine that others use as well it takes longer than a run may.
  { name: 'soak', needs: [ensureChromium], apart: true, byName: true, limitMs: SOAK_LIMIT_MS },
  { name: 'browser', needs: [ensureChromium], apart: true },
  { name: 'pbx', needs: [ensureChromium, ensureAsterisk], wants: [ensureCoturn], apart: true },
  { name: 'peers', needs: [ensureChromium, ensureKamailio], apart: true },
];

async function checkPart(name, node) {
  const failed = await runChecks(checksWithBuild, node);
  const notes = failed.map((check) => `FAILED ${name}: ${check}`);
  return { name, passed: checksWithBuild.length - failed.length, failed: failed.length, skipped: 0, notes };
}

async function vitestPart({ name, apart = false, limitMs = PART_LIMIT_MS }, node) {
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
  const exitCode = await runLimited(apart ? await inOwnNetwork(command) : command, limitMs);
  return countReport(name, readReport(report), exitCode);
}

// As root, calls run where only loopback exists: nothing can leave the machine, and ICE finds no other address.
async function inOwnNetwork(command) {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return command;
  const { inNamespace } = await import('./pbx/asterisk/namespace.mjs');
  return inNamespace(command);
}

function runLimited([command, ...args], limitMs) {
  return new Promise((resolve) => {
    // A group of its own, so that a hanging part ends together with the programs it started.
    const child = spawn(command, args, {
      cwd: root,
      stdio: 'inherit',
      detached: true,
      env: { ...process.env, WEBPHONE_BUILT: '1' },
    });
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

async function runPart(part, node) {
  for (const ensure of part.needs) {
    const found = await ensure(say);
    if (!found.available) return skippedPart(part.name, found.reason);
  }
  for (const ensure of part.wants ?? []) {
    const found = await ensure(say);
    if (!found.available) say(found.reason);
  }
  return part.name === 'check' ? checkPart(part.name, node) : vitestPart(part, node);
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

const outcomes = [];
for (const part of parts.filter(({ name, byName }) => (asked.length === 0 ? !byName : asked.includes(name)))) {
  const started = Date.now();
  console.log(`\n== ${part.name}`);
  const outcome = await runPart(part, ground.node);
  const { passed, failed, skipped } = outcome;
  console.log(
    `== ${part.name}: ${passed} passed, ${failed} failed, ${skipped} skipped in ${Math.round((Date.now() - started) / 1000)} s`,
  );
  outcomes.push(outcome);
}

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
