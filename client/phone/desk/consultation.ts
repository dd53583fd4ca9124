import { dialled } from '../../../src/numbers/dial.ts';
import { consultation } from '../../call/begin.ts';
import { wantsConsultation } from '../../call/transfer.ts';
import type { CallEvent, Target, Transfer } from '../../call/types.ts';
import { words } from '../../call/words.ts';
import type { TransferTarget } from '../../card/events.ts';
import { begin, isConsultation, say, tell } from './place.ts';
import { hasSecond } from './second.ts';
import type { Rules, Work } from './types.ts';

/**
 * Whom the person has picked.
 * @returns a sentence for somebody who has no number that we know of, or whose number is blocked
 */
export function targetOf(target: TransferTarget, { colleagues, calling }: Rules): Target | string {
  if (target.kind === 'queue') return words.noDepartment;
  const byId = target.kind === 'user' ? target.userId : target.kind === 'digits' ? target.digits : '';
  const extension = colleagues[byId];
  if (extension !== undefined) return { number: extension, userId: Number(byId) };
  if (target.kind === 'user') return words.noPhone;
  const written = target.kind === 'digits' ? target.digits : target.number;
  const colleague = Object.entries(colleagues).find(([, sipUser]) => sipUser === written);
  if (colleague) return { number: written, userId: Number(colleague[0]) };
  const result = dialled(written, calling.dialling);
  if (result.ok) return { number: result.number, userId: null };
  return result.reason === 'forbidden' ? words.forbidden : words.noNumber;
}

/** The card's transfer button. */
export function transfer(work: Work, picked: TransferTarget) {
  const { rules } = work.desk;
  const kind: Transfer['kind'] = rules.calling.transfer;
  if (work.desk.bridge) return say(work, words.notInConference);
  if (kind === 'attended' && work.desk.other) return say(work, words.secondInTheWay);
  tell(work, 'front', { on: 'transferTo', kind, target: targetOf(picked, rules) });
}

/** The customer is on hold: the target is called. */
export function startConsultation(work: Work) {
  const { consult, desk, now } = work;
  work.consult = null;
  if (!consult || !desk.front) return;
  if (desk.other) return heard(work, 'gone', words.secondInTheWay);
  const { line } = desk.front.call;
  const facts = { leg: now.leg, group: null, number: consult.number, name: '', line, at: now.at };
  const { extensionDigits } = desk.rules.calling.dialling;
  // An extension of the PBX is inside the house, as a colleague is.
  const inside = consult.userId !== null || consult.number.length <= extensionDigits;
  begin(work, 'other', consultation(facts, consult, !inside));
}

/** News of the consultation's leg, which the call that is handed over has to know. */
export function consulted(work: Work, event: CallEvent) {
  const before = work.desk.other?.call;
  tell(work, 'other', event);
  const { phase, ending } = work.desk.other?.call ?? { phase: 'ended', ending: null };
  if (event.on === 'progress' && phase === 'calling') heard(work, 'ringing');
  else if (phase === 'talking' && before?.phase === 'calling') heard(work, 'talking');
  else if (phase === 'closing' || phase === 'ended') heard(work, 'gone', ending?.reason);
}

function heard(work: Work, news: 'ringing' | 'talking' | 'gone', text = '') {
  tell(work, 'front', { on: 'consultation', news, text, at: work.now.at });
}

/** The consultation was hung up by the person: the call that asked for it has to know. */
export function missConsultation(work: Work) {
  const { front, other } = work.desk;
  if (!front || work.consult || isConsultation(other)) return;
  const { at } = front.call.transfer ?? {};
  if (wantsConsultation(front.call) && (front.call.lingers || at === 'ringing' || at === 'talking'))
    heard(work, 'gone');
}

/** A consultation never outlives the wish for it. */
export function endUnwanted(work: Work) {
  const { front, other } = work.desk;
  if (isConsultation(other) && !(front && wantsConsultation(front.call)))
    tell(work, 'other', { on: 'leave', at: work.now.at });
}

/** A second call has no card that could say why it failed: the first one's does. */
export function endFailed(work: Work) {
  const { other } = work.desk;
  if (other?.call.phase !== 'closing') return;
  const why = other.call.ending?.reason ?? '';
  const second = hasSecond(work.desk);
  tell(work, 'other', { on: 'leave', at: work.now.at });
  if (second) say(work, why);
}
