import type { ObjectMessage } from '../protocol/frame.ts';
import type { Agents } from './agents.ts';
import type { DueJobs } from './due.ts';
import { type CallRecord, CallType, type LegRecord, waitsForClick } from './ledger.ts';
import type { LedgerStore } from './ledger-store.ts';

/** How long a click-to-call or a call-back waits for a phone to take it (ms). */
export const ADOPT_GRACE_MS = 20_000;

interface CallbackParts {
  readonly ledger: LedgerStore;
  readonly agents: Agents;
  readonly due: DueJobs;
}

/** A customer asked to be called back (CRM form). Who rings is decided by the job: it must ask the CRM first. */
export function wished({ ledger, due }: CallbackParts, id: string, number: string, line: string, now: number): void {
  const key = `c:${id}`;
  if (ledger.call(key)) return;
  ledger.insertCall({
    key,
    callId: null,
    type: CallType.callback,
    direction: 'out',
    number,
    line,
    userId: 0,
    startedAt: now,
  });
  due.plan('callback', key, now);
}

/** What a phone is told of a call that its person is to press the button for. */
export const question = ({ number, line }: Pick<CallRecord, 'number' | 'line'>, callId: string): ObjectMessage => ({
  t: 'dial',
  callId,
  number,
  line,
  ask: true,
});

/** Whether the call of this leg waits for its person's click. */
export function legWaits(ledger: LedgerStore, { callKey }: LegRecord): boolean {
  const call = ledger.call(callKey);
  return call !== null && waitsForClick(call);
}

/** The page in which it waited is gone: it waits for its person's next phone to be ready, and is given up if none is in time. */
export function setAside(
  ledger: LedgerStore,
  due: DueJobs,
  leg: LegRecord,
  now: number,
  graceMs = ADOPT_GRACE_MS,
): void {
  ledger.endLeg(leg.leg, '480', now);
  due.plan('unadopted', leg.callKey, now + graceMs);
}

/** Whether it has waited in a page that is gone. */
export function wasAside(ledger: LedgerStore, call: CallRecord): boolean {
  const legs = ledger.legsOf(call.key);
  return waitsForClick(call) && legs.length > 0 && !legs.some((leg) => leg.live);
}

/** A phone is ready: it is told of what waits for its person, in case an earlier page took that with it. It takes each once. */
export function askAgain({ ledger, agents, due }: CallbackParts, userId: number): void {
  for (const call of ledger.ringingOutOf(userId)) {
    const taken = ledger.legsOf(call.key).some((leg) => leg.live) || !due.isPlanned('unadopted', call.key);
    if (call.callId !== null && waitsForClick(call) && !taken) agents.send(userId, question(call, call.callId));
  }
}
