/** Why a request was not served. The HTTP status follows from the reason, here and nowhere else. */
export type FailureReason = keyof typeof STATUS;

export interface Failure {
  readonly reason: FailureReason;
  /** One sentence for a person: what happened and, where there is something to do, what to do. Never a secret. */
  readonly message: string;
}

const STATUS = {
  bad_request: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  too_large: 413,
  unsupported: 415,
  rate_limited: 429,
  upstream: 502,
  configuration: 503,
} as const;

export const failure = (reason: FailureReason, message: string): Failure => ({ reason, message });

/** HTTP status of a failure, 400-503. */
export const failureStatus = (f: Failure): number => STATUS[f.reason];

/**
 * The one place where a failure becomes a wire answer: `{error, message}` with the reason's status.
 *
 * @example return failureResponse(failure('forbidden', 'This portal is not installed.'));
 */
export function failureResponse(f: Failure, headers: Record<string, string> = {}): Response {
  return Response.json(
    { error: f.reason, message: f.message },
    { status: STATUS[f.reason], headers: { 'cache-control': 'no-store', ...headers } },
  );
}
