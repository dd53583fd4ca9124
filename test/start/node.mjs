// Runs on whatever Node the person has (20 or newer), before anything is installed: no dependencies, no TypeScript.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/** The repository's top folder, with the path separators of this platform. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * Whether a Node version runs TypeScript files as they are (type stripping without a flag: 22.18, 23.6 and newer).
 *
 * @param {string} version e.g. `20.20.2` or `v24.21.0`
 * @returns {boolean}
 * @example runsTypeScript('v24.21.0') // true
 */
export function runsTypeScript(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  if (major === 22) return minor >= 18;
  if (major === 23) return minor >= 6;
  return major >= 24;
}

/**
 * The Node that the project's own programs run on: the pinned one from npm where it was installed (package `node`),
 * else the running one if it is new enough. Pinned first, so that everybody tests on the same version.
 *
 * @returns {{ ok: true, path: string } | { ok: false, message: string }}
 */
export function projectNode() {
  const pinned = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(pinned) && answers(pinned)) return { ok: true, path: pinned };
  if (runsTypeScript(process.version)) return { ok: true, path: process.execPath };
  return {
    ok: false,
    message: `This needs Node 22.18 or newer. Node ${process.version} is running and npm has no ready-made newer one for ${process.platform} ${process.arch}: please install Node 24 from https://nodejs.org and try again.`,
  };
}

// An optional dependency may be there as a file and still be for another libc or processor.
function answers(path) {
  try {
    return runsTypeScript(execFileSync(path, ['--version'], { encoding: 'utf8', timeout: 20_000 }).trim());
  } catch {
    return false;
  }
}
