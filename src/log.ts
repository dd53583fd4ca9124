/** Facts that may be logged. No field of this type may ever hold a token, key, ticket, password or phone number. */
export interface LogFields {
  readonly portal?: string;
  readonly userId?: number;
  readonly code?: string;
  readonly reason?: string;
  readonly kind?: string;
  readonly state?: string;
  readonly path?: string;
  readonly status?: number;
  readonly attempt?: number;
}

/**
 * One line of JSON for Workers Logs. Levels: error = a person must act; warn = it was handled, but should be rare;
 * info = a state changed (docs/logging.md).
 */
export function log(level: 'info' | 'warn' | 'error', event: string, fields: LogFields = {}): void {
  console[level](JSON.stringify({ event, ...fields }));
}

/** Text of a caught bug without its message: messages may quote data. */
export const bugName = (error: unknown): string => (error instanceof Error ? error.name : typeof error);
