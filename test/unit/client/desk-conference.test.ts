import { describe, expect, test } from 'vitest';
import { panelOf } from '../../../client/phone/desk/panel.ts';
import { aDesk } from './desk-support.ts';

const NO_DEVICES = { microphones: [], speakers: [], microphone: '', speaker: '', ringer: '' };

/** Two calls: `sip-2` is talked to, `sip-1` waits on hold. */
function twoCalls(conference: string | null = '700') {
  const world = aDesk({ calling: { conference } });
  world.ring('sip-1');
  world.registered('c1', 'sip-1');
  world.opens('incoming');
  world.talk('sip-1');
  world.ring('sip-2');
  world.card('holdButtonClick', true);
  world.leg({ on: 'held', held: true, ok: true }, 'sip-1');
  world.leg({ on: 'established', at: 2000 }, 'sip-2');
  return world;
}

/** Our own leg stands on the bridge, the first party is being brought there. */
function bridged() {
  const world = twoCalls();
  world.desk.onAct({ act: 'confer' });
  world.leg({ on: 'held', held: true, ok: true }, 'sip-2');
  const bridge = world.dialledLeg('700');
  world.leg({ on: 'established', at: 3000 }, bridge);
  return { ...world, bridge };
}

const done = { on: 'transfer', step: 'done', at: 4000 } as const;
const failed = { on: 'transfer', step: 'failed', at: 4000 } as const;

describe('a conference on the PBX’s bridge', () => {
  test('is offered where the PBX has a bridge and two calls are answered', () => {
    const offered = (world: ReturnType<typeof aDesk>) => panelOf(world.desk.look(), 'ready', NO_DEVICES).canConfer;
    expect(offered(twoCalls())).toBe(true);
    expect(offered(twoCalls(null))).toBe(false);
  });
  test('both on hold, our own leg there, then one party after the other', () => {
    const world = twoCalls();
    world.desk.onAct({ act: 'confer' });
    expect(world.did('hold').at(-1)).toEqual(['hold', 'sip-2', true]);
    expect(world.did('invite')).toEqual([]);
    world.leg({ on: 'held', held: true, ok: true }, 'sip-2');
    const bridge = world.dialledLeg('700');
    expect(world.did('refer')).toEqual([]);
    world.leg({ on: 'established', at: 3000 }, bridge);
    expect(world.did('refer')).toEqual([['refer', 'sip-1', '700']]);
    world.leg(done, 'sip-1');
    expect(world.did('refer').at(-1)).toEqual(['refer', 'sip-2', '700']);
    world.leg(done, 'sip-2');
    expect(world.did('hangup').map(([, leg]) => leg)).toEqual(['sip-1', 'sip-2']);
    expect(world.statuses().at(-1)).toBe('Conference with Ada and Ada');
  });
  test('both records end when we leave', () => {
    const world = bridged();
    world.leg(done, 'sip-1');
    world.leg(done, 'sip-2');
    expect(world.kinds().filter((kind) => kind === 'ended')).toEqual([]);
    world.card('hangupButtonClick');
    expect(world.did('hangup').at(-1)?.[1]).toBe(world.bridge);
    const ended = world.reports.flatMap((report) => (report.t === 'ended' ? [report.leg] : []));
    expect(ended.sort()).toEqual(['sip-1', 'sip-2']);
    expect(world.desk.look().bridge).toBeNull();
  });
  test('or when the bridge ends it', () => {
    const world = bridged();
    world.leg(done, 'sip-1');
    world.leg(done, 'sip-2');
    world.leg({ on: 'over', reason: '', at: 9000 }, world.bridge);
    expect(world.kinds().filter((kind) => kind === 'ended')).toHaveLength(2);
    expect(world.desk.look().front).toBeNull();
  });
  test('hold, mute and keys go to the bridge', () => {
    const world = bridged();
    world.leg(done, 'sip-1');
    world.leg(done, 'sip-2');
    world.card('holdButtonClick', true);
    world.card('dialpadButtonClick', '5');
    expect(world.did('hold').at(-1)).toEqual(['hold', world.bridge, true]);
    expect(world.did('dtmf')).toEqual([['dtmf', world.bridge, '5']]);
  });
  test('a bridge that does not answer leaves two calls on hold', () => {
    const world = twoCalls();
    world.desk.onAct({ act: 'confer' });
    world.leg({ on: 'held', held: true, ok: true }, 'sip-2');
    world.leg({ on: 'rejected', status: 404, at: 3000 }, world.dialledLeg('700'));
    const { front, other, bridge } = world.desk.look();
    expect([front?.call.held, other?.call.held, bridge]).toEqual([true, true, null]);
    expect(world.statuses().at(-1)).toContain('The conference could not be opened: This number does not exist');
  });
  test('the first party cannot be brought there: back to two calls on hold', () => {
    const world = bridged();
    world.leg(failed, 'sip-1');
    expect(world.did('hangup').map(([, leg]) => leg)).toEqual([world.bridge]);
    expect(world.desk.look()).toMatchObject({ bridge: null, front: { call: { held: true } } });
  });
  test('only the second cannot: the conference goes on without, who waits on hold', () => {
    const world = bridged();
    world.leg(done, 'sip-1');
    world.leg(failed, 'sip-2');
    const { front, other } = world.desk.look();
    expect([front?.call.conferred, other?.call.conferred, other?.call.held]).toEqual([true, false, true]);
    expect(world.statuses().at(-1)).toContain('could not be brought into the conference');
    world.card('holdButtonClick', true);
    expect(world.did('hold').at(-1)).toEqual(['hold', world.bridge, true]);
  });
  test('a party hangs up on the way: the bridge is left', () => {
    const world = bridged();
    world.leg({ on: 'over', reason: '', at: 4000 }, 'sip-1');
    expect(world.did('hangup').map(([, leg]) => leg)).toEqual([world.bridge]);
    expect(world.desk.look().front?.call.leg).toBe('sip-2');
  });
  test('the PBX takes the leg away before its NOTIFY: it has joined', () => {
    const world = bridged();
    world.leg({ on: 'transfer', step: 'accepted', at: 4000 }, 'sip-1');
    world.leg({ on: 'over', reason: '', at: 4100 }, 'sip-1');
    expect(world.desk.look().front?.call.conferred).toBe(true);
    expect(world.did('refer').at(-1)).toEqual(['refer', 'sip-2', '700']);
  });
});
