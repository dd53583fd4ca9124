import { type Session, SessionState } from 'sip.js';

/** A request inside a dialog, as SIP.js's core hands it on. */
interface InDialogRequest {
  accept(options?: object): unknown;
  reject(options?: { statusCode: number }): unknown;
}

type Internals = Record<`on${'Bye' | 'Info' | 'Invite' | 'Notify'}Request`, (request: InDialogRequest) => unknown> & {
  stateTransition(state: SessionState): void;
};

const METHODS = ['Bye', 'Info', 'Invite', 'Notify'] as const;

/**
 * Answers what arrives while a 200 is still being worked on. SIP.js drops it without a word, so that a call that the far
 * end has ended within that moment would stand here for ever, and the far end would wait 32 s for an answer (RFC 3261
 * 17.1.2.2).
 */
export function answerEarly(session: Session): void {
  const inner = session as unknown as Internals;
  let gone = false;
  for (const method of METHODS) {
    const usual = inner[`on${method}Request`].bind(session);
    inner[`on${method}Request`] = (request) => {
      if (session.state !== SessionState.Establishing) return usual(request);
      if (method === 'Bye') gone = true;
      // A re-INVITE that comes too early is a collision: its sender tries again (RFC 3261 14.2).
      return method === 'Invite' ? request.reject({ statusCode: 491 }) : request.accept();
    };
  }
  session.stateChange.addListener((state) => {
    if (state === SessionState.Established && gone) inner.stateTransition(SessionState.Terminated);
  });
}
