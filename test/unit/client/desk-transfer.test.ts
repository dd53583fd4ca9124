import { describe, expect, test } from 'vitest';
import { aDesk } from './desk-support.ts';

/** Somebody talks on `sip-1`, its card is open; the transfer button is pressed for a colleague or a number. */
function talking(calling: Parameters<typeof aDesk>[0] = {}) {
  const world = aDesk(calling);
  world.ring('sip-1');
  world.registered('c1', 'sip-1');
  world.opens('incoming');
  world.talk('sip-1');
  return world;
}
const BEN = { type: 'user', target: 12 };
const OUTSIDE = { type: 'pstn', target: '+49555' };

/** The customer is on hold, the target is being called. */
function consulting(target: object = BEN) {
  const world = talking();
  world.card('transferButtonClick', target);
  world.leg({ on: 'held', held: true, ok: true }, 'sip-1');
  return { ...world, target: world.dialledLeg() };
}

const handovers = (world: ReturnType<typeof aDesk>) =>
  world.reports.flatMap((report) => (report.t === 'handover' ? [report.kind] : []));

describe('a transfer with a word first', () => {
  test('holds the customer, and calls the target when the PBX has confirmed it', () => {
    const world = talking();
    world.card('transferButtonClick', BEN);
    expect(world.uis().at(-1)).toBe('transferring');
    expect(world.did('invite')).toEqual([]);
    expect(world.reports.at(-1)).toEqual({ t: 'handover', leg: 'sip-1', kind: 'attended', userId: 12, number: '1002' });
    world.leg({ on: 'held', held: true, ok: true }, 'sip-1');
    expect(world.did('invite')).toEqual([['invite', world.dialledLeg(), '1002', '+4930123']]);
  });
  test('a colleague is no call of the CRM; somebody outside is one, without a card', () => {
    const inside = consulting(BEN);
    inside.leg({ on: 'established', at: 2000 }, inside.target);
    expect(inside.kinds()).toEqual(['register', 'answered', 'handover']);
    const outside = consulting(OUTSIDE);
    expect(outside.reports.at(-1)).toMatchObject({ t: 'register', direction: 'out', number: '+49555', card: false });
    outside.leg({ on: 'established', at: 2000 }, outside.target);
    outside.card('cancelTransferButtonClick');
    expect(outside.reports.at(-1)).toMatchObject({ t: 'ended', leg: outside.target, status: '200' });
  });
  test('the card says who rings and who talks', () => {
    const world = consulting();
    world.leg({ on: 'progress', media: false }, world.target);
    expect(world.statuses().at(-1)).toBe('Ringing at 1002…');
    expect(world.tones.at(-1)).toBe('ringback');
    world.leg({ on: 'established', at: 2000 }, world.target);
    expect(world.statuses().at(-1)).toContain('Talking with 1002');
    expect(world.tones.at(-1)).toBe('none');
  });
  test('completed while talking: REFER with Replaces; success is the NOTIFY, then both legs end', () => {
    const world = consulting();
    world.leg({ on: 'established', at: 2000 }, world.target);
    world.card('completeTransferButtonClick');
    expect(world.did('referTo')).toEqual([['referTo', 'sip-1', world.target]]);
    world.leg({ on: 'transfer', step: 'accepted', at: 2100 }, 'sip-1');
    expect(world.did('hangup')).toEqual([]);
    world.leg({ on: 'transfer', step: 'done', at: 2200 }, 'sip-1');
    expect(world.uis().at(-1)).toBe('transferConnected');
    expect(world.did('hangup').map(([, leg]) => leg)).toEqual(['sip-1', world.target]);
    expect(handovers(world)).toEqual(['attended']);
  });
  test('completed while it rings: the consultation is cancelled and the PBX asked to hand over blind', () => {
    const world = consulting();
    world.leg({ on: 'progress', media: false }, world.target);
    world.card('completeTransferButtonClick');
    expect(world.did('hangup')).toEqual([['hangup', world.target, 480]]);
    expect(world.did('refer')).toEqual([['refer', 'sip-1', '1002']]);
    expect(handovers(world)).toEqual(['attended', 'blind']);
  });
  test('cancelled: the target is hung up, the customer resumed, and shown so when the PBX confirms', () => {
    const world = consulting();
    world.leg({ on: 'established', at: 2000 }, world.target);
    world.card('cancelTransferButtonClick');
    expect(world.did('hangup')).toEqual([['hangup', world.target, 480]]);
    expect(world.did('hold').at(-1)).toEqual(['hold', 'sip-1', false]);
    expect(world.uis().at(-1)).toBe('connected');
    expect(world.statuses().at(-1)).toBe('On hold');
    world.leg({ on: 'held', held: false, ok: true }, 'sip-1');
    expect(world.statuses().at(-1)).toBe('Connected');
    expect(handovers(world)).toEqual(['attended', 'over']);
  });
  test('a customer who was on hold before stays there', () => {
    const world = talking();
    world.card('holdButtonClick', true);
    world.leg({ on: 'held', held: true, ok: true }, 'sip-1');
    world.card('transferButtonClick', BEN);
    world.card('cancelTransferButtonClick');
    expect(world.did('hold')).toEqual([['hold', 'sip-1', true]]);
  });
  test('asked for again while the customer is being resumed: held again first', () => {
    const world = consulting();
    world.card('cancelTransferButtonClick');
    world.card('transferButtonClick', BEN);
    expect(world.did('invite')).toHaveLength(1);
    world.leg({ on: 'held', held: false, ok: true }, 'sip-1');
    expect(world.did('invite')).toHaveLength(1);
    world.leg({ on: 'held', held: true, ok: true }, 'sip-1');
    expect(world.did('invite')).toHaveLength(2);
  });
  test('refused by the target: the card says why, and cancel goes back', () => {
    const world = consulting();
    world.leg({ on: 'rejected', status: 486, at: 2000 }, world.target);
    expect(world.uis().at(-1)).toBe('transferFailed');
    expect(world.statuses().at(-1)).toBe('1002: Busy');
    expect(handovers(world)).toEqual(['attended', 'over']);
    world.card('cancelTransferButtonClick');
    expect(world.uis().at(-1)).toBe('connected');
    expect(world.did('hold').at(-1)).toEqual(['hold', 'sip-1', false]);
    expect(handovers(world)).toEqual(['attended', 'over']);
  });
  test('where the PBX refuses the hold, nobody is called', () => {
    const world = talking();
    world.card('transferButtonClick', BEN);
    world.leg({ on: 'held', held: true, ok: false }, 'sip-1');
    expect(world.uis().at(-1)).toBe('transferFailed');
    expect(world.did('invite')).toEqual([]);
  });
  test('the target hangs up in the middle of it', () => {
    const world = consulting();
    world.leg({ on: 'established', at: 2000 }, world.target);
    world.leg({ on: 'over', reason: '', at: 2500 }, world.target);
    expect(world.uis().at(-1)).toBe('transferFailed');
  });
  test('the customer hangs up while the target rings: so does the consultation', () => {
    const world = consulting();
    world.leg({ on: 'over', reason: '', at: 2000 }, 'sip-1');
    expect(world.did('hangup')).toEqual([['hangup', world.target, 480]]);
    expect(world.desk.look().front).toBeNull();
  });
  test('the customer hangs up while we talk with the target: the card stays for its hang-up button', () => {
    const world = consulting();
    world.leg({ on: 'established', at: 2000 }, world.target);
    world.leg({ on: 'over', reason: '', at: 61_000 }, 'sip-1');
    expect(world.uis().at(-1)).toBe('transferConnected');
    expect(world.statuses().at(-1)).toContain('you are talking with 1002');
    expect(world.did('hangup')).toEqual([]);
    world.card('hangupButtonClick');
    expect(world.did('hangup')).toEqual([['hangup', world.target, 480]]);
    // The CRM gets the length of the customer's call, not of the card's.
    expect(world.reports.at(-1)).toMatchObject({ t: 'ended', leg: 'sip-1', seconds: 60, at: 61_000 });
  });
  test('while a second call is there, there is no third leg', () => {
    const world = talking();
    world.ring('sip-2');
    world.card('transferButtonClick', BEN);
    expect(world.did('hold')).toEqual([]);
    expect(world.statuses().at(-1)).toContain('End the second call');
  });
  test('while it is under way, further callers find the line busy', () => {
    const world = consulting();
    world.ring('sip-2');
    expect(world.did('hangup')).toEqual([['hangup', 'sip-2', 486]]);
  });
});

describe('a blind transfer', () => {
  const blind = () => talking({ calling: { transfer: 'blind' } });
  test('asks at once, and tells the object whom', () => {
    const world = blind();
    world.card('transferButtonClick', { phoneNumber: '+4940', target: 12 });
    expect(world.did('refer')).toEqual([['refer', 'sip-1', '1002']]);
    expect(world.reports.at(-1)).toEqual({ t: 'handover', leg: 'sip-1', kind: 'blind', userId: 12, number: '1002' });
  });
  test('failed: the card says what the target answered', () => {
    const world = blind();
    world.card('transferButtonClick', OUTSIDE);
    world.leg({ on: 'transfer', step: 'failed', status: 486, at: 2000 }, 'sip-1');
    expect(world.statuses().at(-1)).toBe('The transfer failed: Busy');
    expect(handovers(world)).toEqual(['blind', 'over']);
  });
  test('to a department is impossible', () => {
    const world = blind();
    world.card('transferButtonClick', { type: 'queue', target: '1' });
    expect(world.uis().at(-1)).toBe('transferFailed');
    expect(world.did('refer')).toEqual([]);
  });
});
