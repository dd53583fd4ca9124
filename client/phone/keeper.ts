import type { KeptCall } from '../../src/protocol/frame.ts';
import { outlivesPage } from '../call/resume.ts';
import type { Call } from '../call/types.ts';
import type { Dialog } from './sip.ts';

/**
 * What the next page needs to go on with this call; null for a call that ends with its page. Hold is as it was asked for last,
 * answered or not: who clicks hold and leaves the page must not be heard from the next one.
 */
export function keptOf(call: Call, dialog: Dialog | null): KeptCall | null {
  const { leg, callId, direction, number, name, line, answeredAt, asking, muted } = call;
  if (!dialog || answeredAt === null || !outlivesPage(call)) return null;
  const held = asking.at(-1) ?? call.held;
  return { leg, ...dialog, callId, direction, number, name, line, answeredAt, held, muted };
}

/**
 * Says what is to be kept, each time that something of it has changed.
 *
 * @param tell hears of a call as it is now
 */
export function createKeeper(tell: (call: KeptCall) => void) {
  const told = new Map<string, string>();
  return (calls: readonly Call[], dialogOf: (leg: string) => Dialog | null): void => {
    for (const leg of told.keys()) if (!calls.some((call) => call.leg === leg)) told.delete(leg);
    for (const call of calls) {
      const kept = keptOf(call, dialogOf(call.leg));
      const text = JSON.stringify(kept);
      if (!kept || told.get(call.leg) === text) continue;
      told.set(call.leg, text);
      tell(kept);
    }
  };
}
