import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type BindingFact, nextBinding } from '../../../src/portal/binding.ts';
import { DUE_KINDS } from '../../../src/portal/due.ts';
import type { BindingState } from '../../../src/protocol/status.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => join('src', path));
const pages = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join('docs', path)),
];

/** A page without its blocks of code, where brackets are no links. */
const prose = (page: string) => read(page).replace(/^```[\s\S]*?^```/gm, '');

/** The anchor that GitHub gives a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
const anchorsOf = (page: string) => [...prose(page).matchAll(/^#+ (.+)$/gm)].map((match) => anchorOf(match[1] ?? ''));

const leadsNowhere = (page: string, link: string) => {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  return !existsSync(join(root, target)) || (anchor !== undefined && !anchorsOf(target).includes(anchor));
};
const matches = (page: string, pattern: RegExp) => [...prose(page).matchAll(pattern)].map((match) => match[1] ?? '');

describe('links', () => {
  it.each(pages)('of %s lead somewhere', (page) => {
    const links = matches(page, /(?<!!)\[[^\]]*\]\(([^)\s]+)\)/g).filter((link) => !/^[a-z]+:/.test(link));
    expect(links.filter((link) => leadsNowhere(page, link))).toEqual([]);
  });

  // Pictures are taken from the running demo: a tree that has none yet says so as a skip.
  it.skipIf(!existsSync(join(root, 'docs', 'images')))('README\u2019s pictures are there', () => {
    const pictures = matches('README.md', /!\[[^\]]*\]\(([^)\s]+)\)/g);
    expect(pictures).toHaveLength(2);
    expect(pictures.filter((picture) => leadsNowhere('README.md', picture))).toEqual([]);
  });

  it('from comments to pages lead somewhere', () => {
    const named = sources.flatMap((path) => [...read(path).matchAll(/docs\/[\w./-]+\.md/g)].map(([name]) => name));
    expect(named.filter((name) => !existsSync(join(root, name)))).toEqual([]);
  });
});

it('README names every variable and secret that the Worker reads', () => {
  const names = [...read('src/env.ts').matchAll(/readonly (\w+)\?: string/g)].map((match) => match[1] ?? '');
  expect(names.length).toBeGreaterThan(10);
  const page = read('README.md');
  expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

it('storage.md names every table and column of the portal', () => {
  const steps = read('src/portal/schema.ts');
  const tables = [...steps.matchAll(/CREATE TABLE (?:IF NOT EXISTS )?(\w+) \(([\s\S]*?)\)(?:;| WITHOUT|`|')/g)];
  const names = tables.flatMap(([, table = '', body = '']) => [
    table,
    ...body
      .split(/,(?![^(]*\))/)
      .map((column) => column.trim().split(/\s/)[0] ?? '')
      .filter((column) => /^[a-z]/.test(column)),
  ]);
  for (const [, column = ''] of steps.matchAll(/ADD COLUMN (\w+)/g)) names.push(column);
  expect(names).toContain('application_token');
  const page = read('docs/storage.md');
  // `one` and `id` only number the rows.
  expect(names.filter((name) => !['one', 'id', 'step'].includes(name) && !page.includes(`\`${name}\``))).toEqual([]);
});

it('logging.md names every event that is logged, with its level', () => {
  const page = read('docs/logging.md');
  const logged = sources.flatMap((path) => [...read(path).matchAll(/\blog\(\s*'(\w+)',\s*'(\w+)'/g)]);
  expect(logged.length).toBeGreaterThan(8);
  const missing = logged.filter(([, level, event]) => !page.includes(`| \`${event}\` | ${level} |`));
  expect(missing.map(([call]) => call)).toEqual([]);
});

describe('architecture.md', () => {
  const page = read('docs/architecture.md');

  it('shows the due jobs in the order of their urgency', () => {
    const shown = [...page.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1]);
    expect(shown).toEqual([...DUE_KINDS]);
  });

  it('shows the table of the binding as it is', () => {
    const [head = '', ...rows] = page.split('\n').filter((line) => /^\| (?:\| hit|\*\*)/.test(line));
    const cells = (line: string) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.replaceAll('*', '').trim());
    const facts = cells(head).slice(1) as BindingFact['t'][];
    expect([facts.length, rows.length]).toEqual([7, 5]);
    for (const [state = '', ...shown] of rows.map(cells))
      expect([state, ...shown]).toEqual([
        state,
        ...facts.map((t) => nextBinding(state as BindingState, { t } as BindingFact).state),
      ]);
  });
});

it.each(pages)('%s is short enough to be read', (page) => {
  expect(read(page).split('\n').length).toBeLessThanOrEqual(205);
});
