import { step } from '../../../client/call/step.ts';
import type { CallEvent, Effect, Step } from '../../../client/call/types.ts';
import { readCardEvent } from '../../../client/card/events.ts';

export const AT = 1_000_000;
export const facts = { leg: 'leg-1', group: null, number: '+4940', name: 'Ada', line: '+4930', at: AT };

export const click = (name: string, data?: unknown, at = AT): CallEvent => {
  const event = readCardEvent(name, data);
  if (!event) throw new Error(`no such event: ${name}`);
  return { on: 'card', event, at, leg: 'leg-2' };
};

/** Runs events one after the other; the last step's effects and all of them. */
export function play(begin: Step, ...events: CallEvent[]) {
  let [call, last] = begin;
  const effects = [...last];
  for (const event of events) {
    [call, last] = step(call, event);
    effects.push(...last);
  }
  return { call, last, effects };
}

/** A blind transfer to a colleague. */
export const toBen: CallEvent = { on: 'transferTo', kind: 'blind', target: { number: '1002', userId: 12 } };

export const uis = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.do === 'ui' ? [effect.state] : []));
export const reports = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.do === 'report' ? [effect.report] : []));
export const ended = (effects: readonly Effect[]) => reports(effects).filter((report) => report.t === 'ended');

export const answered: CallEvent[] = [click('answerButtonClick'), { on: 'established', at: AT + 2000 }];
