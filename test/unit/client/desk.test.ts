import { describe, expect, test } from 'vitest';
import { targetOf } from '../../../client/phone/desk/consultation.ts';
import type { Rules } from '../../../client/phone/desk/types.ts';
import { DEFAULT_CALLING } from '../../../src/protocol/frame.ts';
import { aDesk } from './desk-support.ts';
import { LINE, settle } from './support.ts';

describe('an incoming call and its card', () => {
  test('registered, then initialized', () => {
    const { ring, registered, opens, uis } = aDesk();
    ring();
    registered();
    expect(uis()).toEqual([]);
    opens('incoming');
    expect(uis()).toEqual(['incoming']);
  });
  test('initialized before registered: the portal’s own way to the page can be the faster one', () => {
    const { ring, registered, opens, uis } = aDesk();
    ring();
    opens('incoming');
    expect(uis()).toEqual([]);
    registered();
    expect(uis()).toEqual(['incoming']);
  });
  test('clicks on another app’s card are not ours', () => {
    const { ring, registered, opens, card, did } = aDesk();
    ring();
    registered();
    opens('incoming', LINE, 'foreign');
    card('answerButtonClick', undefined, 'foreign');
    expect(did('answer')).toEqual([]);
    opens('incoming');
    card('answerButtonClick');
    expect(did('answer')).toEqual([['answer', 'sip-1']]);
  });
  test('two tabs show one call; the click may come from either', () => {
    const { ring, registered, opens, card, did, commands } = aDesk();
    ring();
    registered();
    opens('incoming', LINE, 'c1', 'f1');
    opens('incoming', LINE, 'c1', 'f2');
    card('answerButtonClick', undefined, 'c1', 'f2');
    card('answerButtonClick', undefined, 'c1', 'f1');
    expect(did('answer')).toHaveLength(1);
    expect(
      commands
        .filter(({ params }) => (params as { uiState?: string }).uiState === 'connectingIncoming')
        .map(({ frame }) => frame),
    ).toEqual(['f1', 'f2']);
  });
  test('where the PBX names no line, the only one we have is it', () => {
    const { ring, reports } = aDesk();
    ring('sip-1', '');
    expect(reports[0]).toMatchObject({ line: LINE });
    const two = aDesk({
      lines: [
        { number: '1', name: '' },
        { number: '2', name: '' },
      ],
    });
    two.ring('sip-1', '');
    expect(two.reports[0]).toMatchObject({ line: '' });
  });
  test('answered by a colleague: the object’s word ends the ringing here', () => {
    const { ring, object, did, kinds, phases } = aDesk();
    ring();
    object({ t: 'elsewhere', leg: 'sip-1', callId: 'c1' });
    expect(did('hangup')).toEqual([['hangup', 'sip-1', 486]]);
    expect(kinds()).toEqual(['register', 'ended']);
    expect(phases.at(-1)).toBe('none');
  });
  test('a second call while one rings is refused, and both are in the CRM', () => {
    const { ring, did, reports } = aDesk();
    ring('sip-1');
    ring('sip-2');
    expect(did('hangup')).toEqual([['hangup', 'sip-2', 486]]);
    expect(reports.map((report) => [report.t, 'leg' in report && report.leg])).toEqual([
      ['register', 'sip-1'],
      ['register', 'sip-2'],
      ['ended', 'sip-2'],
    ]);
  });
});

