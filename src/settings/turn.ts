/** How long a made TURN credential lasts: a page stays open for a working day, and a call must not lose its relay. */
export const TURN_SECONDS = 24 * 60 * 60;

/**
 * Makes a time-limited TURN credential as coturn's `use-auth-secret` expects it (draft-uberti-behave-turn-rest-00
 * section 2.2): user name = expiry in Unix seconds and the employee, password = base64(HMAC-SHA-1(secret, user name)).
 *
 * @param now Unix ms
 */
export async function turnCredential(
  secret: string,
  userId: number,
  now: number,
): Promise<{ username: string; credential: string }> {
  const username = `${Math.floor(now / 1000) + TURN_SECONDS}:${userId}`;
  const encoder = new TextEncoder();
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), { name: 'HMAC', hash: 'SHA-1' }, false, [
    'sign',
  ]);
  const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(username)));
  return { username, credential: btoa(String.fromCharCode(...mac)) };
}
