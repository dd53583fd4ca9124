import { failure, failureResponse } from './failure.ts';

/**
 * Handler for a known path called with another method (RFC 9110 15.5.6).
 *
 * @example app.all('/events', wrongMethod('POST'));
 */
export const wrongMethod = (allow: string) => (): Response =>
  failureResponse(failure('method_not_allowed', `Use ${allow.replaceAll(', ', ' or ')}.`), { allow });
