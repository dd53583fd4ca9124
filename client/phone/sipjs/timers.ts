import type { Session } from 'sip.js';

/** No interval is shorter (RFC 4028 4), in s. */
const MIN_SE_S = 90;

/** The option tag without which a PBX with required session timers answers 421. */
export const TIMER_TAG = 'timer';

interface Agreement {
  readonly seconds: number;
  readonly refresher: 'uac' | 'uas' | null;
}

function read(sessionExpires: string | undefined): Agreement | null {
  const [, seconds, rest = ''] = /^\s*(\d+)\s*(;.*)?$/.exec(sessionExpires ?? '') ?? [];
  if (seconds === undefined) return null;
  const refresher = /;\s*refresher\s*=\s*(ua[cs])\b/i.exec(rest)?.[1]?.toLowerCase() as 'uac' | 'uas' | undefined;
  return { seconds: Math.max(Number(seconds), MIN_SE_S), refresher: refresher ?? null };
}

/**
 * After how many seconds we have to refresh a session: half the interval (RFC 4028 10). null: no timer was agreed on, or
 * the PBX refreshes.
 * @param sessionExpires of the INVITE or of its 200
 * @param we our side in the INVITE that carried it, or that it answers
 * @example refreshAfterS('1800;refresher=uac', 'uac') // 900
 */
export function refreshAfterS(sessionExpires: string | undefined, we: 'uac' | 'uas'): number | null {
  const agreed = read(sessionExpires);
  return agreed?.refresher === we ? agreed.seconds / 2 : null;
}

/**
 * What our 200 says about the timer that an INVITE asks for: whoever asked refreshes, unless they want us to (RFC 4028 9).
 * @returns header lines, none where no timer is asked for
 */
export function timerAnswer(sessionExpires: string | undefined): string[] {
  const asked = read(sessionExpires);
  return asked ? [`Session-Expires: ${asked.seconds};refresher=${asked.refresher ?? 'uac'}`, 'Require: timer'] : [];
}

interface Invite {
  readonly message: { getHeader(name: string): string | undefined };
  accept(options?: { extraHeaders?: string[] }): unknown;
}

/** Puts that into the 200 to every re-INVITE: to SIP.js, a refresh is a re-INVITE like any other. */
export function agreeOnTimer(session: Session): void {
  const inner = session as unknown as { onInviteRequest(request: Invite): void };
  const usual = inner.onInviteRequest.bind(session);
  inner.onInviteRequest = (request) => {
    const accept = request.accept.bind(request);
    const timer = timerAnswer(request.message.getHeader('Session-Expires'));
    request.accept = (options = {}) =>
      accept({ ...options, extraHeaders: [...(options.extraHeaders ?? []), ...timer] });
    usual(request);
  };
}
