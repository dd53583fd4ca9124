import type { Network } from './network.ts';

/** How long one more candidate may take after the first, in ms: a computer's own addresses come within a few. */
const HOST_GRACE_MS = 10;
/** No INVITE waits longer than this for a better candidate, in ms. */
const CAP_MS = 1000;
/**
 * No INVITE waits longer than this for its only candidate, in ms: behind a firewall that is the relay's, which costs
 * four round trips by TCP.
 */
export const GATHERING_LIMIT_MS = 5000;

/**
 * When an offer may be sent although gathering goes on: SIP.js would wait for its end, or 5 s.
 *
 * A reflexive or relayed candidate is enough at once. After a host candidate only a moment is granted, even where servers
 * are configured, because one of them may be dead: the PBX sees the address that our checks come from (RFC 8445 7.3.1.3)
 * and needs no candidate for it. Only a network that is known to let nothing but a relay through waits for its relay.
 * @param relayOnly whether it is known
 * @returns ms to wait from this candidate on, or null to go on waiting
 */
export function sendAfterMs(candidate: string, relayOnly: boolean): number | null {
  const type = / typ (\w+)/.exec(candidate)?.[1];
  if (type === 'relay') return 0;
  if (relayOnly) return null;
  if (type === 'srflx') return 0;
  return type === 'host' ? HOST_GRACE_MS : null;
}

/**
 * An address that a PBX sends sound to. None listens for ICE over TCP (RFC 6544), and an offer with nothing else, as a browser
 * makes while the network changes, carries `c=0.0.0.0`: that is hold to a PBX (RFC 3264 8.4).
 */
const USABLE = /candidate:\S+ \d udp/i;

/** An offer or answer without any address: whoever got it could never be heard. */
export class NoPath extends Error {}

/** A TURN server's answers to credentials that are wrong or have expired (RFC 8656 5, 18.1): not allowed, or a stale nonce. */
const REFUSALS = new Set([401, 403, 438, 441]);

/** The part of SIP.js's SessionDescriptionHandler that gathers. */
export interface Gatherer {
  peerConnectionDelegate: unknown;
  iceGatheringComplete(): void;
  getDescription(...given: never[]): Promise<{ readonly body: string }>;
}

export interface GatherDeps {
  readonly network: Network;
  setTimeout(callback: () => void, ms: number): unknown;
  /** The far end's sound. */
  track(event: RTCTrackEvent): void;
  /** iceConnectionState has changed. */
  changed(): void;
  /** Nothing was found that could be sent. */
  lost(relayRefused: boolean): void;
}

/**
 * Makes a handler send early, and send nothing that has no usable candidate in it: SIP.js does not notice that a TURN server has
 * refused us, and dials a call that nobody can hear.
 */
export function gatherEarly(handler: Gatherer, deps: GatherDeps): void {
  let refused = false;
  let found = false;
  const enough = () => handler.iceGatheringComplete();
  const original = handler.getDescription.bind(handler);
  handler.getDescription = async (...given) => {
    refused = found = false;
    deps.setTimeout(() => found && enough(), CAP_MS);
    const description = await original(...given);
    if (USABLE.test(description.body)) return description;
    deps.lost(refused);
    throw new NoPath(refused ? 'the TURN server refuses the credentials' : 'no candidate was found');
  };
  handler.peerConnectionDelegate = {
    onicecandidate: ({ candidate }: RTCPeerConnectionIceEvent) => {
      if (!candidate || !USABLE.test(candidate.candidate)) return;
      found = true;
      const wait = sendAfterMs(candidate.candidate, deps.network.relayOnly());
      if (wait !== null) deps.setTimeout(enough, wait);
    },
    onicecandidateerror: ({ errorCode }: RTCPeerConnectionIceErrorEvent) => {
      refused ||= REFUSALS.has(errorCode);
    },
    oniceconnectionstatechange: deps.changed,
    ontrack: deps.track,
  };
}
