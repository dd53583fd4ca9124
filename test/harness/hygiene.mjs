// What must not be in a file of the repository. Pure; check.mjs reads the files.
import { extname, sep } from 'node:path';

/** A file longer than this has more than one thing to say. */
const MAX_LINES = 400;

const literally = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/**
 * Patterns for the names of the machine that the files happen to be on, and for package registries: a path or a mirror
 * that only one machine has is of no use to anybody else.
 *
 * @param {{ root: string, home: string, temporary: string, registry?: string | undefined }} machine
 * @returns {{ what: string, pattern: RegExp }[]}
 */
export function machinePatterns({ root, home, temporary, registry }) {
  const parent = root.slice(0, root.lastIndexOf(sep));
  const folders = [root, parent, home].filter((folder) => folder.length > 1 && folder !== temporary);
  const patterns = [...new Set(folders)].map((folder) => ({
    what: 'a path of this machine',
    pattern: new RegExp(`(?<![\\w.-])${literally(folder)}(?![\\w-])`),
  }));
  const host = registry === undefined ? '' : URL.canParse(registry) ? new URL(registry).host : '';
  const registries = [
    '\\bregistry\\.(?!example\\b)[a-z][a-z0-9]*\\.(org|com|io|net|dev)\\b',
    ...(host === '' ? [] : [literally(host)]),
  ];
  patterns.push({ what: 'the host of a package registry', pattern: new RegExp(registries.join('|')) });
  return patterns;
}

const CODE = new Set(['.ts', '.mjs', '.css', '.html']);

/**
 * Everything wrong with one file.
 *
 * @param {string} path relative to the repository, with forward slashes
 * @param {string} text
 * @param {readonly { what: string, pattern: RegExp }[]} patterns
 * @returns {string[]} e.g. `src/a.ts:3 names a path of this machine`
 */
export function fileFindings(path, text, patterns) {
  const lines = text.split('\n');
  const findings = lines.flatMap((line, index) =>
    patterns.filter(({ pattern }) => pattern.test(line)).map(({ what }) => `${path}:${index + 1} names ${what}`),
  );
  const ours = /^(src|client|test)\//.test(path) && CODE.has(extname(path));
  const length = lines.at(-1) === '' ? lines.length - 1 : lines.length;
  if (ours && length > MAX_LINES) findings.push(`${path} has ${length} lines; ${MAX_LINES} is the limit`);
  return findings;
}
