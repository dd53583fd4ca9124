// `npm run bench` on a fresh clone: installs, finds a Node that runs TypeScript, and hands over to bench.ts.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { inNamespace } from '../pbx/asterisk/namespace.mjs';
import { ensureAsterisk } from '../setup.mjs';
import { ensureDependencies } from '../start/dependencies.mjs';
import { projectNode, root } from '../start/node.mjs';

const say = (line) => console.log(`  ${line}`);
const giveUp = (message) => {
  console.error(`\n${message}`);
  process.exit(1);
};

const installed = await ensureDependencies(say);
if (!installed.ok) giveUp(installed.message);
const node = projectNode();
if (!node.ok) giveUp(node.message);

const wanted = process.argv.slice(2);
if (wanted.length === 0 || wanted.includes('asterisk')) {
  const found = await ensureAsterisk(say);
  if (!found.available) say(found.reason);
}

const bench = join(root, 'test', 'bench', 'bench.ts');
// As in the tests: nothing but loopback, so that ICE finds the same addresses on every machine.
const [program, ...args] = inNamespace([node.path, '--disable-warning=ExperimentalWarning', bench, ...wanted]);
const child = spawn(program, args, { cwd: root, stdio: 'inherit' });
// Ctrl-C reaches the child by itself, as the terminal signals the whole group; here it must not end the parent first.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('close', (code) => process.exit(code ?? 1));
