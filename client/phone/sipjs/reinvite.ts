/**
 * One re-INVITE at a time, repeated after a collision. SIP.js refuses a second one while the first is under way, and
 * leaves a 491 to us.
 */

/**
 * How long to wait after 491 Request Pending before the same re-INVITE is sent again (RFC 3261 14.1): whoever owns the
 * Call-ID 2.1-4 s, the other side 0-2 s, in units of 10 ms; so the two don't meet again.
 * @param random 0 <= n < 1
 */
export function glareDelayMs(ownsCallId: boolean, random: number): number {
  const units = ownsCallId ? 210 + Math.floor(random * 191) : Math.floor(random * 201);
  return units * 10;
}

const REQUEST_PENDING = 491;
const ATTEMPTS = 4;

export interface ReinviteDeps {
  readonly ownsCallId: boolean;
  random(): number;
  setTimeout(callback: () => void, ms: number): unknown;
}

/**
 * A queue for re-INVITEs of one leg.
 * @returns a function that adds one; it resolves with the final SIP status, 0 when the request could not be sent
 */
export function reinviteQueue(deps: ReinviteDeps): (send: () => Promise<number>) => Promise<number> {
  let tail: Promise<unknown> = Promise.resolve();
  const attempt = async (send: () => Promise<number>): Promise<number> => {
    let status = 0;
    for (let count = 0; count < ATTEMPTS; count++) {
      status = await send().catch(() => 0);
      if (status !== REQUEST_PENDING) return status;
      await new Promise<void>((done) => void deps.setTimeout(done, glareDelayMs(deps.ownsCallId, deps.random())));
    }
    return status;
  };
  return (send) => {
    const result = tail.then(() => attempt(send));
    tail = result;
    return result;
  };
}
