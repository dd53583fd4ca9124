import type { Random } from '../soak/random.ts';

/** What a person, or whoever they talk with, may do next. */
export type Action =
  | 'open a tab'
  | 'close a tab'
  | 'close the phone’s tab'
  | 'leave and come back'
  | 'reload'
  | 'navigate'
  | 'open a slider'
  | 'close a slider'
  | 'a customer calls'
  | 'click to call'
  | 'answer'
  | 'decline'
  | 'the caller gives up'
  | 'hang up'
  | 'the customer hangs up'
  | 'hold'
  | 'mute';

/** As much of the scene as decides what can be done. */
export interface Moment {
  readonly tabs: number;
  readonly sliders: number;
  readonly call: 'none' | 'rings here' | 'rings there' | 'talking';
  /** Who dialled; a customer whom we have dialled does not hang up. */
  readonly incoming: boolean;
}

const TABS = 5;
const SLIDERS = 3;

/** What can be done now, each with how often it is chosen. */
export function possible({ tabs, sliders, call, incoming }: Moment): readonly (readonly [share: number, Action])[] {
  const all: readonly (readonly [boolean, number, Action])[] = [
    [tabs < TABS, 4, 'open a tab'],
    [tabs > 1, 3, 'close a tab'],
    [tabs > 1, 4, 'close the phone’s tab'],
    [true, 2, 'leave and come back'],
    [true, 4, 'reload'],
    [true, 3, 'navigate'],
    [sliders < SLIDERS, 3, 'open a slider'],
    [sliders > 0, 2, 'close a slider'],
    [call === 'none', 12, 'a customer calls'],
    [call === 'none', 6, 'click to call'],
    [call === 'rings here', 12, 'answer'],
    [call === 'rings here', 1, 'decline'],
    [call === 'rings here', 1, 'the caller gives up'],
    [call === 'talking' || call === 'rings there', 2, 'hang up'],
    [call === 'talking' && incoming, 2, 'the customer hangs up'],
    [call === 'talking', 4, 'hold'],
    [call === 'talking', 4, 'mute'],
  ];
  return all.flatMap(([can, share, action]) => (can ? [[share, action] as const] : []));
}

export function choose(moment: Moment, dice: Random): Action {
  const actions = possible(moment);
  let left = dice.next() * actions.reduce((sum, [share]) => sum + share, 0);
  for (const [share, action] of actions) {
    left -= share;
    if (left < 0) return action;
  }
  return 'reload';
}
