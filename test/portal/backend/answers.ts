/** The shapes in which REST and OAuth answer, and the errors that more than one method gives. */

export interface Failure {
  readonly ok: false;
  readonly error: string;
  readonly description: string;
  readonly status: number;
  readonly extra?: Readonly<Record<string, unknown>>;
}

export interface Success {
  readonly ok: true;
  readonly result: unknown;
  /** Row count and next offset of list methods. */
  readonly total?: number;
  readonly next?: number;
}

export type Answer = Success | Failure;

export const ok = (result: unknown): Success => ({ ok: true, result });

export const fail = (error: string, description: string, status = 400, extra?: Record<string, unknown>): Failure =>
  extra === undefined ? { ok: false, error, description, status } : { ok: false, error, description, status, extra };

/** ERROR_CORE is what a thrown PHP message becomes; only its description tells which (fact 4.1). */
export const coreError = (description: string): Failure => fail('ERROR_CORE', description);

export const accessDenied = (): Failure => fail('ACCESS_DENIED', 'Access denied!', 403);

export const json = (body: unknown, status = 200): Response =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
  });

/** ISO 8601 with an offset, as PHP's date('c') prints it (UTC here). */
export const isoSeconds = (ms: number): string => new Date(ms).toISOString().replace(/\.\d{3}Z$/, '+00:00');

/** The `time` block of every REST answer (fact 6); seconds. */
export const timeBlock = (
  startMs: number,
  endMs: number,
  operating: number,
  operatingResetAt: number,
): Record<string, unknown> => ({
  start: startMs / 1000,
  finish: endMs / 1000,
  duration: (endMs - startMs) / 1000,
  processing: (endMs - startMs) / 1000,
  date_start: isoSeconds(startMs),
  date_finish: isoSeconds(endMs),
  operating_reset_at: operatingResetAt,
  operating,
});
