/** How long one more candidate may take after the first, in ms: a laptop's host candidates come within a few. */
const HOST_GRACE_MS = 20;
/**
 * The same where a STUN or TURN server that is near could still add one. Not longer: everybody with a dead server would
 * wait it out at each call (docs/benchmarks.md: click -> INVITE).
 */
const SERVER_GRACE_MS = 30;
/** No INVITE waits longer than this for candidates, in ms. */
export const GATHERING_CAP_MS = 1000;

/**
 * When an offer may be sent although gathering goes on: SIP.js would wait for its end, or 5 s.
 *
 * A reflexive or relayed candidate is enough at once. After a host candidate only a moment is granted, even where servers
 * are configured, because one of them may be dead: the PBX sees the address that our checks come from (RFC 8445 7.3.1.3)
 * and needs no candidate for it. What a relay alone can reach still works, as our side goes on gathering and checking.
 * @returns ms to wait from this candidate on, or null to go on waiting
 */
export function sendAfterMs(candidate: string, servers: number): number | null {
  const type = / typ (\w+)/.exec(candidate)?.[1];
  if (type === 'srflx' || type === 'relay') return 0;
  if (type === 'host') return servers > 0 ? SERVER_GRACE_MS : HOST_GRACE_MS;
  return null;
}

/** The part of SIP.js's SessionDescriptionHandler that ends its waiting. */
export interface Gatherer {
  peerConnectionDelegate: unknown;
  iceGatheringComplete(): void;
}

/**
 * Makes a handler send early.
 * @param ontrack receives the far end's sound
 */
export function sendEarly(
  handler: Gatherer,
  servers: number,
  timers: { setTimeout(callback: () => void, ms: number): unknown },
  ontrack: (event: RTCTrackEvent) => void,
): void {
  handler.peerConnectionDelegate = {
    onicecandidate: (event: RTCPeerConnectionIceEvent) => {
      const wait = event.candidate && sendAfterMs(event.candidate.candidate, servers);
      if (typeof wait === 'number') timers.setTimeout(() => handler.iceGatheringComplete(), wait);
    },
    ontrack,
  };
}
