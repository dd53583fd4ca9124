import { describe, expect, test } from 'vitest';
import { callbackAsked, clickedInVain, clickedToCall, offered, refused } from '../../../client/call/begin.ts';
import { refusal } from '../../../client/call/outcome.ts';
import type { CallEvent } from '../../../client/call/types.ts';
import { NOT_READY, words } from '../../../client/call/words.ts';
import { AT, answered, click, ended, facts, play, reports, toBen, uis } from './call-support.ts';

describe('an incoming call', () => {
  test('rings and is registered', () => {
    const { effects } = play(offered(facts));
    expect(effects).toContainEqual({ do: 'tone', tone: 'ring' });
    expect(reports(effects)).toEqual([
      { t: 'register', leg: 'leg-1', group: null, direction: 'in', number: '+4940', line: '+4930', startedAt: AT },
    ]);
    expect(uis(effects)).toEqual(['incoming']);
  });
  test('is connected when the PBX confirmed, not at the click', () => {
    const clicked = play(offered(facts), click('answerButtonClick'));
    expect(uis(clicked.effects)).toEqual(['incoming', 'connectingIncoming']);
    expect(clicked.last).toContainEqual({ do: 'answer' });
    const { effects, last } = play(offered(facts), ...answered);
    expect(uis(effects).at(-1)).toBe('connected');
    expect(last).toContainEqual({ do: 'timer', run: true });
    expect(reports(last)).toEqual([{ t: 'answered', leg: 'leg-1', at: AT + 2000 }]);
  });
  test('a second click on answer does nothing', () => {
    expect(play(offered(facts), click('answerButtonClick'), click('answerButtonClick')).last).toEqual([]);
  });
  test('skip refuses with 486, so that other phones of a queue ring on', () => {
    const { effects } = play(offered(facts), click('skipButtonClick'));
    expect(effects).toContainEqual({ do: 'hangup', refuse: 486 });
    expect(ended(effects)[0]).toMatchObject({ status: '603', seconds: 0 });
  });
  test('the caller gives up: missed', () => {
    const { call, effects } = play(offered(facts), { on: 'withdrawn', elsewhere: false, at: AT });
    expect(call.phase).toBe('ended');
    expect(ended(effects)[0]).toMatchObject({ status: '304', seconds: 0, reason: 'Missed' });
    expect(effects).toContainEqual({ do: 'close' });
  });
  test('the caller gives up while the microphone is being opened: still missed', () => {
    const { effects } = play(offered(facts), click('answerButtonClick'), { on: 'withdrawn', elsewhere: false, at: AT });
    expect(ended(effects)[0]).toMatchObject({ status: '304' });
  });
  test('a microphone that is denied refuses the call and says why', () => {
    const denied: CallEvent = { on: 'microphone', why: 'denied', at: AT };
    const { call, effects } = play(offered(facts), click('answerButtonClick'), denied);
    expect(effects).toContainEqual({ do: 'hangup', refuse: 480 });
    expect(uis(effects).at(-1)).toBe('error');
    expect(call.phase).toBe('closing');
    expect(ended(effects)).toEqual([]);
    expect(ended(play([call, []], { on: 'wake', at: AT }).effects)[0]).toMatchObject({ status: '480' });
  });
  test('a network that lets no sound through: the card says why, and whose task it is', () => {
    const { call, effects } = play(offered(facts), click('answerButtonClick'), {
      on: 'noPath',
      relayRefused: true,
      at: AT,
    });
    expect(call.phase).toBe('closing');
    expect(effects).toContainEqual({ do: 'status', text: expect.stringContaining('TURN') });
    expect(ended(play([call, []], { on: 'wake', at: AT }).effects)[0]).toMatchObject({ status: '480' });
    const clicked = play(clickedToCall(facts, 'call-1'), { on: 'noPath', relayRefused: false, at: AT });
    expect(clicked.effects).toContainEqual({ do: 'status', text: expect.stringContaining('network') });
  });
  test('talk time counts from the answer', () => {
    const { effects } = play(offered(facts), ...answered, { on: 'over', reason: '', at: AT + 62_400 });
    expect(ended(effects)).toEqual([
      { t: 'ended', leg: 'leg-1', at: AT + 62_400, seconds: 60, status: '200', reason: '' },
    ]);
  });
  test('a PBX that knows it no more: the card says so, the clock stops, and the CRM hears when it goes', () => {
    const over = play(offered(facts), ...answered, { on: 'over', reason: '', gone: true, at: AT + 62_400 });
    expect(over.call.phase).toBe('closing');
    expect(over.effects).toContainEqual({ do: 'timer', run: false });
    expect(over.effects).toContainEqual({ do: 'status', text: words.endedMeanwhile });
    expect(ended(over.effects)).toEqual([]);
    const { effects } = play([over.call, []], { on: 'wake', at: AT + 90_000 });
    expect(ended(effects)).toMatchObject([{ seconds: 60, status: '200', reason: words.endedMeanwhile }]);
  });
  test('a call that nobody is to hear is refused at once and told to the CRM, without a card', () => {
    const [call, effects] = refused(facts, 'busy');
    expect(call.phase).toBe('ended');
    expect(effects).toContainEqual({ do: 'hangup', refuse: 486 });
    expect(reports(effects).map((report) => report.t)).toEqual(['register', 'ended']);
    expect(reports(effects)[0]).toMatchObject({ card: false });
    expect(ended(effects)[0]).toMatchObject({ status: '486' });
    expect(refused(facts, 'doNotDisturb')[1]).toContainEqual({ do: 'hangup', refuse: 480 });
    expect(effects.some((effect) => effect.do === 'tone')).toBe(false);
  });
});

