import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { features, featureTable, VOCABULARY, wordTable } from '../../harness/features.mjs';
import { COMMANDS, EVENTS } from '../../portal/page/client/card/states.ts';

const calls = join(import.meta.dirname, '../../pbx-calls');
const sources = Object.fromEntries(readdirSync(calls).map((file) => [file, readFileSync(join(calls, file), 'utf8')]));

const report = (title: string, status: string) => ({
  testResults: [{ name: '/x/test/pbx-calls/a.test.ts', assertionResults: [{ title, status }] }],
});
const list = [{ feature: 'hold', asterisk: ['a.test.ts', 'hold:'], proxy: ['a.test.ts', 'hold:'] }] as const;
const rows = (asterisk: object | null, proxy: object | null) => featureTable({ asterisk, proxy }, list);

describe('the table of what real calls have proved', () => {
  it('says what the tests of this run came to', () => {
    const { lines, missing } = rows(report('hold: music', 'passed'), report('hold: sendonly', 'failed'));
    expect(lines[1]).toMatch(/hold +yes +FAILED/);
    expect(missing).toEqual([]);
  });

  it('a test that is not in the report of a part that ran is missing; a part that did not run misses nothing', () => {
    const { lines, missing } = rows(report('something else', 'passed'), null);
    expect(lines[1]).toMatch(/hold +MISSING +not run/);
    expect(missing).toEqual(['hold, asterisk: no test "hold:" in a.test.ts']);
  });

  it('a word of the card that nobody said is missing', () => {
    const vocabulary = { commands: ['Close'], events: ['initialized'] };
    expect(wordTable({ commands: { Close: 2 }, events: {} }, vocabulary).missing).toEqual([
      'card events: initialized was not used',
    ]);
    expect(wordTable(null, vocabulary).missing).toHaveLength(2);
  });

  it('knows the nine commands and the seventeen events', () => {
    const plain = (words: readonly string[]) =>
      words.map((word) => word.replace(/^(BackgroundCallCard::|CallCard)/, '')).sort();
    expect(plain(VOCABULARY.commands)).toEqual(plain(COMMANDS));
    expect(plain(VOCABULARY.events)).toEqual(plain(EVENTS));
    expect([COMMANDS.length, EVENTS.length]).toEqual([9, 17]);
  });

  it.each(
    features.flatMap(({ feature, asterisk, proxy }) =>
      [asterisk, proxy].flatMap((named) => (named ? [[feature, ...named]] : [])),
    ),
  )('%s: %s has a test whose title begins like that', (_feature, file = '', title = '') => {
    // A title with values in it is compared up to the first of them.
    const [begin = ''] = title.split(/604 is busy|a queue: /).filter(Boolean);
    expect(sources[file]).toContain(begin);
  });
});
