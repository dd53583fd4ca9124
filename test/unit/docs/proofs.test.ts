import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..', '..');
const page = readFileSync(join(root, 'docs', 'proofs.md'), 'utf8');
const rows = page
  .split('\n')
  .map((line) => line.split(' | '))
  .filter(([first = '']) => /^\| \d+$/.test(first));
const proofs = rows.flatMap(([no = '', , , shown = '']) =>
  [...shown.matchAll(/`(test\/[^`]+)` "([^"]+)"/g)].map(
    (match) => [no.slice(2), match[1] ?? '', match[2] ?? ''] as const,
  ),
);

/** Titles of a file's tests, as they are written: one with values in it is no proof that can be named. */
const titlesOf = (path: string) =>
  [...readFileSync(join(root, path), 'utf8').matchAll(/\b(?:it|test)\(\s*(['"`])(.*?)\1,/gs)].map((match) => match[2]);

describe('docs/proofs.md', () => {
  it('names all fifteen pains, each with a cure and a test', () => {
    expect(rows.map(([no = '']) => Number(no.slice(2)))).toEqual(Array.from({ length: 15 }, (_, index) => index + 1));
    for (const [no = '', pain = '', cure = ''] of rows) {
      expect(pain.length, no).toBeGreaterThan(10);
      expect(cure.length, no).toBeGreaterThan(10);
      expect(
        proofs.some(([of]) => of === no.slice(2)),
        no,
      ).toBe(true);
    }
  });

  it.each(proofs)('%s: %s has the test "%s"', (_no, path, title) => {
    expect(existsSync(join(root, path))).toBe(true);
    expect(titlesOf(path)).toContain(title);
  });
});
