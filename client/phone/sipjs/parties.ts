/** Headers of a SIP message, as SIP.js gives them. */
export interface Headers {
  getHeader(name: string): string | undefined;
}

/** The user part of the first SIP or tel URI in a header; '' where there is none. */
export function userOf(header: string | undefined): string {
  const user = /(?:sips?|tel):([^@;>\s]+)(?:@|[;>]|$)/i.exec(header ?? '')?.[1] ?? '';
  try {
    return decodeURIComponent(user);
  } catch {
    return user;
  }
}

/**
 * Our number that was dialled: P-Called-Party-ID (RFC 7315 4.2) where the PBX sends it, else the number that the call was
 * diverted from (RFC 5806). The To header names the account and not the line.
 */
export function calledLine(message: Headers): string {
  return userOf(message.getHeader('P-Called-Party-ID')) || userOf(message.getHeader('Diversion'));
}

/** The object takes names of legs up to 256 characters. */
const CALL_ID_CHARS = 155;
const BRANCH_CHARS = 100;

/**
 * Our name for a leg that came in: its SIP Call-ID and, behind a `;` (which no Call-ID holds), the branch that it came by.
 * A proxy that forks rings several agents with one Call-ID, one agent again with the same, and a call between two agents
 * has it at both ends; a branch is unique in space and time (RFC 3261 8.1.1.7).
 */
export const incomingLegName = (callId: string, branch: string): string =>
  `${callId.slice(0, CALL_ID_CHARS)};${branch.slice(-BRANCH_CHARS)}`;

/** What may stand as the user part of a SIP URI, from a number as people write it; '' for text that no URI can hold. */
export function dialString(number: string): string {
  const plain = number.trim();
  if (/^[+\d\s().\-/*#]+$/.test(plain)) return plain.replace(/[\s().\-/]/g, '');
  try {
    return encodeURIComponent(plain);
  } catch {
    return '';
  }
}

/** Whether a CANCEL says that somebody else has the call (RFC 3326: `SIP;cause=200`). */
export function answeredElsewhere(reason: string | undefined): boolean {
  return /SIP\s*;[^,]*cause=200\b/i.test(reason ?? '');
}

/**
 * Whether the PBX wants the call answered at once: `answer-after=0` in Call-Info (RFC 3261 20.9 leaves its parameters to
 * the makers; this one is what PBXs send), or "auto answer" in Alert-Info, spelled as each maker likes.
 */
export function wantsAutoAnswer(message: Headers): boolean {
  return (
    /;\s*answer-after\s*=\s*0\b/i.test(message.getHeader('Call-Info') ?? '') ||
    /auto[\s_-]?answer/i.test(message.getHeader('Alert-Info') ?? '')
  );
}

/** The Q.850 cause of a refusal, where a Reason header gives it (RFC 3326). */
export function q850Cause(reason: string | undefined): number | undefined {
  const cause = /Q\.850\s*;[^,]*\bcause=(\d+)/i.exec(reason ?? '')?.[1];
  return cause === undefined ? undefined : Number(cause);
}
