import { describe, expect, test } from 'vitest';
import type { PortalStatus } from '../../../src/protocol/status.ts';
import { describe as inWords } from '../../start/actions.ts';
import { explainStartFailure } from '../../start/failures.ts';
import { statusNews } from '../../start/news.ts';

const row = (today: number, count: number, binding: PortalStatus['binding'] = 'bound') => ({
  binding,
  strikes: { today, total: today, alarmAt: 3, limit: 10, windowResetsAt: null, last: [], unverified: 0 },
  rebinds: { count, lastAt: null, lastReason: count > 0 ? 'loading overtime' : null },
});

describe('what the demo tells about /status', () => {
  test('nothing new is no line', () => {
    expect(statusNews(row(1, 0), row(1, 0))).toEqual([]);
  });

  test('a strike, a removed placement and its return are a line each', () => {
    expect(statusNews(row(0, 0), row(1, 0))).toEqual(['/status: 1 slow load today']);
    expect(statusNews(row(3, 0), row(3, 0, 'disabled'))).toEqual(['/status: Bitrix24 has removed the phone']);
    expect(statusNews(row(3, 0, 'disabled'), row(3, 1))).toEqual([
      '/status: bound again (loading overtime); the next page has its phone',
    ]);
  });

  test('a new day, which counts from 0, is no strike', () => {
    expect(statusNews(row(3, 1), row(0, 1))).toEqual([]);
  });
});

test('the end of a call says who ended it', () => {
  expect(inWords({ at: 0, type: 'ended', call: 'a', by: 'agent', seconds: 4, heard: true })).toMatch(
    /4 s, you hung up/,
  );
});

describe('why the demo could not start', () => {
  test('busy ports and a system without workerd are said in plain words', () => {
    expect(explainStartFailure(new Error('Ports 1 to 20 are all busy.'))).toBe('Ports 1 to 20 are all busy.');
    expect(explainStartFailure(new Error("workerd: version `GLIBC_2.35' not found"))).toMatch(
      /no build for this system/,
    );
  });

  test('anything else keeps its stack', () => {
    expect(explainStartFailure(new Error('odd'))).toMatch(/could not start[\s\S]*odd[\s\S]*at /);
  });
});
