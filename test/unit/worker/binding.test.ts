import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BindingFact, bindingNeeds, nextBinding } from '../../../src/portal/binding.ts';
import type { BindingState } from '../../../src/protocol/status.ts';

const facts: BindingFact[] = [
  { t: 'hit' },
  { t: 'missing' },
  { t: 'working' },
  { t: 'seen' },
  { t: 'denied' },
  { t: 'failed' },
  { t: 'admin' },
  { t: 'uninstalled' },
  { t: 'installed' },
];
const states: BindingState[] = ['bound', 'rebinding', 'disabled', 'needs_admin', 'uninstalled'];

/** The table of docs/architecture.md, cell by cell: state after the fact. */
const table: Record<BindingState, Partial<Record<BindingFact['t'], BindingState>>> = {
  bound: {
    hit: 'disabled',
    missing: 'disabled',
    working: 'bound',
    seen: 'bound',
    denied: 'needs_admin',
    failed: 'bound',
    admin: 'bound',
  },
  rebinding: {
    hit: 'disabled',
    missing: 'disabled',
    working: 'rebinding',
    seen: 'bound',
    denied: 'needs_admin',
    failed: 'rebinding',
    admin: 'rebinding',
  },
  disabled: {
    hit: 'disabled',
    missing: 'disabled',
    working: 'rebinding',
    seen: 'bound',
    denied: 'needs_admin',
    failed: 'rebinding',
    admin: 'rebinding',
  },
  needs_admin: {
    hit: 'disabled',
    missing: 'disabled',
    working: 'needs_admin',
    seen: 'bound',
    denied: 'needs_admin',
    failed: 'needs_admin',
    admin: 'rebinding',
  },
  uninstalled: {
    hit: 'uninstalled',
    missing: 'uninstalled',
    working: 'uninstalled',
    seen: 'uninstalled',
    denied: 'uninstalled',
    failed: 'uninstalled',
    admin: 'uninstalled',
  },
};

describe('the binding', () => {
  for (const state of states)
    it(`${state}: each fact leads where the table says`, () => {
      const after = Object.fromEntries(
        Object.keys(table[state]).map((t) => [t, nextBinding(state, { t } as BindingFact).state]),
      );
      expect(after).toEqual(table[state]);
    });

  it('an uninstalled app comes back by a new install only, whatever else arrives late', () => {
    const others = facts.filter((fact) => fact.t !== 'installed');
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...others), { maxLength: 30 }), (late) => {
        const end = late.reduce<BindingState>((state, fact) => nextBinding(state, fact).state, 'uninstalled');
        return end === 'uninstalled';
      }),
    );
    expect(nextBinding('uninstalled', { t: 'installed' }).state).toBe('rebinding');
  });

  it('is never left without a next look, except when uninstalled', () => {
    fc.assert(
      fc.property(fc.constantFrom(...states), fc.constantFrom(...facts), (state, fact) => {
        const move = nextBinding(state, fact);
        return (move.look === 'never') === (move.state === 'uninstalled');
      }),
    );
  });
});

describe('what placement.get demands', () => {
  const wanted = {
    handler: 'https://p.example.com/placement',
    errorHandlerUrl: 'https://p.example.com/placement/error?k',
  };
  const ours = { placement: 'PAGE_BACKGROUND_WORKER', ...wanted };

  it.each([
    ['exactly ours', [ours], 'nothing'],
    ['nothing', [], 'bind'],
    ['another placement of the app', [{ ...ours, placement: 'CALL_CARD' }], 'bind'],
    ['another handler', [{ ...ours, handler: 'https://old.example.com/' }], 'unbind_and_bind'],
    ['another errorHandlerUrl', [{ ...ours, errorHandlerUrl: 'https://old.example.com/' }], 'unbind_and_bind'],
    ['no errorHandlerUrl', [{ ...ours, errorHandlerUrl: null }], 'unbind_and_bind'],
    ['ours and a personal one', [ours, ours], 'unbind_and_bind'],
  ] as const)('%s -> %3$s', (_, seen, needs) => {
    expect(bindingNeeds(seen, wanted)).toBe(needs);
  });
});
