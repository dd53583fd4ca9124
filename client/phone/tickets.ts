import type { Session } from '../../src/protocol/frame.ts';
import type { SessionRefusal } from '../frame/session.ts';
import type { Backoff } from './backoff.ts';
import type { Pulse } from './heartbeat.ts';

/** Renewed when this part of its life is left, so that a short outage doesn't cost a session. */
const RENEW_AT = 0.8;
const MARGIN_MS = 10_000;

export interface TicketDeps {
  newSession(): Promise<Session | SessionRefusal>;
  /** Whether there is a network: without one nobody is asked, for the portal shows an alert() where it can't renew its token. */
  online(): boolean;
  readonly backoff: Backoff;
  readonly pulse: Pick<Pulse, 'onWake'>;
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
  let wake = () => {};
  let renewal: Promise<boolean> | null = null;
  const dead = () => deps.now() > expiresAt - MARGIN_MS;

  const take = (next: Session) => {
    session = next;
    expiresAt = deps.now() + next.expiresIn * 1000;
    deps.clearTimeout(timer);
    timer = deps.setTimeout(deps.askRenewal, next.expiresIn * 1000 * RENEW_AT);
    deps.share(session);
  };
  take(first);

  /** @returns false: nobody gives us one any more */
  const renew = async (): Promise<boolean> => {
    for (let attempt = 1; ; attempt++) {
      const next = deps.online() ? await deps.newSession() : 'unreachable';
      if (next === 'denied') return false;
      if (next !== 'unreachable') take(next);
      // What refused the handshake may have been the network, and the one that we have is still good.
      if (!dead()) return true;
      await new Promise<void>((go) => {
        deps.setTimeout(go, deps.backoff.delayMs(attempt));
        wake = () => {
          attempt = 0;
          go();
        };
      });
    }
  };
  deps.pulse.onWake(() => wake());

  return {
    /** Another page had the phone meanwhile, or nobody. */
    use: take,
    /** The object's answer. */
    renewed: (ticket: string, expiresIn: number): void => take({ ...session, ticket, expiresIn }),
    /** A ticket for a handshake; null when nobody gives us one any more. */
    get: async (refused: boolean): Promise<string | null> => {
      if (refused || dead()) {
        renewal ??= renew().finally(() => {
          renewal = null;
        });
        if (!(await renewal)) return null;
      }
      return session.ticket;
    },
  };
}
