import type { LegStats } from '../sip.ts';

/** Fifty packets: longer than any jitter, and less than ICE takes to notice, in ms. */
const DEAF_MS = 1000;

/**
 * Whether nothing arrives any more where sound is meant to flow both ways. ICE says so after some seconds only (RFC 7675: the
 * consent of the far end), and a socket that is found dead is a reason to ask sooner.
 */
export function isDeaf({ report, direction }: LegStats): boolean {
  let deaf = false;
  report.forEach((entry: { type?: unknown; timestamp?: number; lastPacketReceivedTimestamp?: number }) => {
    if (entry.type !== 'inbound-rtp' || direction !== 'sendrecv') return;
    // Where the browser does not say, or nothing has arrived yet, the comparison with `undefined` is no.
    deaf = Number(entry.timestamp) - Number(entry.lastPacketReceivedTimestamp) > DEAF_MS;
  });
  return deaf;
}
