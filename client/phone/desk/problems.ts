import { wantsConsultation } from '../../call/transfer.ts';
import { isActive, isConsultation, places } from './place.ts';
import type { Desk } from './types.ts';

/**
 * What must never be true of a desk between two events, each named; an empty list is a legal desk. Nothing in the phone
 * calls this: it is what the tests hold every decision to.
 */
export function problemsOf(desk: Desk): string[] {
  const { front, other, bridge, turn, tone } = desk;
  const calls = places(desk).map(({ call }) => call);
  const onBridge = calls.filter(({ conferred }) => conferred);
  const said: [problem: string, holds: boolean][] = [
    ['a second call without a first', other !== null && front === null],
    ['an ended call lies on the desk', calls.some(({ phase }) => phase === 'ended')],
    ['two calls with one leg', new Set(calls.map(({ leg }) => leg)).size < calls.length],
    ['a second call shows its end on a card that it has not', other?.call.phase === 'closing'],
    ['a consultation in front', isConsultation(front)],
    ['a consultation that nobody wants', isConsultation(other) && !(front && wantsConsultation(front.call))],
    ['a call that lingers without its consultation', (front?.call.lingers ?? false) && !isConsultation(other)],
    [
      'speaking with a target whom nobody called',
      front?.call.transfer?.at === 'talking' && wantsConsultation(front.call) && !isConsultation(other),
    ],
    [
      'talking on two legs',
      calls.filter((call) => isActive(call) && !call.conferred).length + Math.min(1, onBridge.filter(isActive).length) >
        1,
    ],
    ['on hold before the answer', calls.some(({ held, answeredAt }) => held && answeredAt === null)],
    ['somebody on a bridge that is not there', onBridge.length > 0 && bridge === null],
    ['an open bridge with nobody on it', bridge?.stage === 'open' && onBridge.length === 0],
    ['a bridge that was hung up and not cleared away', bridge?.stage === 'over'],
    ['the turn of a call that is not there', turn !== null && calls.every(({ asking }) => asking.length === 0)],
    ['ringing with no call', tone !== 'none' && front === null],
    ['no ringing although a call waits for an answer', tone === 'none' && front?.call.phase === 'offered'],
  ];
  return said.flatMap(([problem, holds]) => (holds ? [problem] : []));
}
