import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { entries } from '../../src/generated/client.ts';
import { PLACEMENT_PAGE } from '../../src/placement/page.ts';

/** What the build wrote, as a page of the portal fetches it; each file is compressed by itself. */

const dist = join(import.meta.dirname, '../../dist/client');
const script = (entry: keyof typeof entries) => readFileSync(join(dist, entries[entry]), 'utf8');
const bytes = (...parts: string[]) => parts.reduce((sum, part) => sum + brotliCompressSync(part).length, 0);

it('every frame costs at most 4 KiB, the frame with the phone 60 KiB', () => {
  const frame = [PLACEMENT_PAGE, script('frame')];
  expect(bytes(...frame)).toBeLessThanOrEqual(4 * 1024);
  expect(bytes(...frame, script('phone'), script('ticker'))).toBeLessThanOrEqual(60 * 1024);
});

it.each(['frame', 'phone'] as const)('the %s is one file, without the bundler’s preload helper', (entry) => {
  const text = script(entry);
  expect(text).not.toMatch(/modulepreload|vite:preloadError/);
  // A bundle that is fetched later is named by its URL, so what is shared with it is not a file of its own.
  expect(text).not.toMatch(/\b(?:import|from)\s*["'`]\.{0,2}\//);
});
