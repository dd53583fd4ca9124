import { describe, expect, test } from 'vitest';
import { cpuOfStat } from '../../bench/cpu.ts';
import { type Figure, lineOf, quantile, show, spread, verdictOf } from '../../bench/figures.ts';
import { answerLength } from '../../bench/load.ts';
import { travel } from '../../bench/shaper.ts';
import { firstStamp } from '../../bench/stamps.ts';

describe('figures', () => {
  test('a quantile is a value that was measured, the smallest that enough values do not exceed', () => {
    expect(quantile([5, 1, 4, 2, 3], 0.5)).toBe(3);
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2);
    expect(
      quantile(
        Array.from({ length: 20 }, (_, i) => i + 1),
        0.95,
      ),
    ).toBe(19);
    expect(quantile([7], 0.95)).toBe(7);
    expect(() => quantile([], 0.5)).toThrow('Nothing was measured.');
  });

  const figure = (target: Figure['target']): Figure => ({
    id: 'x',
    what: 'something',
    unit: 'ms',
    measured: spread([90, 95, 130]),
    target,
  });

  test('the verdict looks at the quantile that the target names, and a target is reached by meeting it', () => {
    expect(verdictOf(figure({ atMost: 95, of: 'p50' }))).toBe('ok');
    expect(verdictOf(figure({ atMost: 100, of: 'p95' }))).toBe('missed');
    expect(verdictOf(figure(null))).toBe('no target');
  });

  test('a line says what was measured, what was aimed at, and how it went; a hole says why', () => {
    const line = lineOf(figure({ atMost: 100, of: 'p95' }));
    expect(line).toMatch(/^something +p50 95 ms, p95 130 ms, n=3 +target p95 <= 100 ms +missed$/);
    expect(lineOf({ id: 'y', what: 'other', reason: 'not built yet', fault: false })).toMatch(
      /^other +not measured: not built yet$/,
    );
    expect(show(1.149, 'x')).toBe('1.15 x');
  });
});

test('CPU time is read behind the program’s name, whatever that is', () => {
  const fields = Array.from({ length: 40 }, (_, i) => String(i + 3));
  // Fields 14 and 15 of proc(5), counted from field 3 on.
  fields[11] = '250';
  fields[12] = '50';
  expect(cpuOfStat(`4711 (a) b) ${fields.join(' ')}`)).toBe(3_000_000);
  expect(() => cpuOfStat('4711 (short) S')).toThrow('proc(5)');
});

describe('load', () => {
  const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';

  test('an answer is whole when its body is', () => {
    expect(answerLength(Buffer.from(answer.slice(0, 20)))).toBeNull();
    expect(answerLength(Buffer.from(answer.slice(0, -1)))).toBeNull();
    expect(answerLength(Buffer.from(answer))).toBe(answer.length);
  });

  test('an error is no load: it stops the run', () => {
    expect(() => answerLength(Buffer.from(answer.replace('200 OK', '500 Oh')))).toThrow('500 Oh');
  });
});

test('bytes wait for those before them, take their time on the line, and half a round trip', () => {
  const link = { rttMs: 300, bitsPerSecond: 1_600_000 };
  expect(travel(link, 1000, 0, 2000)).toEqual({ freeAt: 1010, arrivesAt: 1160 });
  expect(travel(link, 1000, 1010, 2000)).toEqual({ freeAt: 1020, arrivesAt: 1170 });
});

test('the first stamp of a kind, older ones left out', () => {
  const stamps = [
    { at: 1, way: 'out', line: 'INVITE sip:a' },
    { at: 5, way: 'in', line: 'INVITE sip:b' },
    { at: 7, way: 'out', line: 'INVITE sip:c' },
  ] as const;
  expect(firstStamp(stamps, 'out', 'INVITE ', 2)?.line).toBe('INVITE sip:c');
  expect(firstStamp(stamps, 'in', 'SIP/2.0')).toBeUndefined();
});
