import type { PullMessage } from './types.ts';

export interface PullEvent {
  readonly memberId: string;
  readonly userId: number;
  readonly message: PullMessage;
}

export type PullListener = (event: PullEvent) => void;

/** The channel from the portal to its pages: each page of a person gets each message, at the same time. */
export class Pull {
  readonly #listeners = new Set<PullListener>();

  listen(listener: PullListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  send(memberId: string, userId: number, message: PullMessage): void {
    for (const listener of this.#listeners) listener({ memberId, userId, message });
  }
}
