import type { World } from '../harness/world.ts';
import type { FaultOptions } from '../portal/backend/index.ts';
import type { Agent } from './agent.ts';
import type { Random } from './random.ts';

/** What strikes the whole request, and what one command in it. */
const REQUEST_FAULTS: readonly [Omit<FaultOptions, 'method'>, ...Omit<FaultOptions, 'method'>[]] = [
  { kind: 'lost' },
  { kind: 'lost' },
  { kind: 'garbled' },
  { kind: 'duplicate' },
  { kind: 'duplicate' },
  { kind: 'slow' },
  { kind: 'reset' },
  { kind: 'page' },
  { kind: 'hang' },
  { kind: 'error', error: 'QUERY_LIMIT_EXCEEDED', status: 503 },
  { kind: 'error', error: 'INTERNAL_SERVER_ERROR', status: 500 },
  { kind: 'error', error: 'OVERLOAD_LIMIT', status: 503 },
  { kind: 'error', error: 'OPERATION_TIME_LIMIT', status: 429 },
];
const COMMANDS = [
  'telephony.externalcall.register',
  'telephony.externalcall.finish',
  'telephony.externalcall.show',
  'telephony.externalcall.hide',
] as const;

export type Calamity =
  | 'request fault'
  | 'command fault'
  | 'outage'
  | 'restart'
  | 'sockets lost'
  | 'token expired'
  | 'portal clock jump';

/** How often each of them strikes. */
const SHARES: readonly (readonly [number, Calamity])[] = [
  [60, 'request fault'],
  [14, 'command fault'],
  [3, 'outage'],
  [1, 'restart'],
  [14, 'sockets lost'],
  [3, 'token expired'],
  [1, 'portal clock jump'],
];

/** The jumps of a run stay within Bitrix24's 30 minutes of de-duplication: docs/ledger.md says what happens after them. */
const JUMP_S = 240;
/**
 * A restart of workerd takes every object's memory and every socket, in whatever step and in the middle of requests: the
 * hardest of evictions. It takes seconds, in which nothing else can break.
 */
const AT_MOST: ReadonlyMap<Calamity, number> = new Map([
  ['portal clock jump', 5],
  ['restart', 2],
]);

/** Breaks things, and counts what it broke. */
export class Chaos {
  readonly struck = new Map<Calamity, number>();
  readonly #world: World;
  readonly #agents: readonly Agent[];
  readonly #random: Random;

  constructor(world: World, agents: readonly Agent[], random: Random) {
    this.#world = world;
    this.#agents = agents;
    this.#random = random;
  }

  async strike(): Promise<void> {
    const calamity = this.#choose();
    if ((this.struck.get(calamity) ?? 0) >= (AT_MOST.get(calamity) ?? Number.POSITIVE_INFINITY)) return;
    this.struck.set(calamity, (this.struck.get(calamity) ?? 0) + 1);
    await this.#do(calamity);
  }

  #choose(): Calamity {
    let left = this.#random.next() * SHARES.reduce((sum, [share]) => sum + share, 0);
    for (const [share, calamity] of SHARES) {
      left -= share;
      if (left < 0) return calamity;
    }
    return 'request fault';
  }

  async #do(calamity: Calamity): Promise<void> {
    const { fake, worker, portals, proxy } = this.#world;
    const { memberId } = this.#random.pick(portals);
    switch (calamity) {
      case 'request fault':
        return fake.fault({ ...this.#random.pick(REQUEST_FAULTS), method: 'batch', memberId });
      case 'command fault':
        return fake.fault({ method: this.#random.pick(COMMANDS), memberId });
      case 'outage':
        return fake.fault({ method: 'batch', kind: 'reset', memberId, times: this.#random.whole(4, 8) });
      case 'restart':
        await worker.cutObjects();
        return worker.restoreObjects();
      case 'sockets lost':
        if (this.#random.chance(0.1)) return proxy.dropSockets();
        for (const agent of this.#agents) if (this.#random.chance(0.15)) agent.cut();
        return;
      case 'token expired':
        return fake.expireTokens(memberId);
      case 'portal clock jump':
        return fake.advance(JUMP_S);
    }
  }
}
