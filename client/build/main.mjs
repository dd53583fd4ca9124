// Builds the browser's part: `node client/build/main.mjs`. The contract of what it writes is docs/architecture.md.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const pinned = join(root, 'node_modules/.bin/node');

// Wrangler and CI may call us with the system's Node, which can be older than the bundler wants.
if (Number(process.versions.node.split('.')[0]) < 22 && existsSync(pinned)) {
  const child = spawnSync(pinned, [fileURLToPath(import.meta.url)], { stdio: 'inherit' });
  process.exit(child.status ?? 1);
}

const { build } = await import('./build.mjs');
const { files, sizes, ms } = await build(root);
const kib = (bytes) => `${(bytes / 1024).toFixed(2).padStart(7)} KiB`;
for (const size of sizes) console.log(`${size.name.padEnd(22)} ${kib(size.min)} min  ${kib(size.brotli)} br`);
console.log(`client built: ${files} files in ${ms} ms`);
