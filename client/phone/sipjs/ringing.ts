import { Invitation, Inviter, type Session, SessionState } from 'sip.js';

/** How long a phone may ring on after its socket was lost, in ms. */
const RINGS_ON_MS = 5000;

/** A call that still rings here: nobody has answered it. */
export const rings = ({ session }: { readonly session: Session }): boolean =>
  session instanceof Invitation && session.state === SessionState.Initial;

export const isUnanswered = ({ state }: Session): boolean =>
  state === SessionState.Initial || state === SessionState.Establishing;

/** Our INVITE that begins a call is on its way, or rings there: not one that goes on with an earlier page's call. */
export const isDialled = (session: Session): boolean =>
  session instanceof Inviter &&
  session.state === SessionState.Establishing &&
  !session.request.toTag &&
  !session.request.hasHeader('Replaces');

/**
 * The socket is lost: a caller who hangs up can't tell us any more, and SIP.js would ring on until its own time-out. A PBX
 * that still has the call rings again.
 * @param ringing looks whether a leg is there and still rings
 * @param giveUp ends it
 */
export function ringNoLonger(
  legs: readonly string[],
  deps: {
    ringing(leg: string): boolean;
    giveUp(leg: string): void;
    setTimeout(callback: () => void, ms: number): unknown;
  },
): void {
  const ringing = legs.filter(deps.ringing);
  if (ringing.length === 0) return;
  deps.setTimeout(() => {
    for (const leg of ringing) if (deps.ringing(leg)) deps.giveUp(leg);
  }, RINGS_ON_MS);
}
