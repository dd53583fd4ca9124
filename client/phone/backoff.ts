/** How long to wait before each attempt to connect again. */
export interface Backoff {
  /** Milliseconds before attempt `attempt` (0 is the first after a loss). */
  delayMs(attempt: number): number;
}

const TABLE_MS = [0, 500, 1000, 2000, 4000, 8000, 15_000, 30_000];

/**
 * Quick at first, since most losses are a network change or a deploy; spread from the second attempt on, since then
 * everybody who was connected comes back at once.
 * @param random 0 <= n < 1
 */
export function backoff(random: () => number): Backoff {
  return {
    delayMs: (attempt) => {
      const base = TABLE_MS[Math.min(attempt, TABLE_MS.length - 1)] ?? 0;
      return attempt === 0 ? random() * 250 : base * (0.5 + random());
    },
  };
}
