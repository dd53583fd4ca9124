import { describe, expect, it } from 'vitest';
import { unheldLeg } from '../../../src/portal/holding.ts';
import { CallType, mobileKey, waitsForClick } from '../../../src/portal/ledger.ts';

const SPEAKER = { epoch: 2, browser: 'chrome' };
const OTHER = { epoch: 1, browser: 'firefox' };

describe('a leg that waits for the click of its person, and that the speaking page does not name', () => {
  const become = (holder: number, pages = [SPEAKER]) => unheldLeg({ holder }, null, true, SPEAKER, pages);

  it('is asked for by the next page, as its own is gone', () => {
    expect(become(1)).toBe('waiting');
    expect(become(1, [SPEAKER, { ...OTHER, browser: 'chrome' }])).toBe('waiting');
  });
  it('stays in a second browser that is open', () => {
    expect(become(1, [SPEAKER, OTHER])).toBe('elsewhere');
  });
  it('is dead where the page itself has had and dropped it', () => {
    expect(become(2)).toBe('dead');
  });
  it('and one that is dialled dies with its page', () => {
    expect(unheldLeg({ holder: 1 }, null, false, SPEAKER, [SPEAKER])).toBe('dead');
  });
});

describe('what waits for a click', () => {
  const call = { key: 'c:1:+4930', type: CallType.callback, state: 'ringing' } as const;
  it('is a call-back, or a number tapped in the mobile app', () => {
    expect(waitsForClick(call)).toBe(true);
    expect(waitsForClick({ ...call, key: mobileKey('x'), type: CallType.outgoing })).toBe(true);
  });
  it('is no click in a page, and nothing that is talked or over', () => {
    expect(waitsForClick({ ...call, key: 'b:x', type: CallType.outgoing })).toBe(false);
    for (const state of ['talking', 'ended', 'finished', 'failed'] as const)
      expect(waitsForClick({ ...call, state })).toBe(false);
  });
});
