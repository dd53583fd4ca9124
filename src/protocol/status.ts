import type { Direction, NotReady } from './frame.ts';

/** State of the placement in one portal. The table of moves: docs/architecture.md. */
export type BindingState = 'bound' | 'rebinding' | 'disabled' | 'needs_admin' | 'uninstalled';

/**
 * How a person's phone stands: it would ring; they talk; they want no calls; a page is open but could not ring; none is
 * open, or none that was heard lately.
 */
export type Presence = 'reachable' | 'talking' | 'do_not_disturb' | 'not_ready' | 'away';

/** One person, as their colleagues and whoever runs the service see them. */
export interface PersonPresence {
  readonly userId: number;
  /** As in the settings; absent = no account there, or settings of an older version. */
  readonly name?: string;
  readonly presence: Presence;
  /** Since when, ISO 8601; null = no phone of theirs was ever here. */
  readonly since: string | null;
  /** With `not_ready`. */
  readonly reason?: NotReady;
}

/** The answer of `GET /api/presence`. */
export interface PresenceAnswer {
  /** ISO 8601. */
  readonly generatedAt: string;
  readonly people: readonly PersonPresence[];
  /** A ticket to ask with from now on; absent = the old one lives on. */
  readonly ticket?: string;
}

/** One portal's row of `/status.json`; the portal's object writes it, the directory keeps it. Times are ISO 8601. */
export interface PortalStatus {
  readonly memberId: string;
  readonly domain: string;
  readonly binding: BindingState;
  readonly handler: {
    readonly url: string;
    readonly loads: number;
    readonly slow: number;
    /** ms; null before the first load was reported. */
    readonly p50: number | null;
    readonly p95: number | null;
    readonly lastAt: string | null;
  };
  readonly strikes: {
    readonly today: number;
    readonly total: number;
    readonly alarmAt: number;
    readonly limit: number;
    readonly windowResetsAt: string | null;
    readonly last: readonly { readonly at: string; readonly ms: number; readonly source: 'vitals' | 'socket' }[];
    readonly unverified: number;
  };
  readonly rebinds: { readonly count: number; readonly lastAt: string | null; readonly lastReason: string | null };
  readonly tokens: {
    readonly state: 'ok' | 'expired' | 'refused' | 'none';
    readonly expiresAt: string | null;
    readonly refreshedAt: string | null;
  };
  readonly calls: {
    readonly live: number;
    readonly today: number;
    /** Steps (register, finish) that Bitrix24 has not confirmed yet. */
    readonly backlog: number;
    readonly last: readonly {
      readonly callId: string;
      readonly direction: Direction;
      readonly number: string;
      readonly state: string;
      readonly at: string;
      /** Why the call's record was given up; absent = it was not. */
      readonly recordProblem?: string;
    }[];
  };
  readonly agents: {
    readonly phones: number;
    readonly reachable: number;
    readonly talking: number;
    /** Of `phones`: who wants no calls now. Absent in a row that an older version wrote. */
    readonly doNotDisturb?: number;
    /** Everybody with a SIP account, or with a phone open. Absent in a row that an older version wrote. */
    readonly people?: readonly PersonPresence[];
  };
}

/** The answer of `GET /status.json`. */
export interface StatusDocument {
  readonly generatedAt: string;
  readonly portals: readonly PortalStatus[];
}
