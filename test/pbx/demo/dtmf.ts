/**
 * Digits that a phone sends during a call: telephone events in RTP (RFC 4733) or INFO bodies. Pure.
 */
const KEYS = '0123456789*#ABCD';

/** The key of a telephone event, 0 to 15 (RFC 4733 table 7); undefined for tones that are no key. */
export function keyOf(event: number): string | undefined {
  return KEYS[event];
}

/**
 * Reads telephone events: one key press is many packets with one RTP timestamp, three of them marked as its end
 * (RFC 4733 2.5.1.4), so a key counts once per timestamp.
 */
export function createEventReader(): (payload: Uint8Array, timestamp: number) => string | undefined {
  let last: number | undefined;
  return (payload, timestamp) => {
    const event = payload[0];
    if (payload.length < 4 || event === undefined || timestamp === last) return undefined;
    last = timestamp;
    return keyOf(event);
  };
}

/** The key in an INFO body: `application/dtmf-relay` (`Signal=5`) or `application/dtmf` (`5`). */
export function keyOfInfo(contentType: string | undefined, body: string): string | undefined {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  const key =
    type === 'application/dtmf-relay'
      ? /^\s*signal\s*=\s*([0-9a-d*#])\s*$/im.exec(body)?.[1]
      : type === 'application/dtmf'
        ? /^\s*([0-9a-d*#])\s*$/i.exec(body)?.[1]
        : undefined;
  return key?.toUpperCase();
}
