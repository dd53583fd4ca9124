import { describe, expect, it } from 'vitest';
import { BACK_MS, isComingBack, type Whereabouts } from '../../../src/route/back.ts';

const NOW = 1_900_000_000_000;
const asks = (over: Partial<Whereabouts>) =>
  isComingBack({ cameAt: null, seenAt: null, doNotDisturb: false, ...over }, NOW);

describe('a call that was not put through is tried again', () => {
  it('while the person’s next page may be loading', () => {
    expect(asks({ seenAt: NOW })).toBe(true);
    expect(asks({ seenAt: NOW - BACK_MS + 1 })).toBe(true);
  });
  it('when that page has come up: the try before met the one that went', () => {
    expect(asks({ cameAt: NOW - 500, seenAt: NOW - 500 })).toBe(true);
  });
});

describe('it is not', () => {
  it('where nobody has been for longer than a page loads, or ever', () => {
    expect(asks({ seenAt: NOW - BACK_MS })).toBe(false);
    expect(asks({})).toBe(false);
  });
  it('where a phone was there all the time, whatever it said last', () => {
    expect(asks({ cameAt: NOW - BACK_MS, seenAt: NOW })).toBe(false);
  });
  it('for who wants no calls', () => {
    expect(asks({ seenAt: NOW, doNotDisturb: true })).toBe(false);
  });
});