describe('a click on a number (rule 6)', () => {
  test('on one of our lines is dialled at once, and once: the object’s push finds it done', () => {
    const { opens, object, did, kinds, dialledLeg } = aDesk();
    opens('outgoing');
    object({ t: 'dial', callId: 'c1', number: '+4940', line: LINE });
    opens('outgoing', LINE, 'c1', 'f2');
    expect(did('invite')).toEqual([['invite', dialledLeg(), '+4940', LINE]]);
    expect(kinds()).toEqual(['adopt']);
  });
  test('on another line waits for the object', () => {
    const { opens, object, did } = aDesk();
    opens('outgoing', 'other');
    expect(did('invite')).toEqual([]);
    object({ t: 'dial', callId: 'c1', number: '+4940', line: 'other' });
    expect(did('invite')).toHaveLength(1);
  });
  test('pushed first, the card joins when it opens', async () => {
    const { opens, object, did, uis, clock } = aDesk();
    object({ t: 'dial', callId: 'c1', number: '+4940', line: '' });
    await clock.tick(300);
    expect(did('invite')).toHaveLength(1);
    opens('outgoing', '');
    expect(uis()).toEqual(['connectingOutgoing']);
  });
  test('after the call is over, a late push dials nothing', async () => {
    const { opens, object, card, did, clock } = aDesk();
    opens('outgoing');
    card('hangupButtonClick');
    object({ t: 'dial', callId: 'c1', number: '+4940', line: LINE });
    await clock.tick(1000);
    expect(did('invite')).toHaveLength(1);
  });
  test('a phone that isn’t ready says so on the card', () => {
    const { opens, did, commands } = aDesk({ excuse: 'Allow the microphone.' });
    opens('outgoing');
    expect(did('invite')).toEqual([]);
    expect(commands).toContainEqual({ frame: 'f1', command: 'SetUiState', params: { uiState: 'error' } });
    expect(commands).toContainEqual({
      frame: 'f1',
      command: 'SetStatusText',
      params: { statusText: 'Allow the microphone.' },
    });
  });
  test('while talking goes to the CRM as not made, and the call goes on', () => {
    const { ring, leg, opens, kinds, did, desk } = aDesk();
    ring();
    leg({ on: 'established', at: 1000 });
    opens('outgoing', LINE, 'c2');
    expect(did('invite')).toEqual([]);
    expect(did('hangup')).toEqual([]);
    expect(kinds()).toEqual(['register', 'answered', 'adopt', 'ended']);
    expect(desk.look().front?.call.phase).toBe('talking');
  });
  test('a customer who asked to be called back: the person is rung and presses call', () => {
    const { opens, object, card, did, uis, tones } = aDesk();
    opens('callback', '');
    object({ t: 'dial', callId: 'c1', number: '+4940', line: LINE });
    expect(uis()).toEqual(['outgoing']);
    expect(tones).toContain('ring');
    expect(did('invite')).toEqual([]);
    card('makeCallButtonClick');
    expect(did('invite')).toHaveLength(1);
  });
  test('tapped in the mobile app: the person is rung here, and presses call on the card that comes later', () => {
    const { opens, object, card, did, uis, tones } = aDesk();
    object({ t: 'dial', callId: 'c1', number: '+4940', line: LINE, ask: true });
    expect(tones).toContain('ring');
    opens('outgoing');
    expect(uis()).toEqual(['outgoing']);
    expect(did('invite')).toEqual([]);
    card('makeCallButtonClick');
    expect(did('invite')).toHaveLength(1);
  });
});

describe('a call-back that waited in an earlier page', () => {
  const asked = () => {
    const world = aDesk();
    world.object({ t: 'dial', callId: 'c1', number: '+4940', line: LINE, ask: true });
    return world;
  };
  test('has its card asked for until one opens: the portal’s own page may not have heard the first time', async () => {
    const { opens, kinds, clock } = asked();
    expect(kinds()).toEqual(['adopt']);
    await clock.tick(1500);
    expect(kinds()).toEqual(['adopt', 'show']);
    await clock.tick(5000);
    expect(kinds()).toEqual(['adopt', 'show', 'show']);
    opens('callback', '');
    await clock.tick(20_000);
    expect(kinds()).toEqual(['adopt', 'show', 'show']);
  });
  test('has a card that opened before its frame listened opened anew: it would have no button', async () => {
    const { desk, opens, reports, uis } = asked();
    desk.onCard({ frame: 'f1', unheard: true });
    expect(reports.at(-1)).toMatchObject({ t: 'show', anew: true });
    opens('callback', '');
    expect(uis()).toEqual(['outgoing']);
  });
  test('that finds another call on the desk asks for no card', async () => {
    const { ring, registered, opens, object, kinds, clock } = aDesk();
    ring();
    registered('c2');
    opens('incoming', LINE, 'c2');
    object({ t: 'dial', callId: 'c1', number: '+4940', line: LINE, ask: true });
    await clock.tick(4000);
    expect(kinds()).not.toContain('show');
  });
});

