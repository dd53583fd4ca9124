import { describe, expect, test } from 'vitest';
import { fileFindings, machinePatterns } from '../../harness/hygiene.mjs';
import { countReport, skippedPart, verdict } from '../../harness/report.mjs';
import { explainNpmFailure, outdatedPackage } from '../../start/dependencies.mjs';
import { runsTypeScript } from '../../start/node.mjs';

const file = (status: string, ...tests: string[]) => ({
  name: '/somewhere/test/unit/a.test.ts',
  status,
  message: 'Cannot find module x\n at y',
  assertionResults: tests.map((result) => ({ fullName: `is ${result}`, status: result })),
});

describe('adding up the parts of npm test', () => {
  test('counts each kind of result and names what failed or was skipped', () => {
    const outcome = countReport('unit', { testResults: [file('failed', 'passed', 'failed', 'pending', 'todo')] }, 1);
    expect(outcome).toMatchObject({ passed: 1, failed: 1, skipped: 2 });
    expect(outcome.notes).toEqual([
      'FAILED unit: a.test.ts: is failed',
      'skipped unit: a.test.ts: is pending',
      'skipped unit: a.test.ts: is todo',
    ]);
  });

  test('a failed test says why and where, for a log may keep nothing but these lines', () => {
    const failureMessages = [
      'Error: In vain waited for: the card\n    at until (/x/test/harness/until.ts:9:1)\n    at /x/test/browser/a.test.ts:12:5',
    ];
    const failed = { fullName: 'rings', status: 'failed', failureMessages };
    const report = {
      testResults: [{ name: '/x/test/browser/a.test.ts', status: 'failed', assertionResults: [failed] }],
    };
    expect(countReport('browser', report, 1).notes).toEqual([
      'FAILED browser: a.test.ts: rings\n    Error: In vain waited for: the card, at test/browser/a.test.ts:12',
    ]);
  });

  test('a file that could not be loaded is a failure although it has no tests', () => {
    expect(countReport('unit', { testResults: [file('failed')] }, 1)).toMatchObject({ passed: 0, failed: 1 });
  });

  test('an error outside of any test is a failure', () => {
    expect(countReport('unit', { testResults: [file('passed', 'passed')] }, 1)).toMatchObject({ passed: 1, failed: 1 });
  });

  test('no report is a failure', () => {
    expect(countReport('unit', null, 0)).toMatchObject({ passed: 0, failed: 1 });
  });

  test('a skip fails the run only where CI=true', () => {
    const outcomes = [
      countReport('unit', { testResults: [file('passed', 'passed')] }, 0),
      skippedPart('pbx', 'no root'),
    ];
    expect(verdict(outcomes, false)).toEqual({ exitCode: 0, line: '1 passed, 0 failed, 1 skipped' });
    expect(verdict(outcomes, true).exitCode).toBe(1);
  });

  test('a run in which nothing passed is no success', () => {
    expect(verdict([skippedPart('pbx', 'no root')], false).exitCode).toBe(1);
  });
});

describe('deciding whether npm ci is needed', () => {
  const lock = {
    packages: {
      '': {},
      'node_modules/hono': { version: '4.0.0' },
      'node_modules/fsevents': { version: '2.0.0', optional: true },
    },
  };

  test('nothing installed names the first package', () => {
    expect(outdatedPackage(lock, null)).toBe('hono 4.0.0');
  });

  test('another version names the package', () => {
    expect(outdatedPackage(lock, { packages: { 'node_modules/hono': { version: '3.0.0' } } })).toBe('hono 4.0.0');
  });

  test("another platform's package may be absent, but not outdated", () => {
    const hono = { 'node_modules/hono': { version: '4.0.0' } };
    expect(outdatedPackage(lock, { packages: hono })).toBe(null);
    expect(outdatedPackage(lock, { packages: { ...hono, 'node_modules/fsevents': { version: '1.0.0' } } })).toBe(
      'fsevents 2.0.0',
    );
  });

  test('a missing network is explained as one', () => {
    expect(explainNpmFailure('npm error code EAI_AGAIN')).toMatch(/network/);
    expect(explainNpmFailure('npm error something else')).toMatch(/last lines are above/);
  });
});

test.each([
  ['v20.20.2', false],
  ['22.17.1', false],
  ['22.18.0', true],
  ['23.5.0', false],
  ['23.6.0', true],
  ['v24.21.0', true],
  ['26.0.0', true],
])('Node %s runs TypeScript files: %s', (version, expected) => {
  expect(runsTypeScript(version)).toBe(expected);
});

describe('keeping the repository tidy', () => {
  const patterns = machinePatterns({
    root: '/srv/build/webphone',
    home: '/home/joe',
    temporary: '/tmp',
    registry: 'https://packages.acme.example/npm/',
  });
  const findings = (text: string) => fileFindings('docs/a.md', text, patterns);

  test('names of the machine are found, words that only look like them are not', () => {
    expect(findings('cd /srv/build && ls')).toEqual(['docs/a.md:1 names a path of this machine']);
    expect(findings('first\nsee /home/joe/notes')).toEqual(['docs/a.md:2 names a path of this machine']);
    expect(findings('/srv/builder and x/srv/build')).toEqual([]);
  });

  test("a registry's host is found", () => {
    expect(findings(`from ${['registry', 'npmjs', 'org'].join('.')}`)).toHaveLength(1);
    expect(findings('from https://packages.acme.example/npm/hono')).toHaveLength(1);
    expect(findings('the registrar.ts of the PBX')).toEqual([]);
  });

  test('a source file over the limit is found', () => {
    const long = (count: number) => 'x\n'.repeat(count);
    expect(fileFindings('src/a.ts', long(400), patterns)).toEqual([]);
    expect(fileFindings('src/a.ts', long(401), patterns)).toEqual(['src/a.ts has 401 lines; 400 is the limit']);
    expect(fileFindings('docs/a.md', long(401), patterns)).toEqual([]);
  });
});
