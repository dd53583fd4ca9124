// `npm run check`: what needs no test runner. Each check counts as one test in `npm test`.
import { existsSync, readFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { buildWorker, run } from './harness/build.mjs';
import { fileFindings, machinePatterns } from './harness/hygiene.mjs';
import { npm } from './start/dependencies.mjs';
import { projectNode, root } from './start/node.mjs';

const bin = (...parts) => join(root, 'node_modules', ...parts);

/** @typedef {{ name: string, run: (node: string) => Promise<{ ok: boolean, output: string }> }} Check */

const program = (script, args) => async (node) => {
  const { code, output } = await run(node, [script, ...args]);
  return { ok: code === 0, output };
};

/** @type {readonly Check[]} */
export const checks = [
  { name: 'formatting and lint (biome)', run: program(bin('@biomejs', 'biome', 'bin', 'biome'), ['check', '.']) },
  ...['src', 'client', 'test', join('test', 'worker')]
    .filter((folder) => existsSync(join(root, folder, 'tsconfig.json')))
    .map((folder) => ({
      name: `types of ${folder} (tsc)`,
      run: program(bin('typescript', 'bin', 'tsc'), ['-p', folder]),
    })),
  { name: 'lock file is complete for every platform', run: lockFileIsComplete },
  { name: 'repository is tidy', run: repositoryIsTidy },
];

/** The checks of `npm test`: the above and the bundle that would be deployed, which the later parts run. */
export const checksWithBuild = [{ name: 'deploy bundle builds (wrangler --dry-run)', run: bundleBuilds }, ...checks];

// A registry that lacks another platform's binary leaves a hole in the lock, and `npm ci` then fails elsewhere.
async function lockFileIsComplete() {
  const { output } = await npm(['ci', '--dry-run', '--ignore-scripts']);
  const holes = output.split('\n').filter((line) => line.includes('Missing'));
  return { ok: holes.length === 0, output: holes.join('\n') };
}

async function bundleBuilds(node) {
  const { code, output } = await buildWorker(node);
  return { ok: code === 0, output };
}

const TEXT = new Set([
  '.ts',
  '.mjs',
  '.js',
  '.css',
  '.html',
  '.md',
  '.json',
  '.toml',
  '.sh',
  '.conf',
  '.yml',
  '.yaml',
  '',
]);

async function repositoryIsTidy() {
  const listed = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard']);
  if (listed.code !== 0) return { ok: true, output: 'not a git clone: nothing to look at' };
  const patterns = machinePatterns({
    root,
    home: homedir(),
    temporary: tmpdir(),
    registry: process.env.npm_config_registry,
  });
  const findings = listed.output
    .split('\n')
    .filter((path) => path !== '' && TEXT.has(extname(path)) && existsSync(join(root, path)))
    .flatMap((path) => fileFindings(path, readFileSync(join(root, path), 'utf8'), patterns));
  return { ok: findings.length === 0, output: findings.join('\n') };
}

/**
 * Runs checks one after another and prints a line for each, with the output of those that fail.
 *
 * @param {readonly Check[]} list
 * @param {string} node the project's Node
 * @returns {Promise<string[]>} names of the failed ones
 */
export async function runChecks(list, node) {
  const failed = [];
  for (const check of list) {
    const started = Date.now();
    const { ok, output } = await check.run(node);
    console.log(`  ${ok ? 'ok  ' : 'FAIL'} ${check.name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
    if (ok) continue;
    failed.push(check.name);
    console.log(output.trim().replace(/^/gm, '       '));
  }
  return failed;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const node = projectNode();
  if (!node.ok || !existsSync(join(root, 'node_modules', '.package-lock.json'))) {
    console.error(node.ok ? 'Packages are not installed: run npm ci first.' : node.message);
    process.exit(1);
  }
  const failed = await runChecks(checks, node.path);
  console.log(`${checks.length - failed.length} passed, ${failed.length} failed`);
  process.exit(failed.length === 0 ? 0 : 1);
}
