import type { Session } from '../../src/protocol/frame.ts';

/** Renewed when this part of its life is left, so that a short outage doesn't cost a session. */
const RENEW_AT = 0.8;
const MARGIN_MS = 10_000;

export interface TicketDeps {
  newSession(): Promise<Session | null>;
  /** Followers get it as well. */
  share(session: Session): void;
  /** Asks the object for a new ticket; it comes back through `renewed`. */
  askRenewal(): void;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  now(): number;
}

/** The phone's ticket: renewed over the socket in time, or by a new session when that was not possible. */
export function keepTicket(first: Session, deps: TicketDeps) {
  let session = first;
  let expiresAt = 0;
  let timer: unknown;

  const take = (next: Session) => {
    session = next;
    expiresAt = deps.now() + next.expiresIn * 1000;
    deps.clearTimeout(timer);
    timer = deps.setTimeout(deps.askRenewal, next.expiresIn * 1000 * RENEW_AT);
    deps.share(session);
  };
  take(first);

  return {
    /** Another page had the phone meanwhile, or nobody. */
    use: take,
    /** The object's answer. */
    renewed: (ticket: string, expiresIn: number): void => take({ ...session, ticket, expiresIn }),
    /** A ticket for a handshake; null when nobody gives us one any more. */
    get: async (refused: boolean): Promise<string | null> => {
      if (refused || deps.now() > expiresAt - MARGIN_MS) {
        const next = await deps.newSession();
        if (!next) return null;
        take(next);
      }
      return session.ticket;
    },
  };
}
