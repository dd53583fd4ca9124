import { Faults } from './faults.ts';
import { Pull } from './pull.ts';
import { Queue } from './queue.ts';
import { TokenStore } from './tokens.ts';
import type { AppOptions, FakeOptions, Portal } from './types.ts';

/** One line of the request log: what came in, as tests want to assert it. */
export interface LogEntry {
  readonly at: number;
  readonly side: 'oauth' | 'rest' | 'stray';
  readonly memberId: string | null;
  readonly verb: string;
  readonly url: string;
  /** REST method in lower case; `oauth` at the token endpoint. */
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** true = a command inside a batch. */
  readonly batched: boolean;
  userId: number | null;
  clientId: string | null;
  status: number;
  error: string | null;
}

const LOG_LIMIT = 5000;

/** Everything the fake knows, handed to each part. */
export interface World {
  readonly options: FakeOptions;
  readonly scheme: 'http' | 'https';
  readonly overtimeLimit: number;
  readonly now: () => number;
  readonly advance: (ms: number) => void;
  readonly apps: Map<string, AppOptions>;
  readonly portals: Map<string, Portal>;
  readonly tokens: TokenStore;
  readonly faults: Faults;
  readonly pull: Pull;
  readonly queue: Queue;
  readonly log: LogEntry[];
  readonly note: (entry: LogEntry) => LogEntry;
  refreshes: Map<string, number>;
  paymentRequired: Set<string>;
}

export const createWorld = (options: FakeOptions, portals: Map<string, Portal>): World => {
  let offset = 0;
  const base = options.now ?? Date.now;
  const now = (): number => base() + offset;
  const log: LogEntry[] = [];
  return {
    options,
    scheme: options.scheme ?? 'http',
    overtimeLimit: options.overtimeLimit ?? 10,
    now,
    advance: (ms) => {
      offset += ms;
    },
    apps: new Map(options.apps.map((app) => [app.clientId, app])),
    portals,
    tokens: new TokenStore(),
    faults: new Faults(),
    pull: new Pull(),
    queue: new Queue(options.deliver ?? null, now),
    log,
    note: (entry) => {
      log.push(entry);
      if (log.length > LOG_LIMIT) log.splice(0, log.length - LOG_LIMIT);
      return entry;
    },
    refreshes: new Map(),
    paymentRequired: new Set(),
  };
};
