/** Seconds between attempts: 1, 2, 4 ... capped at ten minutes, so an outage of hours ends within minutes of its end. */
const LONGEST_S = 600;

/**
 * When to try again.
 *
 * @param attempt attempts made so far, 0 = none
 * @param random 0 <= random < 1; spreads portals that failed together over +-25 %
 * @returns ms from now
 */
export function backoffMs(attempt: number, random: number): number {
  const seconds = Math.min(LONGEST_S, 2 ** Math.min(attempt, 20));
  return Math.round(seconds * 1000 * (0.75 + random / 2));
}
