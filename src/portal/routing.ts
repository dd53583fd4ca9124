import { type Failure, failure } from '../http/failure.ts';
import { err, ok, type Result } from '../http/result.ts';
import { isExtension, matchable } from '../numbers/match.ts';
import { isComingBack } from '../route/back.ts';
import type { CrmMatch } from './customers.ts';
import type { Parts } from './parts.ts';
import type { PhoneFacts } from './standings.ts';

/** Callers a minute that the PBX may ask about: ten a second, more than one PBX of one company gets. */
export const ROUTED_PER_MINUTE = 600;
const TOO_MANY = failure('rate_limited', 'Too many look-ups. Ring whom you would ring without them.');

/** A caller hears nothing while the PBX asks: a CRM that is slower than this has no say (ms). */
const PATIENCE_MS = 1500;

/** What the portal's object knows about a caller and about who could take the call. */
export interface RouteFacts {
  readonly number: string;
  readonly match: CrmMatch | null | 'unavailable';
  readonly phones: readonly PhoneFacts[];
  /** Whose page is just loading, with no call that it would go on with. */
  readonly returning: readonly number[];
}

async function within<T>(work: Promise<T>, ms: number): Promise<T | null> {
  let timer: number | null = null;
  const late = new Promise<null>((give) => {
    timer = setTimeout(() => give(null), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

const readMatch = (found: Result<CrmMatch | null, { kind: string }> | null): CrmMatch | null | 'unavailable' => {
  if (found?.ok) return found.value;
  // A number that Bitrix24 does not take is nobody's.
  return found?.error.kind === 'refused' ? null : 'unavailable';
};

/** Asks the CRM who is responsible for a caller, and says how every phone stands. Answers within about 1.5 s. */
export async function routeFacts(parts: Parts, caller: string, now: number): Promise<Result<RouteFacts, Failure>> {
  if (parts.routed.isFull(now)) return err(TOO_MANY);
  parts.routed.note(now);
  const { calls } = parts.rules();
  const number = matchable(caller, calls);
  const isAskable = /\d/.test(number) && !isExtension(number, calls);
  const match = isAskable ? readMatch(await within(parts.customers.match(number, now), PATIENCE_MS)) : null;
  const at = Date.now();
  const returning = parts.standings.returning(at).filter((user) => parts.ledger.liveLegsOfUser(user).length === 0);
  return ok({ number, match, phones: parts.standings.phones(at), returning });
}

/** Whether a person whom the PBX could not ring is on their way back from one page to the next. */
export function comingBack(parts: Parts, userId: number, now: number): Result<boolean, Failure> {
  if (parts.routed.isFull(now)) return err(TOO_MANY);
  parts.routed.note(now);
  return ok(isComingBack(parts.standings.whereabouts(userId), now));
}
