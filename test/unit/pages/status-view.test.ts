import { describe, expect, it } from 'vitest';
import type { NotReady } from '../../../src/protocol/frame.ts';
import type { PortalStatus } from '../../../src/protocol/status.ts';
import { byUrgency, duration, milliseconds, relative, summaryOf, verdictOf } from '../../../src/status/view.ts';
import { portalStatus, strikesToday } from './portal-status.ts';

const tokens = portalStatus().tokens;
const calls = portalStatus().calls;

/** A presence, or why a phone is not ready. */
type Standing = 'reachable' | 'away' | NotReady;

const agents = (...standings: readonly Standing[]): PortalStatus['agents'] => ({
  ...portalStatus().agents,
  people: standings.map((standing, userId) => ({
    userId,
    name: '',
    since: null,
    ...(standing === 'reachable' || standing === 'away'
      ? { presence: standing }
      : { presence: 'not_ready', reason: standing }),
  })),
});

describe('the verdict on a portal', () => {
  it.each([
    ['a healthy one is on', {}, 'ok', 'Phone is on'],
    [
      'one without a phone that we can’t bring back needs an admin',
      { binding: 'needs_admin' },
      'bad',
      'Needs an admin',
    ],
    ['one that lost its phone is off', { binding: 'disabled' }, 'bad', 'Phone is off'],
    ['one being bound again is coming back', { binding: 'rebinding' }, 'warn', 'Coming back'],
    ['one that removed the app asks for nothing', { binding: 'uninstalled' }, 'off', 'Uninstalled'],
    ['refused tokens are trouble', { tokens: { ...tokens, state: 'refused' } }, 'bad', 'No access'],
    [
      'an expired token is none: it is renewed at need',
      { tokens: { ...tokens, state: 'expired' } },
      'ok',
      'Phone is on',
    ],
    ['strikes below the alarm are none', { strikes: strikesToday(2) }, 'ok', 'Phone is on'],
    ['strikes at the alarm are a warning', { strikes: strikesToday(3) }, 'warn', 'Slow loads'],
    [
      'strikes at the limit are trouble: the next one switches off',
      { strikes: strikesToday(10) },
      'bad',
      'At the limit',
    ],
    ['a step in flight is no backlog', { calls: { ...calls, live: 1, backlog: 2 } }, 'ok', 'Phone is on'],
    ['a backlog is a warning', { calls: { ...calls, backlog: 9 } }, 'warn', 'Calls waiting'],
    [
      'phones that all miss their PBX are trouble',
      { agents: agents('pbx_unreachable', 'pbx_unreachable', 'away') },
      'bad',
      'No PBX',
    ],
    [
      'several that miss it are a warning',
      { agents: agents('pbx_unreachable', 'reachable', 'pbx_unreachable') },
      'warn',
      'PBX unreachable',
    ],
    [
      'one that misses it may be one person’s network',
      { agents: agents('pbx_unreachable', 'away') },
      'ok',
      'Phone is on',
    ],
    ['what is off outweighs what was slow', { binding: 'disabled', strikes: strikesToday(11) }, 'bad', 'Phone is off'],
  ] as const)('%s', (_, over, severity, label) => {
    expect(verdictOf(portalStatus(over))).toMatchObject({ severity, label, advice: expect.stringMatching(/\.$/) });
  });
});

it('a phone that could not ring is no word of all being well, unless its page is still loading', () => {
  const adviceOn = (...standings: readonly Standing[]) =>
    verdictOf(portalStatus({ agents: agents(...standings) })).advice;
  expect(adviceOn('reachable', 'starting')).toBe('Everything works; nothing to do.');
  expect(adviceOn('reachable', 'microphone_denied')).toContain('1 open phone could not ring');
});

it('problems stand first, then warnings, then the rest, the uninstalled last', () => {
  const rows = [
    portalStatus({ domain: 'b-ok' }),
    portalStatus({ domain: 'gone', binding: 'uninstalled' }),
    portalStatus({ domain: 'slow', strikes: strikesToday(4) }),
    portalStatus({ domain: 'a-ok' }),
    portalStatus({ domain: 'off', binding: 'disabled' }),
    portalStatus({ domain: 'slower', strikes: strikesToday(6) }),
  ];
  expect(byUrgency(rows).map((row) => row.domain)).toEqual(['off', 'slower', 'slow', 'a-ok', 'b-ok', 'gone']);
});

describe('the summary', () => {
  const bad = portalStatus({ binding: 'needs_admin' });
  const warn = portalStatus({ strikes: strikesToday(4) });
  const off = portalStatus({ binding: 'uninstalled' });

  it('counts what needs a person before all else', () => {
    expect(summaryOf([bad, bad, warn, off])).toMatchObject({ severity: 'bad', label: '2 portals need you' });
    expect(summaryOf([bad, off])).toMatchObject({ label: '1 portal needs you', advice: '1 portal installed.' });
  });

  it('says that all is well only when it is', () => {
    expect(summaryOf([warn, portalStatus()]).severity).toBe('warn');
    expect(summaryOf([portalStatus(), off])).toMatchObject({ severity: 'ok', label: 'All is well' });
  });
});

it('a duration has its two largest units', () => {
  expect([0, 900, 59_000, 61_000, 18_720_000, 90_000_000].map(duration)).toEqual([
    '0 s',
    '0 s',
    '59 s',
    '1 min 1 s',
    '5 h 12 min',
    '1 d 1 h',
  ]);
});

it('moments are told from the server’s clock, and quietly', () => {
  const now = '2026-11-22T10:00:00.000Z';
  expect(relative('2026-11-22T09:59:48.000Z', now)).toBe('12 s ago');
  expect(relative('2026-11-22T09:56:50.000Z', now)).toBe('3 min ago');
  expect(relative('2026-11-22T11:30:40.000Z', now)).toBe('in 1 h 30 min');
  expect(relative(now, now)).toBe('just now');
  expect(relative('whenever', now)).toBe('whenever');
});

it('milliseconds read as people say them', () => {
  expect([null, 0, 312.4, 1240, 7120].map(milliseconds)).toEqual(['–', '0 ms', '312 ms', '1.2 s', '7.1 s']);
});
