import { type Session, SessionState } from 'sip.js';

/** A request inside a dialog, as SIP.js's core hands it on. */
interface InDialogRequest {
  accept(options?: object): unknown;
  reject(options?: { statusCode: number }): unknown;
}

type Internals = Record<`on${'Bye' | 'Info' | 'Invite' | 'Notify'}Request`, (request: InDialogRequest) => unknown> & {
  stateTransition(state: SessionState): void;
  /** A re-INVITE of ours, from the making of its offer until its answer is carried out. */
  readonly pendingReinvite: boolean;
  readonly dialog?: { readonly reinviteUserAgentServer?: unknown };
};

const METHODS = ['Bye', 'Info', 'Invite', 'Notify'] as const;

/**
 * Answers what arrives while a 200 is still being worked on. SIP.js drops it without a word, so that a call that the far
 * end has ended within that moment would stand here for ever, and the far end would wait 32 s for an answer (RFC 3261
 * 17.1.2.2).
 *
 * A re-INVITE that arrives while we make an offer of our own is a collision as well, though ours is not on the wire yet:
 * SIP.js would work on both with one connection, and end the call because either fails.
 */
export function answerEarly(session: Session): void {
  const inner = session as unknown as Internals;
  let gone = false;
  for (const method of METHODS) {
    const usual = inner[`on${method}Request`].bind(session);
    inner[`on${method}Request`] = (request) => {
      const crossed = method === 'Invite' && inner.pendingReinvite;
      if (session.state !== SessionState.Establishing && !crossed) return usual(request);
      if (method === 'Bye') gone = true;
      // A re-INVITE that comes too early is a collision: its sender tries again (RFC 3261 14.2).
      return method === 'Invite' ? request.reject({ statusCode: 491 }) : request.accept();
    };
  }
  session.stateChange.addListener((state) => {
    if (state === SessionState.Established && gone) inner.stateTransition(SessionState.Terminated);
  });
}

/** Whether a re-INVITE of the far end is being worked on, which one of ours would get into. */
export const theirsRuns = (session: Session): boolean =>
  (session as unknown as Internals).dialog?.reinviteUserAgentServer !== undefined;
