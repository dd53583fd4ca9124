/**
 * Why a REST or OAuth call brought no result, sorted by what the caller can do about it:
 * - `expired`     the access token ran out: refresh and repeat
 * - `denied`      these tokens may not do it (not an admin, app removed, licence): somebody must act
 * - `limited`     too many calls: wait (`retryAt`, Unix ms, where the portal said until when)
 * - `unavailable` time-out, network, 5xx: repeat later; the call may have been performed
 * - `moved`       the portal answered 302: its address changed; a refresh tells the new one
 * - `refused`     the portal understood and says no: repeating is useless
 */
export type RestErrorKind = 'expired' | 'denied' | 'limited' | 'unavailable' | 'moved' | 'refused';

export interface RestError {
  readonly kind: RestErrorKind;
  /** Bitrix24's error code, or ours (`TIMEOUT`, `NETWORK`, `BAD_ANSWER`, `HTTP_<status>`). */
  readonly code: string;
  /** Bitrix24's description; holds no secret. */
  readonly message: string;
  readonly retryAt?: number;
}

const KINDS: Readonly<Record<string, RestErrorKind>> = {
  EXPIRED_TOKEN: 'expired',
  NO_AUTH_FOUND: 'denied',
  INVALID_TOKEN: 'denied',
  INVALID_CREDENTIALS: 'denied',
  USER_ACCESS_ERROR: 'denied',
  ACCESS_DENIED: 'denied',
  INSUFFICIENT_SCOPE: 'denied',
  INVALID_GRANT: 'denied',
  INVALID_CLIENT: 'denied',
  INVALID_SCOPE: 'denied',
  PAYMENT_REQUIRED: 'denied',
  PORTAL_DELETED: 'denied',
  WRONG_AUTH_TYPE: 'denied',
  APPLICATION_NOT_FOUND: 'denied',
  QUERY_LIMIT_EXCEEDED: 'limited',
  OVERLOAD_LIMIT: 'limited',
  OPERATION_TIME_LIMIT: 'limited',
  INTERNAL_SERVER_ERROR: 'unavailable',
  ERROR_UNEXPECTED_ANSWER: 'unavailable',
};

/** A portal's words are stored, shown and logged: longer ones are cut (characters). */
const LONGEST_CODE = 64;
const LONGEST_MESSAGE = 300;

/**
 * Sorts an error answer. The body's code decides and the HTTP status only fills in: Bitrix24's statuses differ between
 * versions (fact 4.3).
 */
export function classify(status: number, code: string, message: string, retryAt?: number): RestError {
  const known = KINDS[code.toUpperCase()];
  const byStatus: RestErrorKind =
    status === 429 || status === 503 ? 'limited' : status >= 500 ? 'unavailable' : 'refused';
  const kind = known ?? (code ? (status >= 500 ? byStatus : 'refused') : byStatus);
  return {
    kind,
    code: (code || `HTTP_${status}`).slice(0, LONGEST_CODE),
    message: message.slice(0, LONGEST_MESSAGE),
    ...(retryAt === undefined ? {} : { retryAt }),
  };
}