describe('an outgoing call', () => {
  const dialled = () => clickedToCall(facts, 'c1');
  test('by click-to-call adopts Bitrix24’s CALL_ID and dials at once', () => {
    const { call, effects } = play(dialled());
    expect(reports(effects)).toEqual([
      { t: 'adopt', callId: 'c1', leg: 'leg-1', number: '+4940', line: '+4930', startedAt: AT },
    ]);
    expect(effects).toContainEqual({ do: 'invite', leg: 'leg-1', number: '+4940', line: '+4930' });
    expect(uis(effects)).toEqual(['connectingOutgoing']);
    expect(call.callId).toBe('c1');
  });
  test('a local tone rings, unless the network sends its own', () => {
    expect(play(dialled(), { on: 'progress', media: false }).last).toContainEqual({ do: 'tone', tone: 'ringback' });
    expect(play(dialled(), { on: 'progress', media: true }).last).toContainEqual({ do: 'tone', tone: 'none' });
  });
  test('busy offers redial; the CRM hears of it when the card goes, as finishing closes the card', () => {
    const busy = play(dialled(), { on: 'rejected', status: 486, at: AT });
    expect(uis(busy.effects).at(-1)).toBe('redial');
    expect(ended(busy.effects)).toEqual([]);
    const { effects } = play([busy.call, []], { on: 'cardGone', at: AT + 9 });
    expect(ended(effects)).toEqual([{ t: 'ended', leg: 'leg-1', at: AT, seconds: 0, status: '486', reason: 'Busy' }]);
  });
  test('the connection was lost while it rang: the PBX is told to stop, and the card offers to dial again', () => {
    const adrift = play(dialled(), { on: 'adrift', at: AT });
    expect(adrift.last).toContainEqual({ do: 'hangup', refuse: 480 });
    expect(uis(adrift.effects).at(-1)).toBe('redial');
    expect(adrift.call.ending).toMatchObject({ status: 'OTHER', reason: 'The connection was lost while it rang' });
  });
  test('redial is a new leg of the same call', () => {
    const { call, last } = play(dialled(), { on: 'rejected', status: 486, at: AT }, click('makeCallButtonClick'));
    expect(call).toMatchObject({ phase: 'calling', leg: 'leg-2', callId: 'c1', ending: null });
    expect(reports(last)).toEqual([expect.objectContaining({ t: 'adopt', callId: 'c1', leg: 'leg-2' })]);
    expect(last).toContainEqual({ do: 'invite', leg: 'leg-2', number: '+4940', line: '+4930' });
  });
  test('a wrong number offers none', () => {
    const wrong = play(dialled(), { on: 'rejected', status: 404, at: AT });
    expect(uis(wrong.effects).at(-1)).toBe('error');
    expect(play([wrong.call, []], click('makeCallButtonClick')).last).toEqual([]);
  });
  test('hanging up before the answer cancels', () => {
    const { effects } = play(dialled(), { on: 'progress', media: false }, click('hangupButtonClick'));
    expect(effects).toContainEqual({ do: 'hangup', refuse: 486 });
    expect(ended(effects)[0]).toMatchObject({ status: '603-S', seconds: 0 });
  });
  test('a phone that isn’t ready says so on the card and dials nothing', () => {
    const { effects, call } = play(clickedInVain(facts, 'c1', NOT_READY.wrong_password, 'OTHER'));
    expect(uis(effects)).toEqual(['error']);
    expect(effects).toContainEqual({ do: 'status', text: NOT_READY.wrong_password });
    expect(effects.some((effect) => effect.do === 'invite')).toBe(false);
    expect(play([call, []], click('closeButtonClick')).effects.some((effect) => effect.do === 'hangup')).toBe(false);
  });
  test('no credit: the person is told whom to tell', () => {
    const broke = play(dialled(), { on: 'rejected', status: 402, at: AT });
    expect(uis(broke.effects).at(-1)).toBe('moneyError');
    expect(play([broke.call, []], click('notifyAdminButtonClick')).last).toEqual([
      { do: 'status', text: 'Tell your administrator: no credit left on line +4930' },
    ]);
  });
  test('a callback rings the person, and dials at the button', () => {
    const asked = play(callbackAsked(facts, 'c1'));
    expect(uis(asked.effects)).toEqual(['outgoing']);
    expect(asked.effects.some((effect) => effect.do === 'invite')).toBe(false);
    expect(play([asked.call, []], click('makeCallButtonClick')).last).toContainEqual({
      do: 'invite',
      leg: 'leg-1',
      number: '+4940',
      line: '+4930',
    });
  });
});

