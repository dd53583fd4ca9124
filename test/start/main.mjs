// `npm start` on a fresh clone: installs, finds a Node that runs TypeScript, and hands over to demo.ts.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { ensureDependencies } from './dependencies.mjs';
import { projectNode, root } from './node.mjs';

const say = (line) => console.log(`  ${line}`);
const giveUp = (message) => {
  console.error(`\n${message}`);
  process.exit(1);
};

console.log('bitrix24-webphone: a demo on this machine only\n');
const installed = await ensureDependencies(say);
if (!installed.ok) giveUp(installed.message);
const node = projectNode();
if (!node.ok) giveUp(node.message);

const child = spawn(node.path, ['--disable-warning=ExperimentalWarning', join(root, 'test', 'start', 'demo.ts')], {
  cwd: root,
  stdio: 'inherit',
});
// Ctrl-C reaches the child by itself, as the terminal signals the whole group; here it must not end the parent first.
process.on('SIGINT', () => {});
const stop = () => child.kill('SIGTERM');
process.on('SIGTERM', stop).on('SIGHUP', stop);
// npm that is killed leaves its scripts behind; nobody could stop the demo then.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && stop(), 1_000).unref();
child.on('close', (code) => process.exit(code ?? 1));