describe('a call that only shows its end', () => {
  const busy = () => {
    const world = aDesk();
    world.opens('outgoing');
    world.leg({ on: 'rejected', status: 486, at: 2000 }, world.dialledLeg());
    return world;
  };
  test('makes room for the next one', () => {
    const { ring, kinds, desk } = busy();
    expect(kinds()).toEqual(['adopt']);
    ring('sip-9');
    expect(kinds()).toEqual(['adopt', 'ended', 'register']);
    expect(desk.look().front?.call).toMatchObject({ leg: 'sip-9', phase: 'offered' });
  });
  test('is told to the CRM after half a minute at the latest', async () => {
    const { kinds, clock } = busy();
    await clock.tick(29_000);
    expect(kinds()).toEqual(['adopt']);
    await clock.tick(1000);
    expect(kinds()).toEqual(['adopt', 'ended']);
  });
  test('redialled in time, it is not told by the old clock', async () => {
    const { card, kinds, clock, desk } = busy();
    card('makeCallButtonClick');
    await clock.tick(60_000);
    expect(kinds()).toEqual(['adopt', 'adopt']);
    expect(desk.look().front?.call.phase).toBe('calling');
  });
});

describe('the page goes away', () => {
  test('an honest end: BYE, and the CRM is told', () => {
    const { ring, leg, desk, did, kinds } = aDesk();
    ring();
    leg({ on: 'established', at: 1000 });
    desk.leave();
    expect(did('hangup')).toHaveLength(1);
    expect(kinds()).toEqual(['register', 'answered', 'ended']);
  });
  test('of a tab that showed the card too: the call goes on', async () => {
    const { ring, registered, opens, leg, desk, did } = aDesk();
    ring();
    registered();
    opens('incoming');
    leg({ on: 'established', at: 1000 });
    desk.onCard({ frame: 'f1', left: true });
    await settle();
    expect(did('hangup')).toEqual([]);
    expect(desk.look().front?.call.phase).toBe('talking');
  });
});

describe('a transfer’s target', () => {
  const rules = (colleagues: Record<string, string>, forbidden: string[] = []): Rules => ({
    lines: [],
    colleagues,
    calling: { ...DEFAULT_CALLING, dialling: { ...DEFAULT_CALLING.dialling, forbidden } },
  });
  test('is a number, or a colleague’s account; a department has none', () => {
    const ben = rules({ 12: '1002' });
    expect(targetOf({ kind: 'number', number: '+49 30' }, ben)).toEqual({ number: '+4930', userId: null });
    expect(targetOf({ kind: 'user', userId: '12' }, ben)).toEqual({ number: '1002', userId: 12 });
    expect(targetOf({ kind: 'user', userId: '13' }, ben)).toContain('no phone');
    expect(targetOf({ kind: 'digits', digits: '12' }, ben)).toEqual({ number: '1002', userId: 12 });
    expect(targetOf({ kind: 'digits', digits: '602' }, ben)).toEqual({ number: '602', userId: null });
    expect(targetOf({ kind: 'queue', queue: '1' }, ben)).toContain('department');
  });
  test('typed as an extension, it is the colleague as well', () => {
    expect(targetOf({ kind: 'number', number: '1002' }, rules({ 12: '1002' }))).toEqual({ number: '1002', userId: 12 });
  });
  test('is never a number that the administrator has blocked', () => {
    expect(targetOf({ kind: 'number', number: '+1900555' }, rules({}, ['+1900*']))).toContain('blocked');
  });
});
