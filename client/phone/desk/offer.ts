import { offered, refused } from '../../call/begin.ts';
import type { Phase } from '../../call/types.ts';
import { reasons } from '../../call/words.ts';
import type { IncomingLeg } from '../sip.ts';
import { begin, change, click, tell } from './place.ts';
import type { Rules, Spot, Work } from './types.ts';

/**
 * How long a card may take to open before it is asked for once more, and the same again before the call is refused, in ms.
 * Another card or a video call keeps it from opening (fact 3.4).
 */
export const CARD_WAIT_MS = 5000;
/** The same for the card of a call that an earlier page had: the portal's own page may still be loading, in ms. */
const PAGE_WAIT_MS = 1500;
/** Phases of a call that has a person at each end, or may have in a moment. */
export const LIVE: ReadonlySet<Phase | undefined> = new Set([
  'offered',
  'answering',
  'talking',
  'transferring',
] as const);
/** Those in which a call's card is waited for. */
export const SHOWN: ReadonlySet<Phase | undefined> = new Set([...LIVE, 'prepared']);
/** How often such a call's card is asked for: an open comment keeps the card before it for up to 65 s (fact 3.4). */
const SHOWS = 13;

/** An INVITE came in: offered, put behind the call that is there, or refused. */
export function incoming(work: Work, leg: IncomingLeg) {
  const { desk, now } = work;
  const facts = { ...leg, line: leg.line || onlyLine(desk.rules), at: now.at };
  if (desk.preferences.doNotDisturb) return refuse(work, facts, 'doNotDisturb');
  if (makeRoom(work)) {
    begin(work, 'front', offered(facts));
    work.effects.push({ do: 'alarm', id: leg.leg, kind: 'card', afterMs: CARD_WAIT_MS });
    if (leg.autoAnswer) return click(work, 'front', { name: 'answerButtonClick' });
    const { autoAnswerS } = desk.preferences;
    if (autoAnswerS > 0) work.effects.push({ do: 'alarm', id: leg.leg, kind: 'auto', afterMs: autoAnswerS * 1000 });
    return;
  }
  const { front, other, preferences } = work.desk;
  const busy = front?.call.phase;
  // A call that is being taken over may be there in a moment or not at all: whoever calls meanwhile waits for that.
  const mayWait = busy === 'resuming' || (preferences.callWaiting && busy === 'talking');
  if (mayWait && !other) begin(work, 'other', offered(facts, false));
  else refuse(work, facts, 'busy');
}

/** Where the PBX names no line, the only one we have is it. */
function onlyLine({ lines }: Rules): string {
  const [only, second] = lines;
  return only && !second ? only.number : '';
}

function refuse(work: Work, facts: Parameters<typeof refused>[0], why: Parameters<typeof refused>[1]) {
  for (const effect of refused(facts, why)[1]) {
    if (effect.do === 'report') work.effects.push(effect);
    else if (effect.do === 'hangup') work.effects.push({ do: 'sip', leg: facts.leg, effect });
  }
}

/** Frees the desk from a call that only shows its end; false when there is a real one. */
export function makeRoom(work: Work): boolean {
  const { front } = work.desk;
  if (front?.call.phase === 'closing' && !front.call.lingers) tell(work, 'front', { on: 'leave', at: work.now.at });
  return work.desk.front === null && work.desk.other === null;
}

/** A call whose card could not open before: ask for it, and look whether it came. */
export function askForCard(work: Work, spot: Spot) {
  const place = work.desk[spot];
  if (!place || place.frames.length > 0) return;
  const { id, leg, callId } = place.call;
  if (callId !== null) work.effects.push({ do: 'report', report: { t: 'show', leg } });
  work.effects.push({ do: 'alarm', id, kind: 'card', afterMs: CARD_WAIT_MS });
}

/** The object has asked for the card of a call that an earlier page had; a page that has just loaded may not hear of it. */
export function expectCard(work: Work, spot: Spot) {
  const id = work.desk[spot]?.call.id;
  if (id !== undefined) work.effects.push({ do: 'alarm', id, kind: 'card', afterMs: PAGE_WAIT_MS });
}

/** Time has passed and no card has opened: ask once more, in the end let the PBX ring somebody else. */
export function lookForCard(work: Work, spot: Spot) {
  const place = work.desk[spot];
  if (!place || place.frames.length > 0 || spot === 'other') return;
  const { call, shows } = place;
  const askAgain = () => {
    change(work, spot, { shows: shows + 1 });
    askForCard(work, spot);
  };
  if (call.phase !== 'offered') return SHOWN.has(call.phase) && shows < SHOWS ? askAgain() : undefined;
  if (shows === 0) return askAgain();
  const reason = call.callId === null ? reasons.notRegistered : reasons.noCard;
  tell(work, spot, { on: 'unseen', reason, at: work.now.at });
}
