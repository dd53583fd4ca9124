import { describe, expect, it } from 'vitest';
import { leftBehind } from '../../../client/call/begin.ts';
import { outlivesPage } from '../../../client/call/resume.ts';
import { step } from '../../../client/call/step.ts';
import type { Call, CallEvent } from '../../../client/call/types.ts';
import { createKeeper } from '../../../client/phone/keeper.ts';
import { replacesHeaders } from '../../../client/phone/sipjs/replaces.ts';
import type { KeptCall } from '../../../src/protocol/frame.ts';

const kept: KeptCall = {
  leg: 'old',
  sipCallId: 'old-id',
  localTag: 'ours',
  remoteTag: 'theirs',
  remoteUri: 'sip:+4930@pbx.example.com',
  inside: { target: 'sip:+4930@10.0.0.7:5060', routes: ['<sip:10.0.0.1;lr>'], localUri: 'sip:1001@pbx', cseq: 2 },
  callId: 'c1',
  direction: 'in',
  number: '+4930',
  name: 'Ada',
  line: '0000',
  answeredAt: 1000,
  held: false,
  muted: false,
};
const begun = (over: Partial<KeptCall> = {}): Call => leftBehind({ ...kept, ...over }, 'new', 9000)[0];
const hearing = (event: CallEvent, over: Partial<KeptCall> = {}) => step(begun(over), event);
const reportsOf = (effects: ReturnType<typeof step>[1]) =>
  effects.flatMap((effect) => (effect.do === 'report' ? [effect.report] : []));

describe('a page takes over the call that an earlier one has left', () => {
  it('asks the PBX to put it in the old leg’s place, and dials nobody', () => {
    const [call, effects] = leftBehind(kept, 'new', 9000);
    expect(call).toMatchObject({ phase: 'resuming', leg: 'new', callId: 'c1', answeredAt: 1000 });
    expect(effects).toContainEqual({ do: 'invite', leg: 'new', number: '+4930', line: '0000', replaces: kept });
  });

  it('the PBX agrees: talking, told to the ledger, and the clock counts from the true answer', () => {
    const [call, effects] = hearing({ on: 'established', at: 9500 });
    expect(call).toMatchObject({ phase: 'talking', answeredAt: 1000, resumes: null });
    expect(reportsOf(effects)).toEqual([{ t: 'resumed', leg: 'new', from: 'old' }]);
  });

  it('muted stays muted; held is asked for again, and shown when the PBX has confirmed it', () => {
    const [call, effects] = hearing({ on: 'established', at: 9500 }, { held: true, muted: true });
    expect(call).toMatchObject({ held: false, asking: [true], muted: true });
    expect(effects).toContainEqual({ do: 'mute', muted: true });
    expect(effects).toContainEqual({ do: 'hold', held: true });
    expect(step(call, { on: 'held', held: true, ok: true })[0]).toMatchObject({ held: true, asking: [] });
  });

  it.each<CallEvent>([
    { on: 'rejected', status: 481, at: 9500 },
    { on: 'over', reason: '', at: 9500 },
    { on: 'microphone', why: 'denied', at: 9500 },
    { on: 'noPath', relayRefused: false, at: 9500 },
    { on: 'wake', at: 9500 },
  ])('it cannot be had ($on $status): ended once, by the name that the ledger knows', (event) => {
    const [call, effects] = hearing(event);
    expect(call.phase).toBe('ended');
    expect(reportsOf(effects)).toEqual([expect.objectContaining({ t: 'ended', leg: 'old', status: '200' })]);
  });

  it('hung up before the PBX has answered: the customer is not left alone, the leg ends as soon as there is one', () => {
    const [pressed] = hearing({ on: 'card', event: { name: 'hangupButtonClick' }, at: 9400, leg: 'x' });
    expect(pressed.phase).toBe('resuming');
    const [call, effects] = step(pressed, { on: 'established', at: 9500 });
    expect(call.phase).toBe('ended');
    expect(effects).toContainEqual({ do: 'hangup', refuse: 486 });
    expect(reportsOf(effects)).toEqual([
      { t: 'resumed', leg: 'new', from: 'old' },
      expect.objectContaining({ t: 'ended', leg: 'new', status: '200' }),
    ]);
  });

  it('left again before the PBX has answered: the attempt is taken back, and the next page may try', () => {
    const [call, effects] = hearing({ on: 'leave', at: 9500 });
    expect(call.phase).toBe('ended');
    expect(effects).toEqual([{ do: 'hangup', refuse: 480 }]);
  });
});

