import { encodeForm } from './forms.ts';
import type { Deliver } from './types.ts';

/** One request of the vendor's queue server to the app. It is sent once: there are no retries (fact 5.2, 1.6). */
export interface Delivery {
  readonly id: number;
  readonly at: number;
  readonly memberId: string;
  readonly kind: string;
  readonly url: string;
  readonly contentType: 'application/x-www-form-urlencoded';
  readonly body: string;
  /** HTTP status of the answer; null while unsent or when nobody answered. */
  status: number | null;
  error: string | null;
}

/** The event queue: form-urlencoded, one attempt, in order of being queued. */
export class Queue {
  readonly #deliver: Deliver | null;
  readonly #now: () => number;
  readonly #all: Delivery[] = [];
  readonly #waiting: Delivery[] = [];
  readonly #running = new Set<Promise<void>>();
  /** true = deliveries are lost on the way, as a queue without retries loses them. */
  lossy = false;

  constructor(deliver: Deliver | null, now: () => number) {
    this.#deliver = deliver;
    this.#now = now;
  }

  push(memberId: string, kind: string, url: string, data: Record<string, unknown>): void {
    const item: Delivery = {
      id: this.#all.length + 1,
      at: this.#now(),
      memberId,
      kind,
      url,
      contentType: 'application/x-www-form-urlencoded',
      body: encodeForm(data),
      status: null,
      error: null,
    };
    this.#all.push(item);
    if (this.lossy) {
      item.error = 'lost';
      return;
    }
    if (this.#deliver === null) this.#waiting.push(item);
    else this.#send(this.#deliver, item);
  }

  /** Everything that was ever queued, sent or not. */
  all(): readonly Delivery[] {
    return this.#all;
  }

  /** Hands over what waits for a test to deliver it. */
  take(): Delivery[] {
    return this.#waiting.splice(0);
  }

  /** Resolves when nothing is on the way any more. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #send(deliver: Deliver, item: Delivery): void {
    const run = deliver(item.url, {
      method: 'POST',
      headers: { 'content-type': item.contentType },
      body: item.body,
      redirect: 'manual',
    })
      .then((answer) => {
        item.status = answer.status;
      })
      .catch((cause: unknown) => {
        item.error = cause instanceof Error ? cause.message : String(cause);
      })
      .finally(() => this.#running.delete(run));
    this.#running.add(run);
  }
}
