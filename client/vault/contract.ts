import type { Session } from '../../src/protocol/frame.ts';

/** What the phone's frame says to the vault; the answer to `ask` is the session, or null. */
export type VaultMessage =
  | { readonly t: 'ask' }
  /** null: nothing is to be left to the next page. */
  | { readonly t: 'keep'; readonly session: Session | null };