describe('in conversation, the card shows what the PBX confirmed', () => {
  const talking = () => play(offered(facts), ...answered).call;
  test('a path that dies is said, and one that is back as well', () => {
    const lost = play([talking(), []], { on: 'path', alive: false });
    expect(lost.last).toEqual([{ do: 'status', text: expect.stringContaining('lost') }]);
    expect(play([{ ...lost.call, held: true }, []], { on: 'path', alive: true }).last).toEqual([
      { do: 'status', text: 'On hold' },
    ]);
  });
  test('hold asks, and shows only after the answer', () => {
    const asked = play([talking(), []], click('holdButtonClick', true));
    expect(asked.last).toEqual([{ do: 'hold', held: true }]);
    expect(asked.call.held).toBe(false);
    const done = play([asked.call, []], { on: 'held', held: true, ok: true });
    expect(done.call.held).toBe(true);
    expect(done.last).toContainEqual({ do: 'showHold', held: true });
  });
  test('a refused hold puts the button back', () => {
    const { call, last } = play([talking(), []], click('holdButtonClick', true), { on: 'held', held: true, ok: false });
    expect(call.held).toBe(false);
    expect(last).toContainEqual({ do: 'showHold', held: false });
  });
  test('mute silences the microphone and every tab’s button', () => {
    expect(play([talking(), []], click('muteButtonClick', true)).last).toEqual([
      { do: 'mute', muted: true },
      { do: 'showMute', muted: true },
    ]);
  });
  test('a key is a tone', () => {
    expect(play([talking(), []], click('dialpadButtonClick', '5')).last).toEqual([{ do: 'dtmf', key: '5' }]);
  });
  test('comment and vote go to the object', () => {
    expect(reports(play([talking(), []], click('addCommentButtonClick', 'angry')).last)).toEqual([
      { t: 'comment', leg: 'leg-1', text: 'angry' },
    ]);
    expect(reports(play([talking(), []], click('qualityMeterClick', '2')).last)).toEqual([
      { t: 'vote', leg: 'leg-1', vote: 2 },
    ]);
  });
  test('202 to a REFER is not success; the NOTIFY is, and then our leg says BYE', () => {
    const asked = play([talking(), []], toBen);
    expect(asked.last).toContainEqual({ do: 'refer', number: '1002' });
    expect(uis(asked.last)).toEqual(['transferring']);
    const accepted = play([asked.call, []], { on: 'transfer', step: 'accepted', at: AT });
    expect(accepted.last).toEqual([]);
    const done = play([accepted.call, []], { on: 'transfer', step: 'done', at: AT + 5000 });
    expect(uis(done.last)).toEqual(['transferConnected']);
    expect(done.last).toContainEqual({ do: 'hangup', refuse: 486 });
    expect(ended(play([done.call, []], { on: 'wake', at: AT + 9000 }).last)[0]).toMatchObject({
      status: '200',
      seconds: 3,
      reason: 'Transferred',
    });
  });
  test('a failed transfer says so, and the way back is the conversation', () => {
    const failed = play([talking(), []], toBen, {
      on: 'transfer',
      step: 'failed',
      at: AT,
    });
    expect(uis(failed.last)).toEqual(['transferFailed']);
    const back = play([failed.call, []], click('cancelTransferButtonClick'));
    expect(back.call.phase).toBe('talking');
    expect(uis(back.last)).toEqual(['connected']);
  });
  test('completing before the PBX has accepted changes nothing', () => {
    const asked = play([talking(), []], toBen, click('completeTransferButtonClick'));
    expect(asked.call.phase).toBe('transferring');
    const accepted = play(
      [asked.call, []],
      { on: 'transfer', step: 'accepted', at: AT },
      click('completeTransferButtonClick'),
    );
    expect(accepted.last).toContainEqual({ do: 'hangup', refuse: 486 });
  });
  test('a colleague without a phone can’t be transferred to', () => {
    const vain: CallEvent = { on: 'transferTo', kind: 'blind', target: 'This colleague has no phone' };
    const { last } = play([talking(), []], vain);
    expect(uis(last)).toEqual(['transferFailed']);
    expect(reports(last)).toEqual([]);
  });
});

describe('every SIP status has an outcome (RFC 3261 section 21)', () => {
  test('known and unknown ones, with Bitrix24’s code', () => {
    for (let status = 300; status < 700; status++) {
      expect(['error', 'redial', 'moneyError']).toContain(refusal(status).ui);
      expect(refusal(status).text).not.toBe('');
    }
    const table = {
      486: '486',
      600: '486',
      480: '480',
      404: '404',
      484: '484',
      402: '402',
      403: '403',
      503: '503',
      603: '603',
      500: '503',
    };
    for (const [status, code] of Object.entries(table)) expect(refusal(Number(status)).status).toBe(code);
    expect(refusal(0).status).toBe('OTHER');
    expect(refusal(302).status).toBe('OTHER');
  });
});
