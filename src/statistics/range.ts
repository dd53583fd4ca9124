import { type Failure, failure } from '../http/failure.ts';
import { err, ok, type Result } from '../http/result.ts';
import { dayOf } from './summary.ts';

const DAY_MS = 86_400_000;
/** The ledger keeps calls this many days; without `from` all of them are answered. */
export const KEPT_DAYS = 30;

const readDay = (name: string, text: string | undefined, fallback: number): Result<number, Failure> => {
  if (text === undefined || text === '') return ok(fallback);
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return Number.isNaN(at) || dayOf(at) !== text
    ? err(failure('bad_request', `${name}: write a day such as 2026-11-22.`))
    : ok(at);
};

/** Both days count; UTC. @returns [from, to) in Unix ms */
export function readRange(
  from: string | undefined,
  to: string | undefined,
  now: number,
): Result<{ from: number; to: number }, Failure> {
  const today = Date.parse(`${dayOf(now)}T00:00:00Z`);
  const last = readDay('to', to, today);
  if (!last.ok) return last;
  const first = readDay('from', from, today - KEPT_DAYS * DAY_MS);
  if (!first.ok) return first;
  if (first.value > last.value) return err(failure('bad_request', 'from: is later than to.'));
  return ok({ from: first.value, to: last.value + DAY_MS });
}
