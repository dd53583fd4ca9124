import { expect, it } from 'vitest';
import { emptyDesk, step } from '../../../client/phone/desk/step.ts';
import type { Desk, DeskEvent, Rules } from '../../../client/phone/desk/types.ts';
import { DEFAULT_CALLING, type KeptCall } from '../../../src/protocol/frame.ts';

const kept: KeptCall = {
  leg: 'old',
  sipCallId: 'old',
  localTag: 'a',
  remoteTag: 'b',
  remoteUri: 'sip:+4930@pbx.example.com',
  callId: 'c1',
  direction: 'in',
  number: '+4930',
  name: '',
  line: '',
  answeredAt: 1000,
  held: false,
  muted: false,
};
const incoming = { leg: 'in', group: null, number: '+4940', name: '', line: '', autoAnswer: false };

const RULES: Rules = { lines: [], colleagues: {}, calling: DEFAULT_CALLING, keeps: true };

function play(events: DeskEvent[], rules = RULES) {
  let desk: Desk = emptyDesk(rules);
  const said: unknown[] = [];
  for (const event of events) {
    const [next, effects] = step(desk, event, { at: 9000, leg: 'new', excuse: null });
    desk = next;
    said.push(...effects);
  }
  return { desk, said };
}
const RECOVER: DeskEvent = { on: 'recover', call: kept };

it('a call that was dialled and has ended when its card opens here is not dialled again', () => {
  const card = { callId: 'c1', number: '+4930', line: '+49555', direction: 'outgoing' } as const;
  const rules = { lines: [{ number: '+49555', name: '' }], colleagues: {}, calling: DEFAULT_CALLING, keeps: true };
  const events: DeskEvent[] = [
    { on: 'recover', call: { ...kept, direction: 'out', line: '+49555' } },
    { on: 'leg', leg: 'new', event: { on: 'rejected', status: 481, at: 9100 } },
    { on: 'card', frame: 'f1', callId: 'c1', event: { name: 'initialized', ...card } },
  ];
  const { desk, said } = play(events, rules);
  expect(desk.front).toBeNull();
  // The one with which the call was to be taken over.
  expect(JSON.stringify(said).match(/"do":"invite"/g)).toHaveLength(1);
});

it('whoever calls while a call is being taken over waits, and rings on when that comes to nothing', () => {
  const { desk, said } = play([
    RECOVER,
    { on: 'incoming', call: incoming },
    { on: 'registered', leg: 'in', callId: 'c2' },
    { on: 'leg', leg: 'new', event: { on: 'rejected', status: 481, at: 9100 } },
  ]);
  expect(desk.front?.call).toMatchObject({ leg: 'in', phase: 'offered' });
  expect(said).not.toContainEqual(
    expect.objectContaining({ do: 'sip', effect: expect.objectContaining({ do: 'hangup' }) }),
  );
  expect(said).toContainEqual({ do: 'report', report: { t: 'show', leg: 'in' } });
});

it('and is the second call when the first has been taken over', () => {
  const { desk } = play([
    RECOVER,
    { on: 'incoming', call: incoming },
    { on: 'leg', leg: 'new', event: { on: 'established', at: 9100 } },
  ]);
  expect(desk.front?.call).toMatchObject({ leg: 'new', phase: 'talking' });
  expect(desk.other?.call).toMatchObject({ leg: 'in', phase: 'offered' });
});

it('a page that goes leaves its talking call to the next one, and ends what only rings', () => {
  const { desk, said } = play([
    RECOVER,
    { on: 'leg', leg: 'new', event: { on: 'established', at: 9100 } },
    { on: 'incoming', call: incoming },
    { on: 'leave' },
  ]);
  expect(desk.front?.call.phase).toBe('talking');
  expect(said.filter((effect) => (effect as { do: string }).do === 'sip')).toContainEqual({
    do: 'sip',
    leg: 'in',
    effect: { do: 'hangup', refuse: 480 },
  });
});
