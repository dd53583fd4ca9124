import { describe, expect, it } from 'vitest';
import { callNotice, notMade, readCallNotice, recordOf } from '../../../src/portal/notice.ts';
import {
  BETWEEN_PAGES_MS,
  LOADING_MS,
  nextSettled,
  type PhoneKnown,
  presenceOf,
  type Standing,
  seenByOthers,
  unreached,
} from '../../../src/portal/presence.ts';
import { isSilent, lastHeard, nextSilence, SILENT_MS } from '../../../src/portal/reachable.ts';

const NOW = 1_000_000_000;
const known = (over: Partial<PhoneKnown> = {}): PhoneKnown => ({
  heardAt: NOW - 1000,
  state: { ready: true, talking: false },
  doNotDisturb: false,
  ...over,
});

describe('a page is heard', () => {
  it('by its messages or by its pings, whichever was later', () => {
    expect(lastHeard(5, null)).toBe(5);
    expect(lastHeard(5, 9)).toBe(9);
    expect(lastHeard(9, 5)).toBe(9);
  });
  it('for as long as one ping a minute, late by half a minute, takes', () => {
    expect(isSilent(NOW - 90_000, NOW)).toBe(false);
    expect(isSilent(NOW - SILENT_MS, NOW)).toBe(false);
    expect(isSilent(NOW - SILENT_MS - 1, NOW)).toBe(true);
  });
  it('and is listened for again at the first moment at which one could be silent', () => {
    expect(nextSilence([])).toBeNull();
    const next = nextSilence([NOW, NOW - 20_000]) ?? 0;
    expect(isSilent(NOW - 20_000, next)).toBe(true);
    expect(isSilent(NOW - 20_000, next - 1)).toBe(false);
  });
});

describe('presence', () => {
  it.each([
    ['no page is open', known({ heardAt: null }), { presence: 'away' }],
    ['a page that is silent', known({ heardAt: NOW - 101_000 }), { presence: 'away' }],
    ['a phone that would ring', known(), { presence: 'reachable' }],
    ['one that has said nothing yet', known({ state: null }), { presence: 'not_ready', reason: 'starting' }],
    [
      'one without a microphone',
      known({ state: { ready: false, talking: false, reason: 'microphone_denied' } }),
      { presence: 'not_ready', reason: 'microphone_denied' },
    ],
    ['no calls wanted', known({ doNotDisturb: true }), { presence: 'do_not_disturb' }],
    [
      'in a call, no calls wanted',
      known({ state: { ready: true, talking: true }, doNotDisturb: true }),
      { presence: 'talking' },
    ],
    [
      'in a call, the PBX out of reach',
      known({ state: { ready: false, talking: true, reason: 'pbx_unreachable' } }),
      { presence: 'talking' },
    ],
    [
      'no calls wanted, and none could come',
      known({ state: { ready: false, talking: false, reason: 'wrong_password' }, doNotDisturb: true }),
      { presence: 'not_ready', reason: 'wrong_password' },
    ],
  ] as const)('%s', (_, facts, standing) => {
    expect(presenceOf(facts, NOW)).toEqual(standing);
  });
});

describe('colleagues see', () => {
  const talking: Standing = { presence: 'talking' };
  const away: Standing = { presence: 'away' };
  const starting: Standing = { presence: 'not_ready', reason: 'starting' };
  it('no absence while the next page loads', () => {
    for (const found of [away, starting]) {
      expect(seenByOthers(found, talking, NOW - BETWEEN_PAGES_MS + 1, NOW)).toBe(talking);
      expect(seenByOthers(found, talking, NOW - BETWEEN_PAGES_MS, NOW)).toBe(found);
      expect(seenByOthers(found, null, NOW, NOW)).toBe(found);
    }
  });
  it('everything else at once', () => {
    const denied: Standing = { presence: 'not_ready', reason: 'microphone_denied' };
    for (const found of [denied, { presence: 'reachable' }, { presence: 'do_not_disturb' }] as const)
      expect(seenByOthers(found, talking, NOW, NOW)).toBe(found);
  });
});

describe('a click', () => {
  it('is left to a phone that was heard, and waits for a page that may be loading', () => {
    expect(unreached(NOW - SILENT_MS, NOW - 3_600_000, NOW)).toBeNull();
    expect(unreached(null, NOW - LOADING_MS + 1, NOW)).toBeNull();
  });
  it('is given up at once where no phone is there or it is silent', () => {
    expect(unreached(null, null, NOW)).toBe('no_phone');
    expect(unreached(null, NOW - LOADING_MS, NOW)).toBe('no_phone');
    expect(unreached(NOW - SILENT_MS - 1, NOW, NOW)).toBe('silent');
  });
  it('that came to nothing is told in one sentence that says what to do, and in the CRM', () => {
    for (const why of ['no_phone', 'silent', 'not_taken'] as const) {
      expect(notMade('+4930', why, false)).toMatch(/^Your call to \+4930 was not made, because .+: open a page .+\.$/);
      expect(notMade('+4930', why, true)).toMatch(/^\+4930 has asked to be called back, but .+ call them\.$/);
      expect(recordOf(why)).not.toBe('');
      expect(readCallNotice(callNotice(why, 'b:a|b'))).toEqual({ why, callKey: 'b:a|b' });
    }
    expect(readCallNotice('17')).toBeNull();
  });
});

describe('who stands as before while a page loads', () => {
  const away: Standing = { presence: 'away' };
  const starting: Standing = { presence: 'not_ready', reason: 'starting' };

  it('is looked at again when that time is over, the first of them first', () => {
    const people = [
      { found: away, seenAt: NOW - 1000 },
      { found: starting, seenAt: NOW - 3000 },
    ];
    expect(nextSettled(people, NOW)).toBe(NOW - 3000 + BETWEEN_PAGES_MS);
  });

  it('and not again after that, nor who is there', () => {
    expect(nextSettled([], NOW)).toBeNull();
    expect(nextSettled([{ found: away, seenAt: NOW - BETWEEN_PAGES_MS }], NOW)).toBeNull();
    expect(nextSettled([{ found: { presence: 'reachable' }, seenAt: NOW }], NOW)).toBeNull();
  });
});
