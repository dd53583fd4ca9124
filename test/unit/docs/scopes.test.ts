import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SCOPES } from '../../../src/pages/steps.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** Methods that any app may call (fact 4.3, 5.2): they stand in no scope. */
const FREE = /^(?:profile|app\.info|batch|event\.\w+)$/;
const METHOD = /'((?:placement|telephony|event|app|im|crm|user|pull)\.[A-Za-z.]+|profile|batch)'/g;

const methods = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .flatMap((path) => [...read(join('src', path)).matchAll(METHOD)].map((match) => match[1] ?? ''));

it('asks for exactly the permissions of the methods that are called', () => {
  expect(methods).toContain('placement.bind');
  const needed = new Set(methods.filter((method) => !FREE.test(method)).map((method) => method.split('.')[0]));
  expect([...needed].sort()).toEqual([...SCOPES].sort());
});

it.each(['README.md', 'docs/deploying.md'])('%s names the same permissions', (page) => {
  const sentence = /permissions[^.]*?((?:`[a-z]+`(?:, | and )?)+)/i.exec(read(page))?.[1] ?? '';
  expect([...sentence.matchAll(/`([a-z]+)`/g)].map((match) => match[1])).toEqual([...SCOPES]);
});
