/**
 * Counts events in a sliding minute. In memory on purpose: it only has to slow a guesser down, and an evicted object
 * has no guesser.
 */
export class MinuteLimiter {
  #times: number[] = [];
  readonly #perMinute: number;

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** Whether the limit is reached at `now` (Unix ms). */
  isFull(now: number): boolean {
    this.#times = this.#times.filter((at) => at > now - 60_000);
    return this.#times.length >= this.#perMinute;
  }

  note(now: number): void {
    this.#times.push(now);
  }
}
