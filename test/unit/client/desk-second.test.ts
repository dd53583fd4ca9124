import { describe, expect, test } from 'vitest';
import { DEFAULT_PREFERENCES, type Preferences } from '../../../src/protocol/frame.ts';
import { aDesk } from './desk-support.ts';
import { LINE } from './support.ts';

/** Somebody talks on `sip-1` and its card is open. */
function talking() {
  const world = aDesk();
  world.ring('sip-1');
  world.registered('c1', 'sip-1');
  world.opens('incoming');
  world.talk('sip-1');
  return world;
}

/** And a second caller, `sip-2`, has been answered by the hold button. */
function twoCalls() {
  const world = talking();
  world.ring('sip-2');
  world.registered('c2', 'sip-2');
  world.card('holdButtonClick', true);
  world.leg({ on: 'held', held: true, ok: true }, 'sip-1');
  world.leg({ on: 'established', at: 3000 }, 'sip-2');
  return world;
}

const prefer = (world: ReturnType<typeof aDesk>, preferences: Partial<Preferences>) =>
  world.object({ t: 'preferences', preferences: { ...DEFAULT_PREFERENCES, ...preferences } });

describe('a second call while talking', () => {
  test('is registered without a card, rings softly, and is announced on the first one’s', () => {
    const world = talking();
    world.ring('sip-2');
    expect(world.reports.at(-1)).toMatchObject({ t: 'register', leg: 'sip-2', card: false });
    expect(world.tones.at(-1)).toBe('waiting');
    expect(world.statuses().at(-1)).toBe('Second call: Ada. Hold answers it · Connected');
  });
  test('is answered by the hold button, after the PBX has put the first one on hold', () => {
    const world = talking();
    world.ring('sip-2');
    world.card('holdButtonClick', true);
    expect(world.did('hold')).toEqual([['hold', 'sip-1', true]]);
    expect(world.did('answer')).toHaveLength(1);
    world.leg({ on: 'held', held: true, ok: true }, 'sip-1');
    expect(world.did('answer').at(-1)).toEqual(['answer', 'sip-2']);
    world.leg({ on: 'established', at: 3000 }, 'sip-2');
    expect(world.statuses().at(-1)).toBe('You are talking with Ada. Hold swaps · On hold');
    expect(world.tones.at(-1)).toBe('none');
  });
  test('waits on where the PBX refuses the hold', () => {
    const world = talking();
    world.ring('sip-2');
    world.card('holdButtonClick', true);
    world.leg({ on: 'held', held: true, ok: false }, 'sip-1');
    expect(world.did('answer')).toHaveLength(1);
    expect(world.statuses().at(-1)).toContain('The PBX refused');
    expect(world.desk.look().other?.call.phase).toBe('offered');
  });
  test('is swapped by the hold button: hold first, then resume', () => {
    const world = twoCalls();
    world.card('holdButtonClick', false);
    expect(world.did('hold').at(-1)).toEqual(['hold', 'sip-2', true]);
    world.leg({ on: 'held', held: true, ok: true }, 'sip-2');
    expect(world.did('hold').at(-1)).toEqual(['hold', 'sip-1', false]);
    world.leg({ on: 'held', held: false, ok: true }, 'sip-1');
    expect(world.statuses().at(-1)).toBe('Ada waits on hold. Hold swaps · Connected');
  });
  test('a click while the PBX still owes an answer waits for it', () => {
    const world = twoCalls();
    world.card('holdButtonClick', false);
    world.card('holdButtonClick', true);
    expect(world.did('hold')).toHaveLength(2);
    expect(world.statuses().at(-1)).toContain('One moment');
  });
  test('hang-up ends the one that is talked to; the first one stays on hold with its card', () => {
    const world = twoCalls();
    world.card('hangupButtonClick');
    expect(world.did('hangup')).toEqual([['hangup', 'sip-2', 486]]);
    expect(world.reports.at(-1)).toMatchObject({ t: 'ended', leg: 'sip-2', status: '200' });
    expect(world.desk.look().front?.call).toMatchObject({ leg: 'sip-1', held: true });
    expect(world.statuses().at(-1)).toBe('On hold');
  });
  test('takes the first one’s place when that ends: its card is asked for and brought to its state', () => {
    const world = twoCalls();
    world.leg({ on: 'over', reason: '', at: 9000 }, 'sip-1');
    expect(world.commands.at(-1)?.command).toBe('Close');
    expect(world.reports.at(-1)).toEqual({ t: 'show', leg: 'sip-2' });
    world.opens('incoming', LINE, 'c2');
    expect(world.uis().at(-1)).toBe('connected');
    world.card('hangupButtonClick', undefined, 'c2');
    expect(world.did('hangup').at(-1)).toEqual(['hangup', 'sip-2', 486]);
  });
  test('still ringing when the first one ends, it rings as the only one', () => {
    const world = talking();
    world.ring('sip-2');
    world.registered('c2', 'sip-2');
    world.card('hangupButtonClick');
    expect(world.tones.at(-1)).toBe('ring');
    expect(world.reports.at(-1)).toEqual({ t: 'show', leg: 'sip-2' });
  });
  test('is declined on the panel, and answered there as well', () => {
    const world = talking();
    world.ring('sip-2');
    world.desk.onAct({ act: 'decline', leg: 'sip-2' });
    expect(world.did('hangup')).toEqual([['hangup', 'sip-2', 486]]);
    world.ring('sip-3');
    world.desk.onAct({ act: 'answer', leg: 'sip-3' });
    world.leg({ on: 'held', held: true, ok: true }, 'sip-1');
    expect(world.did('answer').at(-1)).toEqual(['answer', 'sip-3']);
  });
  test('mute holds for whoever is talked to', () => {
    const world = talking();
    world.card('muteButtonClick', true);
    world.ring('sip-2');
    world.card('holdButtonClick', true);
    world.leg({ on: 'held', held: true, ok: true }, 'sip-1');
    world.leg({ on: 'established', at: 3000 }, 'sip-2');
    expect(world.did('mute')).toEqual([
      ['mute', 'sip-1', true],
      ['mute', 'sip-2', true],
    ]);
  });
  test('a third is refused as busy', () => {
    const world = twoCalls();
    world.ring('sip-3');
    expect(world.did('hangup')).toEqual([['hangup', 'sip-3', 486]]);
  });
  test('whose answer fails for the microphone is told on the first one’s card', () => {
    const world = talking();
    world.ring('sip-2');
    world.card('holdButtonClick', true);
    world.leg({ on: 'held', held: true, ok: true }, 'sip-1');
    world.leg({ on: 'microphone', why: 'busy', at: 3000 }, 'sip-2');
    expect(world.statuses().at(-1)).toContain('microphone');
    expect(world.reports.at(-1)).toMatchObject({ t: 'ended', leg: 'sip-2' });
    expect(world.desk.look().front?.call.phase).toBe('talking');
  });
});

