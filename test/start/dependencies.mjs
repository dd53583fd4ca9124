// Runs before anything is installed: no dependencies, no TypeScript.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { root } from './node.mjs';

/**
 * The first package that is not installed as the lock file says, or null if all are. Packages for other platforms
 * (optional in the lock) may be absent.
 *
 * @param {{ packages?: Record<string, { version?: string, optional?: boolean }> }} lock package-lock.json
 * @param {{ packages?: Record<string, { version?: string }> } | null} installed node_modules/.package-lock.json, which npm writes after each install
 * @returns {string | null} e.g. `hono 4.13.19`
 */
export function outdatedPackage(lock, installed) {
  const have = installed?.packages ?? {};
  for (const [path, wanted] of Object.entries(lock.packages ?? {})) {
    if (path === '') continue;
    const found = have[path];
    const name = `${path.replace(/^.*node_modules\//, '')} ${wanted.version ?? ''}`.trim();
    if (found === undefined && wanted.optional !== true) return name;
    if (found !== undefined && found.version !== wanted.version) return name;
  }
  return null;
}

/**
 * One sentence on why `npm ci` failed, for the cases that a person can do something about.
 *
 * @param {string} output what npm printed
 * @returns {string}
 */
export function explainNpmFailure(output) {
  if (/ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|network/i.test(output)) {
    return 'npm could not reach its registry. The first start needs the network; check the connection or the proxy settings (npm config get registry).';
  }
  if (/EACCES|EPERM/.test(output)) return 'npm may not write to node_modules. Check who owns this folder.';
  if (/ENOSPC/.test(output)) return 'The disk is full; the packages need about 500 MB.';
  if (/Missing: .* from lock file|can only install packages when/.test(output)) {
    return 'package.json and package-lock.json disagree; run npm install and commit the lock file.';
  }
  return 'npm ci failed; its last lines are above.';
}

/**
 * Installs what package-lock.json says if node_modules is missing or differs from it.
 *
 * @param {(line: string) => void} log progress lines
 * @returns {Promise<{ ok: true, installed: boolean } | { ok: false, message: string }>}
 */
export async function ensureDependencies(log) {
  const lock = readJson(join(root, 'package-lock.json'));
  if (lock === null) return { ok: false, message: 'package-lock.json is missing or broken: is this a complete clone?' };
  const missing = outdatedPackage(lock, readJson(join(root, 'node_modules', '.package-lock.json')));
  if (missing === null) return { ok: true, installed: false };
  log(`installing packages (${missing} is not there yet; about 500 MB, half a minute) ...`);
  const { code, output } = await npm(['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  if (code === 0) return { ok: true, installed: true };
  for (const line of output.trim().split('\n').slice(-8)) log(`  ${line}`);
  return { ok: false, message: explainNpmFailure(output) };
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

// npm tells its scripts where it is itself; started by hand, the one on the PATH has to do.
export function npm(args) {
  const self = process.env.npm_execpath;
  const viaNode = self !== undefined && /npm-cli\.c?js$/.test(self);
  const [command, argv] = viaNode ? [process.execPath, [self, ...args]] : ['npm', args];
  return new Promise((resolve) => {
    const child = spawn(command, argv, { cwd: root, shell: !viaNode && process.platform === 'win32' });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', (error) => resolve({ code: 1, output: `${output}\n${error.message}` }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
