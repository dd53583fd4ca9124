import { answer, mute } from './cards.ts';
import { confer } from './conference.ts';
import { click, spotOf } from './place.ts';
import { hold, swap } from './second.ts';
import type { DeskAct, Work } from './types.ts';

/** What a person does on the panel: the same decisions as the card's buttons, for a call that is named. */
export function act(work: Work, deed: DeskAct) {
  work.desk = { ...work.desk, notice: '' };
  switch (deed.act) {
    case 'swap':
      return swap(work);
    case 'confer':
      return confer(work);
    case 'prefer':
      work.desk = { ...work.desk, preferences: deed.preferences };
      work.effects.push({ do: 'report', report: { t: 'preferences', preferences: deed.preferences } });
      return;
    default:
  }
  const spot = spotOf(work.desk, (call) => call.leg === deed.leg);
  if (!spot) return;
  switch (deed.act) {
    case 'answer':
      return answer(work, spot);
    case 'decline':
      return click(work, spot, { name: 'skipButtonClick' });
    case 'hangup':
      return click(work, spot, { name: 'hangupButtonClick' });
    case 'hold':
      return hold(work, spot, deed.held);
    case 'mute':
      return mute(work, deed.muted);
  }
}
