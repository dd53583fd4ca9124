import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { step } from '../../../client/phone/desk/step.ts';
import type { Desk, DeskEffect, DeskEvent } from '../../../client/phone/desk/types.ts';
import { aWorld, type DeskWorld, type Machine } from './desk-world.ts';

/**
 * Whatever happens, in any order: PBX, cards, object, panel, network and clocks around two calls, in a world that writes
 * down every broken rule (desk-world.ts). `RUNS=100000` plays more.
 */

const RUNS = Number(process.env.RUNS ?? 10_000);
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000_000);

// --- how far a game has come when chance takes over ----------------------------------------------------------------

function ringing(world: DeskWorld): string {
  const leg = world.incoming();
  world.legOf(leg).callId = `c-${leg}`;
  world.happen({ on: 'registered', leg, callId: `c-${leg}` });
  return leg;
}

function established(world: DeskWorld, leg: string): void {
  world.legOf(leg).state = 'up';
  world.onLeg(leg, { on: 'established', at: 1 });
}

function confirmed(world: DeskWorld, leg: string): void {
  const known = world.legOf(leg);
  known.held = known.asked.shift() ?? known.held;
  world.onLeg(leg, { on: 'held', held: known.held, ok: true });
}

function talking(world: DeskWorld): string {
  const leg = ringing(world);
  world.opens('f1', `c-${leg}`, 'incoming')();
  world.happen({ on: 'act', act: { act: 'answer', leg } });
  established(world, leg);
  return leg;
}

function consulting(world: DeskWorld): void {
  const leg = talking(world);
  const target = { kind: 'user', userId: '12' } as const;
  world.happen({ on: 'card', frame: 'f1', callId: `c-${leg}`, event: { name: 'transferButtonClick', target } });
  confirmed(world, leg);
}

function twoCalls(world: DeskWorld): void {
  const first = talking(world);
  const second = ringing(world);
  world.happen({ on: 'act', act: { act: 'swap' } });
  confirmed(world, first);
  established(world, second);
}

function conferring(world: DeskWorld): void {
  twoCalls(world);
  world.happen({ on: 'act', act: { act: 'confer' } });
  const second = world.look().other?.call.leg;
  if (second) confirmed(world, second);
}

function conference(world: DeskWorld): void {
  conferring(world);
  const { bridge, front, other } = world.look();
  if (!bridge || !front || !other) return;
  established(world, bridge.leg);
  for (const { call } of [front, other]) world.onLeg(call.leg, { on: 'transfer', step: 'done', at: 1 });
}

const BEGINNINGS: readonly ((world: DeskWorld) => unknown)[] = [
  () => {},
  talking,
  consulting,
  twoCalls,
  conferring,
  conference,
];

const game = fc.record({
  beginning: fc.nat({ max: BEGINNINGS.length - 1 }),
  kind: fc.constantFrom('attended' as const, 'blind' as const),
  moves: fc.array(fc.tuple(fc.nat({ max: 9999 }), fc.nat({ max: 9999 })), { minLength: 1, maxLength: 50, size: 'max' }),
});

/** Plays one game by a machine; what it broke. */
function play(
  machine: Machine,
  { beginning, kind, moves }: typeof game extends fc.Arbitrary<infer Game> ? Game : never,
) {
  const world = aWorld(machine, kind);
  BEGINNINGS[beginning]?.(world);
  for (const [which, pick] of moves) world.play(which, pick);
  world.end();
  return world;
}

const property = (machine: Machine) =>
  fc.property(game, (moves) => {
    const { broken, history } = play(machine, moves);
    if (broken.length > 0) throw new Error(`${broken.join(', ')}\n${history.slice(-12).join('\n')}`);
  });

describe('whatever happens on the desk, in any order', () => {
  test('the beginnings of the games are what they are called', () => {
    const at = BEGINNINGS.map((begin) => {
      const world = aWorld(step);
      begin(world);
      expect(world.broken).toEqual([]);
      const { front, other, bridge } = world.look();
      return [front?.call.phase, other?.call.phase, other?.call.role, bridge?.stage];
    });
    expect(at).toEqual([
      [undefined, undefined, undefined, undefined],
      ['talking', undefined, undefined, undefined],
      ['transferring', 'calling', 'consultation', undefined],
      ['talking', 'talking', 'call', undefined],
      ['talking', 'talking', 'call', 'opening'],
      ['talking', 'talking', 'call', 'open'],
    ]);
  });

  test(`${RUNS} games leave the desk legal, no leg behind, no card open, each call ended once`, {
    timeout: 60_000 + RUNS * 10,
  }, () => {
    console.log(`desk property: ${RUNS} games, SEED=${SEED}`);
    fc.assert(property(step), { numRuns: RUNS, seed: SEED });
  });
});

