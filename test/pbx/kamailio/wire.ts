/** A SIP message that passed the proxy; answers are told once they come back. */
export interface WireEvent {
  /** Method of a request; of an answer its status and the method, e.g. `202 REFER`. */
  readonly what: string;
  /** User part of From. In a dialog that is who began it or who answered, by who sent the message. */
  readonly from: string;
  /** User part of the request's address, or of an answer's To. */
  readonly to: string;
  readonly callId: string;
  readonly referTo: string;
  readonly replaces: string;
  /** What an INVITE offers (`sendrecv`, `sendonly`, `recvonly`, `inactive`), the status line in a NOTIFY, else empty. */
  readonly body: string;
}

/** Kamailio writes an absent value like this. */
const plain = (value = '') => (value === '<null>' ? '' : value);

/**
 * Reads a line of the proxy's log; null for one that tells of no message.
 * @example readWire('... <script>: WIRE|BYE|1001|1002|abc@host||||') // { what: 'BYE', from: '1001', ... }
 */
export function readWire(line: string): WireEvent | null {
  const found = /WIRE\|([^\r\n]*)/.exec(line);
  if (!found) return null;
  const [what, from, to, callId, referTo, replaces, body] = (found[1] ?? '').split('|').map(plain);
  return {
    what: what ?? '',
    from: from ?? '',
    to: to ?? '',
    callId: callId ?? '',
    referTo: referTo ?? '',
    replaces: replaces ?? '',
    body: body?.trim() ?? '',
  };
}