describe('what a person prefers', () => {
  test('no second calls: refused as busy', () => {
    const world = talking();
    prefer(world, { callWaiting: false });
    world.ring('sip-2');
    expect(world.did('hangup')).toEqual([['hangup', 'sip-2', 486]]);
    expect(world.reports.at(-1)).toMatchObject({ t: 'ended', leg: 'sip-2', status: '486' });
  });
  test('not to be disturbed: refused with 480 without ringing, and the CRM knows why', () => {
    const world = aDesk();
    prefer(world, { doNotDisturb: true });
    world.ring();
    expect(world.did('hangup')).toEqual([['hangup', 'sip-1', 480]]);
    expect(world.tones).toEqual([]);
    expect(world.reports).toMatchObject([
      { t: 'register', card: false },
      { t: 'ended', status: '480', reason: 'Do not disturb' },
    ]);
  });
  test('answered by itself after some seconds, unless somebody was quicker', async () => {
    const world = aDesk();
    prefer(world, { autoAnswerS: 4 });
    world.ring();
    await world.clock.tick(3900);
    expect(world.did('answer')).toEqual([]);
    await world.clock.tick(100);
    expect(world.did('answer')).toEqual([['answer', 'sip-1']]);
    await world.clock.tick(60_000);
    expect(world.did('answer')).toHaveLength(1);
  });
  test('the PBX can want a call answered at once', () => {
    const world = aDesk();
    const call = { leg: 'sip-1', group: null, number: '1', name: '', line: LINE, autoAnswer: true };
    world.desk.onSip({ on: 'incoming', call });
    expect(world.did('answer')).toEqual([['answer', 'sip-1']]);
  });
  test('is told to the object when the panel changes it', () => {
    const world = aDesk();
    const preferences = { ...DEFAULT_PREFERENCES, doNotDisturb: true };
    world.desk.onAct({ act: 'prefer', preferences });
    expect(world.reports).toEqual([{ t: 'preferences', preferences }]);
    expect(world.desk.look().preferences).toEqual(preferences);
  });
});

