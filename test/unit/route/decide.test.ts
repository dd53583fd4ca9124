import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CrmMatch, Timeman } from '../../../src/portal/customers.ts';
import { canTake, decideRoute, type RouteAgent, routeText } from '../../../src/route/decide.ts';

const agent = (userId: number, over: Partial<RouteAgent> = {}): RouteAgent => ({
  userId,
  extension: `10${userId}`,
  name: `Agent ${userId}`,
  presence: 'reachable',
  reachable: true,
  returning: false,
  talking: false,
  doNotDisturb: false,
  timeman: '',
  ...over,
});
const match = (...responsible: [number, Timeman][]): CrmMatch => ({
  type: 'CONTACT',
  id: 5,
  name: 'Cleo',
  responsible: responsible.map(([userId, timeman]) => ({ userId, timeman })),
});

describe('a caller is sent to', () => {
  it('the responsible person, before everybody who is free', () => {
    const answer = decideRoute('+441', match([2, 'OPENED']), [agent(1), agent(2), agent(3)]);
    expect(answer).toMatchObject({
      crm: 'known',
      responsible: '102',
      free: ['101', '103'],
      customer: { name: 'Cleo' },
    });
    expect(routeText(answer)).toBe('102|101&103');
  });

  it('the next responsible, where the best match\u2019s is not there', () => {
    expect(decideRoute('+441', match([2, 'CLOSED'], [3, 'OPENED']), [agent(2), agent(3)])).toMatchObject({
      responsible: '103',
      free: [],
    });
  });

  it.each<[string, Partial<RouteAgent>, Timeman]>([
    ['has no phone open', { reachable: false }, 'OPENED'],
    ['talks', { talking: true }, 'OPENED'],
    ['wants no calls', { doNotDisturb: true }, 'OPENED'],
    ['has gone home', {}, 'CLOSED'],
    ['has a break', {}, 'PAUSED'],
  ])('anybody free, where the responsible %s', (_, state, timeman) => {
    const answer = decideRoute('+441', match([2, timeman]), [agent(1), agent(2, state)]);
    expect([answer.responsible, answer.free]).toEqual([null, ['101']]);
    expect(routeText(answer)).toBe('|101');
  });

  it('the responsible person whose page is just loading, but nobody else who does', () => {
    const loading = { presence: 'away', reachable: false, returning: true } as const;
    expect(decideRoute('+441', match([2, 'OPENED']), [agent(1), agent(2, loading), agent(3, loading)])).toMatchObject({
      responsible: '102',
      free: ['101'],
    });
  });

  it.each<[string, Partial<RouteAgent>, Timeman]>([
    ['wants no calls', { doNotDisturb: true }, 'OPENED'],
    ['has gone home', {}, 'CLOSED'],
  ])('anybody free, where the responsible whose page is loading %s', (_, state, timeman) => {
    const loading = agent(2, { reachable: false, returning: true, ...state });
    expect(decideRoute('+441', match([2, timeman]), [agent(1), loading]).responsible).toBe(null);
  });

  it('a responsible person whose day began before midnight, or is not kept', () => {
    for (const timeman of ['EXPIRED', ''] as const)
      expect(decideRoute('+441', match([2, timeman]), [agent(2)]).responsible).toBe('102');
  });

  it('the free ones, where the CRM does not know the number or did not answer; the answer says which', () => {
    expect(decideRoute('+441', null, [agent(1)])).toMatchObject({ crm: 'unknown', responsible: null, free: ['101'] });
    expect(decideRoute('+441', 'unavailable', [agent(1)])).toMatchObject({ crm: 'unavailable', free: ['101'] });
  });

  it('nobody, where nobody can take it', () => {
    expect(routeText(decideRoute('+441', match([9, 'OPENED']), [agent(1, { talking: true })]))).toBe('|');
  });
});

it('nobody is rung twice, and nobody who cannot take a call', () => {
  const agents = fc.uniqueArray(
    fc.record({
      userId: fc.integer({ min: 1, max: 9 }),
      reachable: fc.boolean(),
      talking: fc.boolean(),
      doNotDisturb: fc.boolean(),
    }),
    { selector: ({ userId }) => userId },
  );
  const days = fc.constantFrom<Timeman>('OPENED', 'CLOSED', 'PAUSED', 'EXPIRED', '');
  const responsible = fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 9 }), days), {
    selector: ([userId]) => userId,
  });
  fc.assert(
    fc.property(agents, responsible, (people, matches) => {
      const answer = decideRoute(
        '+441',
        match(...matches),
        people.map(({ userId, ...state }) => agent(userId, state)),
      );
      const rung = [...(answer.responsible === null ? [] : [answer.responsible]), ...answer.free];
      expect(new Set(rung).size).toBe(rung.length);
      expect(rung.toSorted()).toEqual(
        answer.agents
          .filter(canTake)
          .map(({ extension }) => extension)
          .toSorted(),
      );
    }),
  );
});
