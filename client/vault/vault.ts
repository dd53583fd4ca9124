import type { Session } from '../../src/protocol/frame.ts';
import type { VaultMessage } from './contract.ts';
import { type Held, sessionNow } from './session.ts';

/** What outlives a page: the session of one person's phone, in memory only. */
export function createVault(now: () => number) {
  let held: Held | null = null;
  return (message: VaultMessage, answer: (session: Session | null) => void): void => {
    if (message.t === 'ask') answer(sessionNow(held, now()));
    else held = message.session && { session: message.session, at: now() };
  };
}
