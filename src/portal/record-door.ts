import { type Failure, failure } from '../http/failure.ts';
import { err, ok, type Result } from '../http/result.ts';
import type { Parts } from './parts.ts';

/** Who wants to store a leg's record, as a ticket of ours said it. */
interface Claim {
  readonly session: string;
  readonly userId: number;
  readonly leg: string;
}

/**
 * Whether a person may store the record of a leg: with an open session, of a leg of their own that the ledger knows, in a
 * portal whose settings say that browsers record. Asked at the first piece, so a changed setting holds from the next call.
 *
 * @returns unauthorized, not_found (the leg may still be on its way here: ask again) or forbidden
 */
export function recordBegins(parts: Parts, claim: Claim, now: number): Result<true, Failure> {
  if (parts.sessions.find(claim.session, now)?.userId !== claim.userId)
    return err(failure('unauthorized', 'The ticket is revoked or ran out: open a new session.'));
  const leg = parts.ledger.leg(claim.leg);
  if (!leg) return err(failure('not_found', 'The ledger does not know this call yet.'));
  if (leg.userId !== claim.userId) return err(failure('forbidden', 'This call belongs to another employee.'));
  if (parts.portal.calls.recording !== 'browser')
    return err(failure('forbidden', 'This portal does not record calls in the browser.'));
  parts.records.begin(leg.leg, leg.callKey, 'browser', now);
  return ok(true);
}

/** No more of a leg's record is expected. It is handed on once the call is finished: Bitrix24 takes none before (fact 4.1). */
export function recordWhole(parts: Parts, leg: string, bytes: number, now: number): void {
  const record = parts.records.find(leg);
  if (!record) return;
  parts.records.setWhole(leg, bytes);
  const state = parts.ledger.call(record.callKey)?.state;
  if (state === 'finished' || state === 'recorded') parts.due.plan('record', record.callKey, now);
}
