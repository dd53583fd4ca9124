import { step } from '../../call/step.ts';
import type { Call, CallEvent, Effect, Step } from '../../call/types.ts';
import type { CardEvent } from '../../card/events.ts';
import type { Desk, Place, SipEffect, Spot, Work } from './types.ts';

const SPOTS = ['front', 'other'] as const;

export const without = (frames: readonly string[], frame: string): readonly string[] =>
  frames.filter((name) => name !== frame);

/** Both calls, the front one first, as far as they are there. */
export const places = (desk: Desk): readonly Place[] =>
  SPOTS.flatMap((spot) => {
    const place = desk[spot];
    return place ? [place] : [];
  });

/** Where the call is that this holds for. */
export const spotOf = (desk: Desk, fits: (call: Call) => boolean): Spot | null =>
  SPOTS.find((spot) => {
    const place = desk[spot];
    return place !== null && fits(place.call);
  }) ?? null;

/** Answered and not on hold: the person talks on this one. */
export const isActive = ({ phase, held }: Call): boolean => (phase === 'talking' || phase === 'transferring') && !held;

export const isConsultation = (place: Place | null): boolean => place?.call.role === 'consultation';

/** Puts a call that has just begun on the desk. */
export function begin(work: Work, spot: Spot, [call, effects]: Step) {
  const place: Place = { call, tone: 'none', own: '', said: '', frames: [], shows: 0 };
  work.desk = { ...work.desk, [spot]: place };
  settle(work, spot, [call, effects]);
  attachOpenCards(work, spot);
}

/** Lets the call's own machine decide, and takes its decision over. */
export function tell(work: Work, spot: Spot, event: CallEvent) {
  const place = work.desk[spot];
  if (place) settle(work, spot, step(place.call, event));
}

/** The same for a click on the card, or what counts as one. */
export function click(work: Work, spot: Spot, event: CardEvent) {
  tell(work, spot, { on: 'card', event, at: work.now.at, leg: work.now.leg });
}

export function settle(work: Work, spot: Spot, [call, effects]: Step) {
  const before = work.desk[spot];
  if (!before) return;
  work.desk = { ...work.desk, [spot]: { ...before, call } };
  for (const effect of effects) carry(work, spot, call, effect);
  if (call.phase === 'ended') clear(work, spot);
  else if (call.phase !== before.call.phase) moved(work, spot, call);
}

/** Says something on the front call's card, and on the panel. */
export function say(work: Work, text: string) {
  const { front } = work.desk;
  work.desk = { ...work.desk, notice: text, front: front && { ...front, own: text } };
}

export function change(work: Work, spot: Spot, part: Partial<Place>) {
  const place = work.desk[spot];
  if (place) work.desk = { ...work.desk, [spot]: { ...place, ...part } };
}

export function attachOpenCards(work: Work, spot: Spot) {
  for (const [frame, card] of work.desk.cards) attach(work, spot, frame, card.callId);
}

export function attach(work: Work, spot: Spot, frame: string, callId: string) {
  const place = work.desk[spot];
  if (!place || place.call.callId !== callId || place.frames.includes(frame)) return;
  change(work, spot, { frames: [...place.frames, frame] });
  work.effects.push({ do: 'attach', id: place.call.id, frame, callId });
}

// --- carrying over ---------------------------------------------------------------------------------------------------

/** A party on the bridge is reached by the bridge's leg. */
const legOf = (desk: Desk, call: Call): string => (call.conferred && desk.bridge ? desk.bridge.leg : call.leg);

function carry(work: Work, spot: Spot, call: Call, effect: Effect) {
  switch (effect.do) {
    case 'tone':
      return change(work, spot, { tone: effect.tone });
    case 'status':
      return change(work, spot, { own: effect.text });
    case 'report':
      if (call.recorded || effect.report.t === 'handover') work.effects.push(effect);
      return;
    case 'wake':
      work.effects.push({ do: 'alarm', id: call.id, kind: 'wake', afterMs: effect.afterMs });
      return;
    case 'consult':
      work.consult = effect.target;
      return;
    case 'replace':
      if (work.desk.other) sip(work, call, { do: 'referTo', leg: work.desk.other.call.leg });
      return;
    case 'ui':
    case 'title':
    case 'timer':
    case 'showHold':
    case 'showMute':
    case 'close':
      work.effects.push({ do: 'card', id: call.id, effect });
      return;
    case 'hangup':
      // The bridge's leg is hung up once, whoever of those on it ends first.
      if (!call.conferred || work.desk.bridge?.stage === 'open' || work.desk.bridge?.stage === 'second')
        sip(work, call, effect);
      if (call.conferred && work.desk.bridge)
        work.desk = { ...work.desk, bridge: { ...work.desk.bridge, stage: 'over' } };
      return;
    default:
      sip(work, call, effect);
  }
}

function sip(work: Work, call: Call, effect: SipEffect) {
  work.effects.push({ do: 'sip', leg: legOf(work.desk, call), effect });
}

/** Mute is the person's, not the call's: who begins to talk on another leg stays muted. */
function moved(work: Work, spot: Spot, call: Call) {
  const muted = places(work.desk).some((place) => place.call.muted);
  if (call.phase === 'talking' && muted && !call.muted) click(work, spot, { name: 'muteButtonClick', muted });
}

function clear(work: Work, spot: Spot) {
  const place = work.desk[spot];
  if (!place) return;
  const { id, callId } = place.call;
  work.effects.push({ do: 'forget', id });
  const cards = new Map([...work.desk.cards].filter(([, card]) => card.callId !== callId));
  // Whatever card nobody had heard of: the call's own is closed with it.
  work.desk = { ...work.desk, [spot]: null, cards, unheard: [] };
}
