// Plain JavaScript: the set-up, the checks and `npm start` call it before TypeScript is known to run.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { root } from '../start/node.mjs';

/** Where the bundle lies that `wrangler deploy` would upload, and that demo and tests run. */
export const workerFolder = join(root, 'dist', 'worker');

/**
 * Runs a program to its end and keeps what it said.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ env?: Record<string, string>, onOutput?: (text: string) => void, cwd?: string }} [options]
 * @returns {Promise<{ code: number, output: string }>} code 127 if it could not be started
 */
export function run(command, args, { env = {}, onOutput, cwd = root } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
        onOutput?.(text);
      });
    }
    child.on('error', (error) => resolve({ code: 127, output: `${output}${error.message}` }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/**
 * Builds client and Worker: `wrangler deploy --dry-run`, whose build step (wrangler.toml) makes the client first.
 *
 * @param {string} node the project's Node (projectNode)
 * @returns {Promise<{ code: number, output: string }>}
 */
export function buildWorker(node) {
  const wrangler = join(root, 'node_modules', 'wrangler', 'bin', 'wrangler.js');
  return run(node, [wrangler, 'deploy', '--dry-run', '--outdir', workerFolder], {
    env: { WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true', CI: 'true' },
  });
}