// --- the property notices a machine that is wrong ------------------------------------------------------------------

/** Changes what one decision does. */
type Mutation = (
  desk: Desk,
  event: DeskEvent,
  next: Desk,
  effects: readonly DeskEffect[],
) => readonly [Desk, readonly DeskEffect[]];
const mutated =
  (mutation: Mutation): Machine =>
  (desk, event, now) => {
    const [next, effects] = step(desk, event, now);
    return mutation(desk, event, next, effects);
  };
const without = (mutation: (effect: DeskEffect, desk: Desk, next: Desk) => boolean): Machine =>
  mutated((desk, _event, next, effects) => [next, effects.filter((effect) => !mutation(effect, desk, next))]);
const isSip = (effect: DeskEffect, what: string) => effect.do === 'sip' && effect.effect.do === what;
const isReport = (effect: DeskEffect, t: string) => effect.do === 'report' && effect.report.t === t;

const MUTATIONS: Readonly<Record<string, Machine>> = {
  'talking -> ended forgets the hang-up': without(
    (effect, desk) => isSip(effect, 'hangup') && desk.front?.call.phase === 'talking',
  ),
  'offered -> ended forgets the refusal': without(
    (effect, desk) => isSip(effect, 'hangup') && desk.front?.call.phase === 'offered',
  ),
  'ended leaves the card open': without((effect) => effect.do === 'card' && effect.effect.do === 'close'),
  'closing -> ended is never reported': without(
    (effect, desk) => isReport(effect, 'ended') && desk.front?.call.phase === 'closing',
  ),
  'talking -> ended is reported twice': mutated((desk, _event, next, effects) => [
    next,
    desk.front?.call.phase === 'talking'
      ? effects.flatMap((effect) => (isReport(effect, 'ended') ? [effect, effect] : [effect]))
      : effects,
  ]),
  'answering answers again at the next click': mutated((desk, event, next, effects) => {
    const { front } = desk;
    const again = event.on === 'act' && event.act.act === 'answer' && front?.call.phase === 'answering';
    return [next, again ? [...effects, { do: 'sip', leg: front.call.leg, effect: { do: 'answer' } }] : effects];
  }),
  'a refused hold counts as hold': (desk, event, now) =>
    step(
      desk,
      event.on === 'leg' && event.event.on === 'held' ? { ...event, event: { ...event.event, ok: true } } : event,
      now,
    ),
  'a second call is answered before the first is on hold': mutated((_desk, event, next, effects) => {
    const leg = next.other?.call.phase === 'offered' && next.turn === next.other.call.id ? next.other.call.leg : null;
    return [
      next,
      event.on === 'act' && leg !== null ? [...effects, { do: 'sip', leg, effect: { do: 'answer' } }] : effects,
    ];
  }),
  'a consultation outlives its transfer': without(
    (effect, desk, next) =>
      isSip(effect, 'hangup') &&
      desk.other?.call.role === 'consultation' &&
      next.other === null &&
      effect.do === 'sip' &&
      effect.leg === desk.other.call.leg,
  ),
  'the second call is lost when the first ends': mutated((desk, _event, next, effects) => [
    desk.other && next.front?.call.id === desk.other.call.id ? { ...next, front: null } : next,
    effects,
  ]),
  'a conference ends for one party only': mutated((desk, _event, next, effects) => {
    let seen = 0;
    const once = (effect: DeskEffect) => !isReport(effect, 'ended') || ++seen === 1;
    return [next, desk.bridge?.stage === 'open' ? effects.filter(once) : effects];
  }),
};

describe('the property notices each of these machines', () => {
  test.each(Object.entries(MUTATIONS))('%s', (_name, machine) => {
    const { failed } = fc.check(property(machine), { numRuns: RUNS, seed: SEED, endOnFailure: true });
    expect(failed).toBe(true);
  });
});
