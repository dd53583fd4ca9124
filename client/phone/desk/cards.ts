import { dialled } from '../../../src/numbers/dial.ts';
import { callbackAsked, clickedInVain, clickedToCall, type NewCall } from '../../call/begin.ts';
import { step } from '../../call/step.ts';
import { words } from '../../call/words.ts';
import type { CardEvent } from '../../card/events.ts';
import { transfer } from './consultation.ts';
import { expectCard, makeRoom } from './offer.ts';
import { attach, begin, click, places, spotOf, without } from './place.ts';
import { activate, activeSpot, detach, hasSecond, hold, swap } from './second.ts';
import type { Desk, Initialized, Spot, Work } from './types.ts';

/** CALL_IDs remembered so that a late push doesn't dial a call a second time. */
const REMEMBERED = 100;
/** How long a pushed call waits for its card, which Bitrix24 shows by a way of its own, in ms. */
const PUSHED_MS = 300;

export const remember = (desk: Desk, callId: string): Desk => ({
  ...desk,
  handled: [...desk.handled.filter((known) => known !== callId), callId].slice(-REMEMBERED),
});

// --- beginnings ------------------------------------------------------------------------------------------------------

/** A card has opened somewhere. `again`: it was open before this page was the phone, so it is no click to dial for. */
export function opened(work: Work, frame: string, card: Initialized, again = false) {
  const { cards, unheard } = work.desk;
  work.desk = { ...work.desk, cards: new Map(cards).set(frame, card), unheard: without(unheard, frame) };
  const spot = spotOf(work.desk, (call) => call.callId === card.callId);
  if (spot) {
    // Opened anew, it shows nothing yet.
    detach(work, spot, frame);
    return attach(work, spot, frame, card.callId);
  }
  if (again) return;
  // Every app of the portal sees every card: only our line makes a click ours, else the object's push does (rule 6).
  const ours = work.desk.rules.lines.some((line) => line.number === card.line);
  if (card.direction === 'outgoing' && ours) dial(work, card.callId, card.number, card.line, card.direction);
}

/** The object's word. Its card tells whether a customer waits to be called back; from a mobile app there may be none. */
export function pushed(work: Work, callId: string, number: string, line: string, ask: boolean) {
  if (ask) {
    dial(work, callId, number, line, 'callback');
    return work.desk.front?.call.callId === callId ? expectCard(work, 'front') : undefined;
  }
  const card = cardOf(work.desk, callId);
  if (card) return dial(work, callId, number, line, card.direction);
  work.desk = { ...work.desk, pushed: [...work.desk.pushed, { callId, number, line }] };
  work.effects.push({ do: 'alarm', id: callId, kind: 'push', afterMs: PUSHED_MS });
}

/** A pushed call's card had its time. */
export function pushIsDue(work: Work, callId: string) {
  const push = work.desk.pushed.find((waiting) => waiting.callId === callId);
  work.desk = { ...work.desk, pushed: work.desk.pushed.filter((waiting) => waiting !== push) };
  if (push) dial(work, callId, push.number, push.line, cardOf(work.desk, callId)?.direction ?? 'outgoing');
}

const cardOf = ({ cards }: Desk, callId: string): Initialized | undefined =>
  [...cards.values()].find((card) => card.callId === callId);

function dial(work: Work, callId: string, number: string, line: string, direction: Initialized['direction']) {
  const { rules, handled } = work.desk;
  if (handled.includes(callId)) return;
  work.desk = remember(work.desk, callId);
  const target = dialled(number, rules.calling.dialling);
  const facts: NewCall = {
    leg: work.now.leg,
    group: null,
    number,
    dial: target.ok ? target.number : number,
    name: '',
    line,
    at: work.now.at,
  };
  if (!makeRoom(work)) return told(work, facts, callId);
  if (!target.ok && target.reason === 'forbidden')
    return begin(work, 'front', clickedInVain(facts, callId, words.forbidden, '403'));
  const excuse = target.ok ? work.now.excuse : words.noNumber;
  if (excuse !== null) return begin(work, 'front', clickedInVain(facts, callId, excuse, 'OTHER'));
  begin(work, 'front', direction === 'callback' ? callbackAsked(facts, callId) : clickedToCall(facts, callId));
}

/** The card belongs to the call that is on the desk; this one is told to the CRM only. */
function told(work: Work, facts: NewCall, callId: string) {
  const [call, effects] = clickedInVain(facts, callId, words.busyHere, 'OTHER');
  const ending = step(call, { on: 'leave', at: work.now.at })[1];
  for (const effect of [...effects, ...ending]) if (effect.do === 'report') work.effects.push(effect);
}

// --- clicks ----------------------------------------------------------------------------------------------------------

/** A click on the card of a call. Which call it is about, and what else has to happen first: docs/card.md. */
export function clicked(work: Work, frame: string, callId: string, event: CardEvent) {
  const spot = spotOf(work.desk, (call) => call.callId === callId);
  if (!spot) return;
  // A page that was taken for gone is back.
  attach(work, spot, frame, callId);
  switch (event.name) {
    case 'answerButtonClick':
      return answer(work, spot);
    case 'hangupButtonClick':
      return click(work, spot === 'front' && hasSecond(work.desk) ? activeSpot(work.desk) : spot, event);
    case 'holdButtonClick':
      return spot === 'front' && hasSecond(work.desk) ? swap(work) : hold(work, spot, event.held);
    case 'muteButtonClick':
      return mute(work, event.muted);
    case 'dialpadButtonClick':
      return click(work, activeSpot(work.desk), event);
    case 'transferButtonClick':
      return spot === 'front' ? transfer(work, event.target) : undefined;
    default:
      return click(work, spot, event);
  }
}

/** Answers a ringing call, or presses the button of a prepared one; a second call's turn comes after a hold. */
export function answer(work: Work, spot: Spot) {
  if (spot === 'other') return activate(work, spot);
  click(work, spot, { name: work.desk.front?.call.phase === 'prepared' ? 'makeCallButtonClick' : 'answerButtonClick' });
}

/** Mute is the person's: it holds for every call. */
export function mute(work: Work, muted: boolean) {
  for (const { call } of places(work.desk)) {
    const spot = spotOf(work.desk, ({ id }) => id === call.id);
    if (spot && call.muted !== muted) click(work, spot, { name: 'muteButtonClick', muted });
  }
}
