import { DEFAULT_PREFERENCES, type KeptCall } from '../../../src/protocol/frame.ts';
import { leftBehind } from '../../call/begin.ts';
import { outlivesPage } from '../../call/resume.ts';
import type { CallEvent } from '../../call/types.ts';
import { reasons } from '../../call/words.ts';
import { act } from './acts.ts';
import { clicked, opened, pushed, pushIsDue, remember } from './cards.ts';
import { mindBridge, onBridge, onParty } from './conference.ts';
import { consulted, endFailed, endUnwanted, missConsultation, startConsultation } from './consultation.ts';
import { askForCard, expectCard, incoming, LIVE, lookForCard, SHOWN } from './offer.ts';
import {
  attach,
  attachOpenCards,
  begin,
  change,
  click,
  isConsultation,
  places,
  spotOf,
  tell,
  without,
} from './place.ts';
import { detach, itsTurn, textOf, toneOf } from './second.ts';
import type { Desk, DeskEvent, DeskStep, Now, Rules, Work } from './types.ts';

/** A desk on which nothing lies. */
export const emptyDesk = (rules: Rules): Desk => ({
  rules,
  preferences: DEFAULT_PREFERENCES,
  front: null,
  other: null,
  bridge: null,
  turn: null,
  cards: new Map(),
  unheard: [],
  handled: [],
  pushed: [],
  tone: 'none',
  notice: '',
});

/**
 * The desk's machine: one event -> the desk as it is now, and what to do about it, in order. Pure.
 *
 * It decides what concerns more than one call: which call a card, a leg, a click belongs to, who is put on hold before
 * somebody else is talked to, what rings, and whose card is shown. What happens within a call, client/call/step.ts decides.
 */
export function step(desk: Desk, event: DeskEvent, now: Now): DeskStep {
  const work: Work = { desk, effects: [], now, consult: null };
  happen(work, event);
  settleDown(work);
  return [work.desk, work.effects];
}

function happen(work: Work, event: DeskEvent) {
  const { desk, now } = work;
  switch (event.on) {
    case 'incoming':
      return incoming(work, event.call);
    case 'leg':
      return onLeg(work, event.leg, event.event);
    case 'card':
      if (event.event.name === 'initialized') return opened(work, event.frame, event.event, event.again);
      return clicked(work, event.frame, event.callId, event.event);
    case 'back': {
      const spot = spotOf(desk, (call) => call.callId === event.callId);
      return spot ? attach(work, spot, event.frame, event.callId) : undefined;
    }
    case 'left':
      return left(work, event.frame);
    case 'unheard':
      work.desk = { ...desk, unheard: [...desk.unheard, event.frame] };
      return;
    case 'gone':
      return gone(work, event.id, event.frame);
    case 'alarm':
      return alarm(work, event);
    case 'registered':
      work.desk = remember(desk, event.callId);
      return onCall(work, event.leg, (spot) => {
        tell(work, spot, { on: 'registered', callId: event.callId });
        attachOpenCards(work, spot);
      });
    case 'refused':
      // A waiting call can be answered by the first call's card; other refusals say that it is over anyway.
      if (event.error !== 'refused' || desk.front?.call.leg !== event.leg) return;
      return tell(work, 'front', { on: 'unseen', reason: reasons.refused(event.message), at: now.at });
    case 'elsewhere':
      return onCall(work, event.leg, (spot) => elsewhere(work, spot));
    case 'dial':
      return pushed(work, event.callId, event.number, event.line, event.ask === true);
    case 'customer':
      return onCall(work, event.leg, (spot) => tell(work, spot, { on: 'customer', customer: event.customer }));
    case 'preferences':
      work.desk = { ...desk, preferences: event.preferences };
      return;
    case 'act':
      return act(work, event.act);
    case 'recover':
      return recover(work, event.call);
    case 'leave':
      return leave(work);
  }
}

const onCall = (work: Work, leg: string, what: (spot: 'front' | 'other') => void) => {
  const spot = spotOf(work.desk, (call) => call.leg === leg);
  if (spot) what(spot);
};

function onLeg(work: Work, leg: string, event: CallEvent) {
  if (work.desk.bridge?.leg === leg) return onBridge(work, event);
  // Whoever is on the bridge has left this leg.
  const spot = spotOf(work.desk, (call) => call.leg === leg && !call.conferred);
  if (!spot || onParty(work, spot, event)) return;
  if (spot === 'other' && isConsultation(work.desk.other)) return consulted(work, event);
  const before = work.desk[spot]?.call.phase;
  tell(work, spot, event);
  if (before === 'resuming' && work.desk[spot]?.call.phase === 'talking') expectCard(work, spot);
}

