import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findUnpacked } from '../../pbx/unpacked.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'webphone-unpacked-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const put = (...files: string[]) => {
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), '');
  }
};
const find = () => findUnpacked('thing', 'install-thing.sh', root);

it.runIf(process.platform === 'linux')('what is not there is said with the script that fetches it', () => {
  expect(find()).toEqual({ available: false, reason: expect.stringContaining('run install-thing.sh') });
  put('complete');
  expect(find()).toEqual({ available: false, reason: expect.stringContaining('remove test/.cache/thing') });
});

it.runIf(process.platform === 'linux').each([
  ['a suite with everything below /usr', 'usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2', ['usr/lib/x86_64-linux-gnu']],
  [
    'a suite with the C library in /lib',
    'lib/aarch64-linux-gnu/ld-linux-aarch64.so.1',
    ['usr/lib/aarch64-linux-gnu', 'lib/aarch64-linux-gnu'],
  ],
])('%s: a program runs under the loader of its own packages', (_name, loader, libraries) => {
  put('complete', loader, ...libraries.map((folder) => `${folder}/libc.so.6`));
  const found = find();
  if (!found.available) throw new Error(found.reason);
  expect(found.libraries).toEqual(libraries.map((folder) => join(root, folder)));
  const [program, flag, path, started] = found.command('usr/sbin/thing');
  expect(program).toBe(join(root, loader));
  expect(flag).toBe('--library-path');
  for (const folder of libraries) expect(path?.split(':')).toContain(join(root, folder));
  expect(started).toBe(join(root, 'usr/sbin/thing'));
});