describe('no card, no way to answer', () => {
  const REASON = { card: 'No card opened: another card or a video call is open' };
  test('is asked for once more, then the PBX rings somebody else and the ledger says why', async () => {
    const world = aDesk();
    world.ring();
    world.registered();
    await world.clock.tick(4900);
    expect(world.kinds()).toEqual(['register']);
    await world.clock.tick(100);
    expect(world.kinds()).toEqual(['register', 'show']);
    await world.clock.tick(4900);
    expect(world.did('hangup')).toEqual([]);
    await world.clock.tick(100);
    expect(world.did('hangup')).toEqual([['hangup', 'sip-1', 480]]);
    expect(world.reports.at(-1)).toMatchObject({ t: 'ended', status: '480', reason: REASON.card });
  });
  test('a call that Bitrix24 does not register in time can’t be shown', async () => {
    const world = aDesk();
    world.ring();
    await world.clock.tick(10_000);
    expect(world.kinds()).toEqual(['register', 'ended']);
    expect(world.reports.at(-1)).toMatchObject({ reason: 'Bitrix24 did not register the call in time' });
  });
  test('a call that Bitrix24 refuses to register ends at once', () => {
    const world = aDesk();
    world.ring();
    world.object({ t: 'refused', id: world.idOf('sip-1'), error: 'refused', message: 'No such user' });
    expect(world.did('hangup')).toEqual([['hangup', 'sip-1', 480]]);
    expect(world.reports.at(-1)).toMatchObject({
      status: '480',
      reason: 'Bitrix24 refused to register the call: No such user',
    });
  });
  test('a card that has opened stops the clock', async () => {
    const world = aDesk();
    world.ring();
    world.registered();
    world.opens('incoming');
    await world.clock.tick(60_000);
    expect(world.kinds()).toEqual(['register']);
    expect(world.did('hangup')).toEqual([]);
  });
  test('a call that the panel has answered goes on, and its card is asked for again and again', async () => {
    const world = aDesk();
    world.ring();
    world.registered();
    world.desk.onAct({ act: 'answer', leg: 'sip-1' });
    world.object({ t: 'refused', id: world.idOf('sip-1'), error: 'refused', message: '' });
    world.leg({ on: 'established', at: 2000 });
    await world.clock.tick(120_000);
    expect(world.did('hangup')).toEqual([]);
    // 65 s, which is how long an open comment can keep the card before this one (fact 3.4).
    expect(world.kinds().filter((kind) => kind === 'show')).toHaveLength(13);
  });
  test('answered elsewhere meanwhile, nothing of it happens', async () => {
    const world = aDesk();
    world.ring();
    world.registered();
    world.object({ t: 'elsewhere', leg: 'sip-1', callId: 'c1' });
    await world.clock.tick(60_000);
    expect(world.kinds()).toEqual(['register', 'ended']);
  });
});
