import type { RestError } from '../bitrix24/errors.ts';
import { type Failure, failure } from '../http/failure.ts';
import type { DueOutcome } from './due.ts';

/** Denied tokens are tried again this often: somebody may have repaired them without our being told (ms). */
const DENIED_RETRY_MS = 10 * 60_000;

/**
 * Whether an error is worth another attempt, and when: `null` when repeating is useless.
 *
 * @param now Unix ms
 */
export function retryAfter(error: RestError, now: number): DueOutcome | null {
  switch (error.kind) {
    case 'refused':
      return null;
    case 'denied':
      return { at: now + DENIED_RETRY_MS };
    case 'limited':
      return error.retryAt && error.retryAt > now ? { at: error.retryAt } : 'retry';
    case 'expired':
    case 'moved':
    case 'unavailable':
      return 'retry';
  }
}

/** What a person is told when Bitrix24 did not confirm who they are. */
export const asFailure = (error: RestError): Failure =>
  error.kind === 'expired' || error.kind === 'denied' || error.kind === 'refused'
    ? failure('forbidden', 'The portal did not confirm this access token.')
    : failure('upstream', 'The portal could not be asked. Try again in a moment.');
