import { words } from '../../call/words.ts';
import { change, click, isActive, isConsultation, places, say, without } from './place.ts';
import type { Desk, Place, Spot, Work } from './types.ts';

/** The PBX owes an answer: to hold or resume, or to our 200. What a person asks for meanwhile has to wait. */
const unanswered = (desk: Desk): boolean =>
  desk.turn !== null ||
  (desk.bridge !== null && desk.bridge.stage !== 'open') ||
  places(desk).some(({ call }) => call.asking.length > 0 || call.phase === 'answering');

/** The call that the person's voice goes to, or that is just being answered; else the card's. */
export const activeSpot = ({ front, other }: Desk): Spot =>
  other && (isActive(other.call) || other.call.phase === 'answering') && !(front && isActive(front.call))
    ? 'other'
    : 'front';

/** Whether there is a second call, and not the bridge's other party or a consultation. */
export const hasSecond = ({ front, other }: Desk): boolean =>
  other !== null && !isConsultation(other) && !(front?.call.conferred && other.call.conferred);

/** The hold button of a call's card, or of the panel. */
export function hold(work: Work, spot: Spot, held: boolean) {
  const call = work.desk[spot]?.call;
  if (call?.phase !== 'talking') return;
  if (hasSecond(work.desk) && (!held || work.desk.other?.call.phase === 'offered')) return swap(work);
  if (work.desk.bridge && work.desk.bridge.stage !== 'open') return showHold(work);
  click(work, spot, { name: 'holdButtonClick', held });
}

/** To the call that the person does not talk on: what the hold button means while there are two. */
export function swap(work: Work) {
  const { front, other } = work.desk;
  if (!front || !other || !hasSecond(work.desk)) return;
  activate(work, other.call.phase === 'offered' || isActive(front.call) ? 'other' : 'front');
}

/** Talks on this call. Whoever is talked to now is put on hold first, and the PBX has to confirm it. */
export function activate(work: Work, spot: Spot) {
  const place = work.desk[spot];
  if (!place) return;
  if (unanswered(work.desk)) say(work, words.wait);
  else if (!isActive(place.call)) {
    work.desk = { ...work.desk, turn: place.call.id };
    const active = activeOf(work.desk);
    if (active) click(work, active, { name: 'holdButtonClick', held: true });
  }
  showHold(work);
}

const activeOf = ({ front, other }: Desk): Spot | null => {
  if (front && isActive(front.call)) return 'front';
  return other && isActive(other.call) ? 'other' : null;
};

/** The card's button has toggled itself at the click; it shows what the PBX confirmed for its own call. */
function showHold(work: Work) {
  const { front } = work.desk;
  if (front?.call.phase !== 'talking') return;
  work.effects.push({ do: 'card', id: front.call.id, effect: { do: 'showHold', held: front.call.held } });
}

/** Goes on once the active call is on hold; gives up where the PBX refused that. */
export function itsTurn(work: Work) {
  const { turn } = work.desk;
  if (turn === null || places(work.desk).some(({ call }) => call.asking.length > 0)) return;
  work.desk = { ...work.desk, turn: null };
  if (activeOf(work.desk)) return;
  for (const spot of ['front', 'other'] as const) {
    const call = work.desk[spot]?.call;
    if (call?.id !== turn) continue;
    if (call.phase === 'offered') click(work, spot, { name: 'answerButtonClick' });
    else if (call.phase === 'talking') click(work, spot, { name: 'holdButtonClick', held: false });
  }
}

/** The status text of the front call's card: its own, and what there is to say of the second call. */
export function textOf(desk: Desk, place: Place): string {
  const { front, other } = desk;
  if (place !== front || !other || !hasSecond(desk) || front.call.phase !== 'talking') return place.own;
  const about =
    other.call.phase === 'offered' ? words.secondCall : isActive(other.call) ? words.secondTalks : words.secondHeld;
  return `${about(other.call)} · ${place.own}`;
}

/** A second call rings softly; what both would sound like, the front call decides. */
export function toneOf({ front, other }: Desk): Desk['tone'] {
  if (other && other.tone !== 'none') return other.tone === 'ring' ? 'waiting' : other.tone;
  return front?.tone ?? 'none';
}

/** A frame shows the card no more. */
export function detach(work: Work, spot: Spot, frame: string) {
  const place = work.desk[spot];
  if (!place?.frames.includes(frame)) return;
  change(work, spot, { frames: without(place.frames, frame) });
}
