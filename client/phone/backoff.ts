/** How long to wait before each attempt to connect again. */
export interface Backoff {
  /** Milliseconds before attempt `attempt` (0 is the first after a loss). */
  delayMs(attempt: number): number;
}

const TABLE_MS = [0, 500, 1000, 2000, 4000, 8000, 15_000, 30_000];

/** How many waits there are before they stop growing: a PBX that is there again is found within 8 to 23 s. */
export const PBX_WAITS = 7;

/**
 * Quick at first, since most losses are a network change or a deploy; spread from the second attempt on, since then
 * everybody who was connected comes back at once.
 * @param random 0 <= n < 1
 * @param waits of those that are known, up to the longest one
 */
export function backoff(random: () => number, waits = TABLE_MS.length): Backoff {
  return {
    delayMs: (attempt) => {
      const base = TABLE_MS[Math.min(attempt, waits - 1)] ?? 0;
      return attempt === 0 ? random() * 250 : base * (0.5 + random());
    },
  };
}
