/** Failures on demand: the next N calls of a method end badly in a chosen way. */

export type FaultKind =
  /** A REST or OAuth error in the documented shape; nothing is performed. */
  | 'error'
  /** Performed, but the answer never arrives: the connection breaks. */
  | 'lost'
  /** Performed, but what arrives is a proxy's HTML page. */
  | 'garbled'
  /** Not performed and not answered until `releaseHangs`; then a 504 page. */
  | 'hang'
  /** Not performed: the connection breaks. */
  | 'reset'
  /** Not performed: a proxy's HTML page. */
  | 'page'
  /** Performed twice, as a proxy does that repeats a request; what arrives is the second answer. */
  | 'duplicate'
  /** Performed, and answered a second late. */
  | 'slow';

export interface FaultOptions {
  /** REST method in any case, `oauth` for the token endpoint, `*` for every REST method. */
  readonly method: string;
  readonly kind?: FaultKind;
  /** How many calls; default 1. */
  readonly times?: number;
  readonly memberId?: string;
  readonly error?: string;
  readonly description?: string;
  readonly status?: number;
}

export interface Fault extends Required<Omit<FaultOptions, 'memberId'>> {
  readonly memberId: string | null;
  left: number;
}

/** The answer was dropped on purpose. A server turns it into a closed socket. */
export class LostAnswer extends Error {
  constructor() {
    super('the fake dropped this answer on purpose');
    this.name = 'LostAnswer';
  }
}

const DEFAULT_STATUS: Readonly<Record<FaultKind, number>> = {
  error: 500,
  lost: 0,
  garbled: 502,
  hang: 504,
  reset: 0,
  page: 500,
  duplicate: 200,
  slow: 200,
};

/** How late a slow answer is (ms). */
export const SLOW_MS = 1000;

export class Faults {
  readonly #list: Fault[] = [];
  readonly #hanging = new Set<() => void>();

  add(options: FaultOptions): void {
    const kind = options.kind ?? 'error';
    const times = options.times ?? 1;
    this.#list.push({
      method: options.method.toLowerCase(),
      kind,
      times,
      left: times,
      memberId: options.memberId ?? null,
      error: options.error ?? 'INTERNAL_SERVER_ERROR',
      description: options.description ?? 'Internal server error',
      status: options.status ?? DEFAULT_STATUS[kind],
    });
  }

  clear(): void {
    this.#list.length = 0;
    this.release();
  }

  /** Lets every hanging call end. */
  release(): void {
    for (const go of this.#hanging) go();
    this.#hanging.clear();
  }

  get hanging(): number {
    return this.#hanging.size;
  }

  list(): readonly Fault[] {
    return this.#list;
  }

  /** The fault that this call meets, if any; uses one of its times up. */
  meet(method: string, memberId: string | null): Fault | null {
    const index = this.#list.findIndex(
      (fault) =>
        (fault.method === method || (fault.method === '*' && method !== 'oauth')) &&
        (fault.memberId === null || fault.memberId === memberId),
    );
    const fault = this.#list[index];
    if (fault === undefined) return null;
    fault.left -= 1;
    if (fault.left <= 0) this.#list.splice(index, 1);
    return fault;
  }

  async hang(): Promise<void> {
    await new Promise<void>((resolve) => this.#hanging.add(resolve));
  }
}