describe('the PBX refuses Replaces', () => {
  const refusal = (status: number): CallEvent => ({ on: 'rejected', status, at: 9500 });
  const reentering = (over: Partial<KeptCall> = {}) => hearing(refusal(420), over)[0];

  it.each([420, 488, 501, 403, 404, 0])('%i: an INVITE inside the old dialog comes next, once', (status) => {
    const [call, effects] = hearing(refusal(status));
    expect(call).toMatchObject({ phase: 'resuming', unheard: 0 });
    expect(effects).toEqual([{ do: 'reenter', kept, afterMs: 0 }]);
  });

  it('481: the call is over, and nobody is left to be told', () => {
    for (const call of [begun(), reentering()]) {
      const [ended, effects] = step(call, refusal(481));
      expect(ended.ending).toMatchObject({ status: '200', reason: '' });
      expect(effects).not.toContainEqual(expect.objectContaining({ do: 'release' }));
      expect(effects).not.toContainEqual(expect.objectContaining({ do: 'reenter' }));
    }
  });

  it.each([491, 500])('%i inside the dialog: another INVITE is under way in it, so it is tried again', (status) => {
    const [call, effects] = step(reentering(), refusal(status));
    expect(call.phase).toBe('resuming');
    expect(effects).toEqual([{ do: 'reenter', kept, afterMs: 2000 }]);
  });

  it.each([488, 420, 0])('%i inside the dialog as well: an honest end, and the far end is told', (status) => {
    const [call, effects] = step(reentering(), refusal(status));
    expect(call.ending).toMatchObject({ status: '200', reason: 'The call could not be taken over by this page' });
    expect(effects).toContainEqual({ do: 'release', kept });
    expect(reportsOf(effects)).toEqual([expect.objectContaining({ t: 'ended', leg: 'old', seconds: 9 })]);
  });

  it('what a page of an earlier version has kept can’t be entered: the end as it was', () => {
    const { inside: _, ...older } = kept;
    const [call, effects] = step(leftBehind(older, 'new', 9000)[0], refusal(420));
    expect(call.phase).toBe('ended');
    expect(reportsOf(effects)).toEqual([expect.objectContaining({ t: 'ended', leg: 'old' })]);
  });

  it.each<CallEvent>([
    { on: 'microphone', why: 'denied', at: 9500 },
    { on: 'noPath', relayRefused: false, at: 9500 },
    { on: 'wake', at: 9500 },
  ])('whatever else keeps this page from the call ($on): the far end is told', (event) => {
    for (const call of [begun(), reentering()]) expect(step(call, event)[1]).toContainEqual({ do: 'release', kept });
  });

  describe('and agrees to the re-INVITE', () => {
    const [talking, told] = step(reentering(), { on: 'established', at: 9600 });
    const sound = (trouble: 'none' | 'no_incoming' | 'blocked', heard: boolean): CallEvent => ({
      on: 'sound',
      trouble,
      now: heard ? { mos: 4, jitterMs: 1, lossPercent: 0, rttMs: 9 } : null,
      total: null,
    });
    const hearingAll = (...events: CallEvent[]) =>
      events.reduce<ReturnType<typeof step>>(([call], event) => step(call, event), [talking, []]);
    const SILENT = sound('no_incoming', false);

    it('talking: the ledger knows the leg, and it can be kept again', () => {
      expect(talking).toMatchObject({ phase: 'talking', leg: 'new', resumes: null });
      expect(reportsOf(told)).toEqual([{ t: 'resumed', leg: 'new', from: 'old' }]);
      expect(outlivesPage(talking)).toBe(true);
    });

    it('sound arrives: nothing is in doubt any more, and a silence later on is only said', () => {
      const [call, effects] = hearingAll(sound('none', false), sound('none', true), SILENT, SILENT, SILENT);
      expect(call).toMatchObject({ phase: 'talking', unheard: null });
      expect(effects).toEqual([]);
    });

    it('no sound arrives: BYE, and the CRM learns the length and why', () => {
      const [call, effects] = hearingAll(sound('none', false), SILENT, SILENT);
      expect(effects).toEqual([{ do: 'wake', afterMs: 0 }]);
      const [ended, end] = step(call, { on: 'wake', at: 13_000 });
      expect(ended.phase).toBe('ended');
      expect(end).toContainEqual({ do: 'hangup', refuse: 486 });
      const reason = 'The call could not be taken over by this page';
      expect(reportsOf(end)).toContainEqual(expect.objectContaining({ t: 'ended', leg: 'new', seconds: 12, reason }));
    });

    it('one silent look is not enough, nor is a browser that plays nothing, nor the alarm of the page load', () => {
      for (const call of [hearingAll(SILENT)[0], hearingAll(sound('blocked', false), sound('blocked', false))[0]]) {
        expect(step(call, { on: 'wake', at: 21_000 })[0].phase).toBe('talking');
      }
    });

    it('a call that was replaced is not judged', () => {
      const [replaced] = hearing({ on: 'established', at: 9500 });
      const [call, effects] = [SILENT, SILENT, SILENT].reduce<ReturnType<typeof step>>(
        ([now], event) => step(now, event),
        [replaced, []],
      );
      expect(call.phase).toBe('talking');
      expect(effects).toEqual([]);
    });
  });
});

