import type { Session } from '../../src/protocol/frame.ts';

/** Why there is no session: `denied` is for good, `unreachable` may pass. */
export type SessionRefusal = 'denied' | 'unreachable';

/**
 * Asks the service for a session (`POST /api/session`). The portal's token proves who we are; nothing else is sent.
 * A 4xx other than 429 says that asking again with this token is useless.
 */
export async function openSession(
  fetcher: typeof fetch,
  authId: string | undefined,
  memberId: string | undefined,
): Promise<Session | SessionRefusal> {
  try {
    const response = await fetcher('/api/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ AUTH_ID: authId, member_id: memberId }),
    });
    const { ok, status } = response;
    if (ok) return (await response.json()) as Session;
    return status >= 500 || status === 429 ? 'unreachable' : 'denied';
  } catch {
    return 'unreachable';
  }
}

/** TURN credentials live a day, and nobody has asked the portal since; ms. */
const OLDEST_MS = 12 * 3_600_000;

/**
 * Whether a session that another page left may be gone on with: it is younger than the settings, and half a day at most.
 * @param settingsAt when an admin last saved the settings, Unix ms
 */
export function isOfUse({ at = 0 }: Session, settingsAt: number, now: number): boolean {
  return at > settingsAt && now - at < OLDEST_MS;
}

/** Waiting times before asking again, in ms: doubled up to a minute, spread so that a whole portal doesn't come at once. */
export function sessionRetryMs(attempt: number, random: number): number {
  return Math.min(1000 * 2 ** attempt, 60_000) * (0.5 + random);
}
