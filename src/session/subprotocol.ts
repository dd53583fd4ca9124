import { fromBase64 } from '../crypto/bytes.ts';
import { type Failure, failure } from '../http/failure.ts';
import { err, ok, type Result } from '../http/result.ts';

/** The only subprotocol that a 101 names. */
export const SUBPROTOCOL = 'b24phone.v1';

/**
 * Reads the ticket that a browser offers as a second subprotocol: a WebSocket cannot set headers, and a ticket in the
 * URL would be logged.
 *
 * @param header `b24phone.v1, t.<base64url of the ticket>`
 */
export function socketTicket(header: string | undefined): Result<string, Failure> {
  const offered = (header ?? '').split(',').map((part) => part.trim());
  if (!offered.includes(SUBPROTOCOL)) return err(failure('bad_request', `Offer the subprotocol ${SUBPROTOCOL}.`));
  const carried = offered.find((part) => part.startsWith('t.'));
  const bytes = carried ? fromBase64(carried.slice(2)) : null;
  if (!bytes) return err(failure('unauthorized', 'Offer the ticket as the subprotocol t.<base64url ticket>.'));
  return ok(new TextDecoder().decode(bytes));
}