it('the headers name the PBX’s own tag first (RFC 3891 3), and insist', () => {
  expect(replacesHeaders(kept)).toEqual(['Replaces: old-id;to-tag=theirs;from-tag=ours', 'Require: replaces']);
});

describe('what is kept for the next page', () => {
  const dialog = { sipCallId: 'new-id', localTag: 'ours', remoteTag: 'theirs', remoteUri: 'sip:+4930@pbx.example.com' };
  const talking: Call = { ...step(begun(), { on: 'established', at: 9500 })[0] };

  it('is said when it changes, and only then', () => {
    const told: KeptCall[] = [];
    const keep = createKeeper((call) => told.push(call));
    keep([talking], () => dialog);
    keep([talking], () => dialog);
    keep([{ ...talking, held: true }], () => dialog);
    expect(told).toMatchObject([
      { leg: 'new', held: false },
      { leg: 'new', held: true },
    ]);
  });

  it('hold as it was asked for last: who clicks it and leaves the page before the PBX answers is not heard from the next', () => {
    const told: KeptCall[] = [];
    const keep = createKeeper((call) => told.push(call));
    const click = (call: Call, held: boolean) =>
      step(call, { on: 'card', event: { name: 'holdButtonClick', held }, at: 9600, leg: 'x' })[0];
    const asked = click(talking, true);
    const refused = step(asked, { on: 'held', held: true, ok: false })[0];
    const taken = step(begun({ held: true }), { on: 'established', at: 9500 })[0];
    const held = step(taken, { on: 'held', held: true, ok: true })[0];
    for (const call of [asked, refused, taken, click(held, false)]) keep([call], () => dialog);
    expect(told.map((call) => call.held)).toEqual([true, false, true, false]);
  });

  it('nothing of a call whose dialog is not confirmed', () => {
    const told: KeptCall[] = [];
    createKeeper((call) => told.push(call))([talking], () => null);
    expect(told).toEqual([]);
  });

  it.each<[string, Partial<Call>]>([
    ['one that rings', { phase: 'offered' }],
    ['one that is being dialled', { phase: 'calling' }],
    ['a consultation, whose purpose goes with the page', { role: 'consultation' }],
    ['one that the PBX is handing over already', { phase: 'transferring', transfer: transferAt('accepted') }],
    ['a party of a conference, which is reached by another leg', { conferred: true }],
  ])('not %s', (_what, over) => {
    expect(outlivesPage({ ...talking, ...over })).toBe(false);
  });

  it('but a call-back that waits for the click, which the object asks the next page for', () => {
    const waits: Call = { ...talking, phase: 'prepared', answeredAt: null };
    expect(outlivesPage(waits)).toBe(true);
    const told: KeptCall[] = [];
    createKeeper((call) => told.push(call))([waits], () => null);
    expect(told).toEqual([]);
  });

  it('but who waits while the target of a transfer is called', () => {
    expect(outlivesPage({ ...talking, phase: 'transferring', transfer: transferAt('ringing') })).toBe(true);
  });

  function transferAt(at: 'accepted' | 'ringing') {
    return { kind: 'attended', target: { number: '1002', userId: 2 }, ours: true, at } as const;
  }
});
