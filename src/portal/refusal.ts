import type { ObjectMessage } from '../protocol/frame.ts';

const REFUSALS: Readonly<Record<string, string>> = {
  not_yours: 'This call belongs to another employee.',
  over: 'This call is over.',
  too_many: 'You have too many calls at once.',
  unknown_leg: 'The ledger does not know this call.',
};

/**
 * The answer to a message of a frame that is not done.
 *
 * @param id of the message
 * @param message for people; by default the one of the code
 */
export const refusal = (id: string, error: string, message?: string): ObjectMessage => ({
  t: 'refused',
  id,
  error,
  message: message ?? REFUSALS[error] ?? 'The call was refused.',
});
