import type { FrameMessage } from '../../src/protocol/frame.ts';
import type { TestPortal, TestSocket } from './kit.ts';

/** What phones say of their legs, and what the object does about it. Each file says what is other than here. */

export type Register = Extract<FrameMessage, { t: 'register' }>;
export type Ended = Extract<FrameMessage, { t: 'ended' }>;

/** An incoming leg that begins now. */
export const ring = (leg: string, over: Partial<Register> = {}): Register => ({
  t: 'register',
  id: `reg-${leg}`,
  leg,
  group: null,
  direction: 'in',
  number: '+442079460000',
  line: '0000',
  startedAt: Date.now(),
  ...over,
});

/** @param at Unix ms; default: now */
export const answered = (leg: string, at = Date.now()) =>
  ({ t: 'answered', id: `ans-${leg}`, leg, at }) satisfies FrameMessage;

/** A leg that was talked on, but for no whole second. */
export const ended = (leg: string, over: Partial<Ended> = {}): Ended => ({
  t: 'ended',
  id: `end-${leg}`,
  leg,
  at: Date.now(),
  seconds: 0,
  status: '200',
  reason: '',
  ...over,
});

/** Registers a leg. @returns its CALL_ID */
export async function registered(phone: TestSocket, message: Register): Promise<string> {
  const answer = await phone.ask(message);
  if (answer.t !== 'registered') throw new Error(`got ${JSON.stringify(answer)}`);
  return answer.callId;
}

/** Brings jobs forward and runs them, one kind after the other. */
export async function settle(portal: TestPortal, ...kinds: string[]): Promise<void> {
  for (const kind of kinds) {
    await portal.makeDue(kind);
    await portal.runDue();
  }
}