/** The PBX takes its INVITE back as well; whichever comes first ends the ringing. */
function elsewhere(work: Work, spot: 'front' | 'other') {
  const call = work.desk[spot]?.call;
  if (call?.phase !== 'offered') return;
  work.effects.push({ do: 'sip', leg: call.leg, effect: { do: 'hangup', refuse: 486 } });
  tell(work, spot, { on: 'withdrawn', elsewhere: true, at: work.now.at });
}

/** A call that an earlier page has left; a third one would have no place, and ends with the object's patience. */
function recover(work: Work, kept: KeptCall) {
  const { front, other } = work.desk;
  if (places(work.desk).some(({ call }) => call.resumes?.leg === kept.leg)) return;
  // Its card may open when the call is over already: that is no click, and nobody is to be called twice.
  if (kept.callId !== null) work.desk = remember(work.desk, kept.callId);
  const spot = front ? 'other' : 'front';
  if (spot === 'front' || !other) begin(work, spot, leftBehind(kept, work.now.leg, work.now.at));
}

/** The page goes away: what the next page cannot go on with ends now, while it can still be said. */
function leave(work: Work) {
  const { rules, bridge } = work.desk;
  for (const spot of ['other', 'front'] as const) {
    const call = work.desk[spot]?.call;
    if (call && !(rules.keeps && !bridge && outlivesPage(call))) tell(work, spot, { on: 'leave', at: work.now.at });
  }
}

function left(work: Work, frame: string) {
  const cards = new Map(work.desk.cards);
  cards.delete(frame);
  work.desk = { ...work.desk, cards, unheard: without(work.desk.unheard, frame) };
  for (const { call, frames } of places(work.desk)) {
    if (!frames.includes(frame)) continue;
    work.effects.push({ do: 'detach', id: call.id, frame });
    gone(work, call.id, frame);
  }
}

/** A card is gone from a frame; when it was the last, the call is told. */
function gone(work: Work, id: string, frame: string) {
  const spot = spotOf(work.desk, (call) => call.id === id);
  if (!spot || !work.desk[spot]?.frames.includes(frame)) return;
  detach(work, spot, frame);
  if (work.desk[spot]?.frames.length !== 0) return;
  tell(work, spot, { on: 'cardGone', at: work.now.at });
  // Its page was left: whoever talks or is rung has other pages, and needs the buttons in one of them.
  if (LIVE.has(work.desk[spot]?.call.phase)) askForCard(work, spot);
}

function alarm(work: Work, { id, kind }: DeskEvent & { on: 'alarm' }) {
  if (kind === 'push') return pushIsDue(work, id);
  const spot = spotOf(work.desk, (call) => call.id === id);
  if (!spot) return;
  if (kind === 'wake') tell(work, spot, { on: 'wake', at: work.now.at });
  else if (kind === 'card') lookForCard(work, spot);
  else if (spot === 'front' && !work.desk.other) click(work, spot, { name: 'answerButtonClick' });
}

// --- what follows ----------------------------------------------------------------------------------------------------

/** Until nothing follows from what has happened any more. */
function settleDown(work: Work) {
  let before: Desk | null = null;
  while (before !== work.desk) {
    before = work.desk;
    startConsultation(work);
    missConsultation(work);
    endUnwanted(work);
    endFailed(work);
    mindBridge(work);
    promote(work);
    itsTurn(work);
    openAnew(work);
  }
  show(work);
}

/** The front call is gone: the other one takes its place, and asks for the card that is free now. */
function promote(work: Work) {
  const { front, other } = work.desk;
  if (front || !other) return;
  work.desk = { ...work.desk, front: other, other: null };
  askForCard(work, 'front');
}

/**
 * A card that opened before its frame listened has no buttons. It may be this call's: all of its cards are opened anew.
 * Somebody else's stays, as rule 6 wants it.
 */
function openAnew(work: Work) {
  const { front, unheard } = work.desk;
  if (unheard.length === 0 || !front?.call.callId) return;
  if (!SHOWN.has(front.call.phase) && front.call.phase !== 'calling') return;
  work.desk = { ...work.desk, unheard: [] };
  work.effects.push({ do: 'report', report: { t: 'show', leg: front.call.leg, anew: true } });
}

/** What a person sees and hears follows from the calls that there are. */
function show(work: Work) {
  for (const spot of ['front', 'other'] as const) {
    const place = work.desk[spot];
    if (!place) continue;
    const text = textOf(work.desk, place);
    if (text === place.said) continue;
    change(work, spot, { said: text });
    work.effects.push({ do: 'card', id: place.call.id, effect: { do: 'status', text } });
  }
  const tone = toneOf(work.desk);
  if (tone === work.desk.tone) return;
  work.desk = { ...work.desk, tone };
  work.effects.push({ do: 'tone', tone });
}
