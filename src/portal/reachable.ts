/**
 * A phone that was not heard for so long is not there (ms). A page in the background may run its timers once a minute, so one
 * that lives asks at least that often; this leaves it 40 s to be late in. A second minute would ring phones that nobody has.
 */
export const SILENT_MS = 100_000;

/**
 * When a socket's page was last heard, Unix ms.
 *
 * @param messageAt its last message, or its handshake
 * @param pingAt its last `ping`, which the runtime answered while the object slept; null = none yet
 */
export const lastHeard = (messageAt: number, pingAt: number | null): number => Math.max(messageAt, pingAt ?? 0);

/** Whether a page that was last heard then is frozen, asleep or behind a half-open socket. */
export const isSilent = (heardAt: number, now: number): boolean => now - heardAt > SILENT_MS;

/**
 * When the next of these pages could have become silent, Unix ms; null = there is none to listen for.
 *
 * @example nextSilence([1000, 21_000]) // 101_001
 */
export const nextSilence = (heardAt: readonly number[]): number | null =>
  heardAt.length === 0 ? null : Math.min(...heardAt) + SILENT_MS + 1;
