import type { Session } from '../../src/protocol/frame.ts';

/** A ticket that dies sooner is of no use to a page that is still loading, in s. */
const MARGIN_S = 30;

/** A session, and when it came. */
export interface Held {
  readonly session: Session;
  /** Unix ms at which `session.expiresIn` was counted from. */
  readonly at: number;
}

/**
 * A session as it is now: its ticket's life goes on while nobody looks.
 * @param now Unix ms
 * @returns null for none, or one whose ticket is about to die
 * @example sessionNow({ session: { expiresIn: 900, ... }, at: 0 }, 60_000) // { expiresIn: 840, ... }
 */
export function sessionNow(held: Held | null, now: number): Session | null {
  if (!held) return null;
  const expiresIn = held.session.expiresIn - Math.max(0, now - held.at) / 1000;
  return expiresIn > MARGIN_S ? { ...held.session, expiresIn } : null;
}
