/**
 * Counts events in a sliding minute, each under a key and all together. In memory on purpose: it only has to slow a
 * guesser down, and an evicted object has no guesser.
 */
export class MinuteLimiter {
  #events: { readonly at: number; readonly key: string }[] = [];
  readonly #perKey: number;
  readonly #inAll: number;

  /** @param inAll limit over all keys; the same as for one key where it is left out */
  constructor(perKey: number, inAll = perKey) {
    this.#perKey = perKey;
    this.#inAll = inAll;
  }

  /** Whether a limit is reached for `key` at `now` (Unix ms). */
  isFull(now: number, key = ''): boolean {
    this.#events = this.#events.filter((event) => event.at > now - 60_000);
    if (this.#events.length >= this.#inAll) return true;
    return this.#events.filter((event) => event.key === key).length >= this.#perKey;
  }

  note(now: number, key = ''): void {
    this.#events.push({ at: now, key });
  }
}
