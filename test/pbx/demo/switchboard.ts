import type { URI, UserAgentCore } from 'sip.js/lib/core/index.js';
import type { Nonces } from './digest.ts';
import type { Emit, EventLog } from './events.ts';
import type { Leg } from './leg.ts';
import type { Registrar } from './registrar.ts';
import type { Wire } from './wire.ts';

/** A SIP account of the demo PBX. */
export interface Account {
  readonly user: string;
  readonly password: string;
  readonly name: string;
}

/** What every part of the demo PBX shares. */
export interface Switchboard {
  readonly core: UserAgentCore;
  readonly registrar: Registrar;
  readonly nonces: Nonces;
  readonly accounts: ReadonlyMap<string, Account>;
  /** SIP domain and digest realm. */
  readonly domain: string;
  /** Our own Contact. */
  readonly contact: string;
  readonly emit: Emit;
  readonly when: EventLog['when'];
  /** Whether an INVITE may take the place of a leg (RFC 3891). */
  readonly replaces: () => boolean;
  readonly now: () => number;
  /** A leg ends when its phone sends nothing for so long while it is not on hold (`rtp_timeout` in Asterisk). */
  readonly silenceMs: number;
  /** Answered legs. */
  readonly legs: Set<Leg>;
  /** Aborted when the PBX closes: what rings stops. */
  readonly closing: AbortSignal;
  /** Whether the connection that a request came over is still there. */
  readonly reaches: Wire['reaches'];
  parseUri(uri: string): URI | undefined;
}
