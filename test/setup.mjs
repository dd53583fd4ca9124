// What `npm test` needs from the machine: a browser and a PBX. `node test/setup.mjs` alone prepares and says what is there.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { run } from './harness/build.mjs';
import { findChromium } from './harness/chromium.mjs';
import { ensureDependencies } from './start/dependencies.mjs';
import { projectNode, root } from './start/node.mjs';

/** @typedef {{ available: true } | { available: false, reason: string }} Availability */

const isRoot = () => process.getuid?.() === 0;
const hasApt = () => ['/usr/bin/apt-get', '/bin/apt-get'].some((path) => existsSync(path));

/**
 * A Chromium to test with: found, or installed where that is ours to do (root on a Debian-like system).
 *
 * @param {(line: string) => void} log
 * @returns {Promise<Availability>}
 */
export async function ensureChromium(log) {
  if (findChromium() !== null) return { available: true };
  if (process.env.CHROMIUM)
    return { available: false, reason: `CHROMIUM names ${process.env.CHROMIUM}, which is not there` };
  if (!isRoot() || !hasApt())
    return { available: false, reason: 'no Chromium or Chrome found (install one, or set CHROMIUM to its path)' };
  log('installing chromium (apt-get, about 360 MB) ...');
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-qq'], { env });
  const { output } = await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], { env });
  if (findChromium() !== null) return { available: true };
  return { available: false, reason: `apt-get could not install chromium: ${output.trim().split('\n').at(-1)}` };
}

/**
 * The real PBX of the tests, unpacked into test/.cache, and a network of its own to call in.
 *
 * @param {(line: string) => void} log
 * @returns {Promise<Availability>}
 */
export const ensureAsterisk = (log) => ensureUnpacked('Asterisk', 'about 80 MB', log);

/**
 * The second peer, as unpacked: a proxy (Kamailio), its media relay (rtpengine), and phones outside (baresip).
 *
 * @param {(line: string) => void} log
 * @returns {Promise<Availability>}
 */
export const ensureKamailio = (log) => ensureUnpacked('Kamailio', 'about 145 MB', log);

async function ensureUnpacked(name, size, log) {
  if (process.platform !== 'linux') return { available: false, reason: `${name} is set up on Linux only` };
  if (!isRoot()) return { available: false, reason: `${name} needs root, for a network namespace of its own` };
  if (!hasApt()) return { available: false, reason: `${name} is fetched with apt-get, which is not here` };
  const folder = name.toLowerCase();
  const script = `test/pbx/${folder}/install-${folder}.sh`;
  log(`preparing ${name} (${script}; the first time it fetches ${size}) ...`);
  const { code, output } = await run('bash', [join(root, script)]);
  if (code === 0) return { available: true };
  return { available: false, reason: `${name} could not be set up: ${output.trim().split('\n').at(-1)}` };
}

/**
 * The TURN server of the tests, unpacked into test/.cache. Tests that need it are skipped where there is none.
 *
 * @param {(line: string) => void} log
 * @returns {Promise<Availability>}
 */
export async function ensureCoturn(log) {
  if (process.platform !== 'linux' || !hasApt())
    return { available: false, reason: 'the TURN server (coturn) is unpacked with apt-get, which is not here' };
  log('preparing coturn (test/pbx/coturn/install-coturn.sh; the first time it fetches about 15 MB) ...');
  const { code, output } = await run('bash', [join(root, 'test', 'pbx', 'coturn', 'install-coturn.sh')]);
  if (code === 0) return { available: true };
  return { available: false, reason: `coturn could not be set up: ${output.trim().split('\n').at(-1)}` };
}

/**
 * Packages and Node, without which nothing else runs.
 *
 * @param {(line: string) => void} log
 * @returns {Promise<{ ok: true, node: string } | { ok: false, message: string }>}
 */
export async function ensureGround(log) {
  const installed = await ensureDependencies(log);
  if (!installed.ok) return installed;
  const node = projectNode();
  return node.ok ? { ok: true, node: node.path } : node;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const say = (line) => console.log(`  ${line}`);
  const ground = await ensureGround(say);
  if (!ground.ok) {
    console.error(ground.message);
    process.exit(1);
  }
  for (const [name, ensure] of [
    ['Chromium', ensureChromium],
    ['Asterisk', ensureAsterisk],
    ['coturn', ensureCoturn],
    ['Kamailio', ensureKamailio],
  ]) {
    const found = await ensure(say);
    say(found.available ? `${name}: ready` : `${name}: ${found.reason}`);
  }
}
