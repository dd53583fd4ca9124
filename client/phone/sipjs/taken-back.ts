import { type Session, SessionState } from 'sip.js';

/** How often to look, and for how long at most, in ms: a PBX that does not answer a CANCEL must not keep a transfer. */
const LOOK_MS = 50;
const LONGEST_MS = 2000;

/**
 * INVITEs that we have taken back and that are not over yet. A colleague whom a consultation still rings would be busy for
 * the customer who is handed over to them, so the REFER waits until the PBX has ended the consultation (487).
 */
export function takenBack(setTimeout: (callback: () => void, ms: number) => unknown) {
  const open = new Set<Session>();
  const whenNone = (go: () => void, left = LONGEST_MS): void => {
    if (open.size === 0 || left <= 0) go();
    else setTimeout(() => whenNone(go, left - LOOK_MS), LOOK_MS);
  };
  return {
    add: (session: Session): void => {
      open.add(session);
      session.stateChange.addListener((state) => {
        if (state === SessionState.Terminated) open.delete(session);
      });
    },
    /** Does it when there is none; what is taken back in the same turn counts. */
    whenNone: (go: () => void): void => queueMicrotask(() => whenNone(go)),
  };
}
