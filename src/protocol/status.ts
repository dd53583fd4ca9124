import type { Direction } from './frame.ts';

/** State of the placement in one portal. The table of moves: docs/architecture.md. */
export type BindingState = 'bound' | 'rebinding' | 'disabled' | 'needs_admin' | 'uninstalled';

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
  };
}

/** The answer of `GET /status.json`. */
export interface StatusDocument {
  readonly generatedAt: string;
  readonly portals: readonly PortalStatus[];
}
