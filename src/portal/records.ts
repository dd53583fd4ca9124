import type { Line } from '../protocol/frame.ts';
import type { CallSettings } from '../protocol/settings.ts';
import type { BindingState } from '../protocol/status.ts';
import { DEFAULT_CALLS } from '../settings/calls-form.ts';
import type { PortalRules } from './leads.ts';

/** An employee with a SIP account, as the settings have them. */
export interface Account {
  readonly userId: number;
  readonly name: string;
}

/** The portal as a proved install made it. */
export interface PortalRecord {
  readonly memberId: string;
  /** REST address that the OAuth host named, checked. */
  readonly endpoint: string;
  readonly oauthHost: string;
  /** Public origin of this service that the portal was installed under: alarms have no request to read it from. */
  readonly origin: string;
  readonly appCode: string;
  /** Sealed; null until the first verified event brings it. */
  readonly applicationToken: string | null;
  readonly installedAt: number;
  /** Bitrix24 user who installed. */
  readonly installer: number;
  readonly binding: BindingState;
  /** Why the placement is to be bound again; null = nothing is known to be wrong. */
  readonly bindReason: string | null;
  /** Lines as last told by the settings; [] = none set yet. */
  readonly lines: readonly Line[];
  /** How calls are handled, as last told by the settings. */
  readonly calls: CallSettings;
  /** Who has a SIP account, as last told by the settings; null = not told yet. */
  readonly accounts: readonly Account[] | null;
}

type Row = {
  member_id: string;
  endpoint: string;
  oauth_host: string;
  origin: string;
  app_code: string;
  application_token: string | null;
  installed_at: number;
  installer: number;
  binding: BindingState;
  bind_reason: string | null;
  lines: string;
  calls: string | null;
  accounts: string | null;
};

/** The portal's own row, or null before a proved install. */
export function readPortal(sql: SqlStorage): PortalRecord | null {
  const row = sql.exec<Row>('SELECT * FROM portal').toArray()[0];
  if (!row) return null;
  return {
    memberId: row.member_id,
    endpoint: row.endpoint,
    oauthHost: row.oauth_host,
    origin: row.origin,
    appCode: row.app_code,
    applicationToken: row.application_token,
    installedAt: row.installed_at,
    installer: row.installer,
    binding: row.binding,
    bindReason: row.bind_reason,
    lines: JSON.parse(row.lines) as Line[],
    // What an older version stored lacks what came later.
    calls: { ...DEFAULT_CALLS, ...(row.calls === null ? {} : (JSON.parse(row.calls) as Partial<CallSettings>)) },
    accounts: row.accounts === null ? null : (JSON.parse(row.accounts) as Account[]),
  };
}

export function writePortal(sql: SqlStorage, p: PortalRecord): void {
  sql.exec(
    `INSERT OR REPLACE INTO portal (one, member_id, endpoint, oauth_host, origin, app_code, application_token,
       installed_at, installer, binding, bind_reason, lines, calls, accounts) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    p.memberId,
    p.endpoint,
    p.oauthHost,
    p.origin,
    p.appCode,
    p.applicationToken,
    p.installedAt,
    p.installer,
    p.binding,
    p.bindReason,
    JSON.stringify(p.lines),
    JSON.stringify(p.calls),
    p.accounts && JSON.stringify(p.accounts),
  );
}

export const writeBinding = (sql: SqlStorage, state: BindingState): void => {
  sql.exec('UPDATE portal SET binding = ?', state);
};

/** Remembers why a bind is wanted; the first reason stays until the work is done. */
export const writeBindReason = (sql: SqlStorage, reason: string | null): void => {
  sql.exec('UPDATE portal SET bind_reason = ?', reason);
};

export const writeApplicationToken = (sql: SqlStorage, sealed: string): void => {
  sql.exec('UPDATE portal SET application_token = ?', sealed);
};

/** What the object needs of the settings at once: the ledger's part when a call begins, and who is to be seen. */
export interface PortalSettingsPart extends PortalRules {
  readonly agents: readonly Account[];
}

export const writeRules = (sql: SqlStorage, { lines, calls, agents }: PortalSettingsPart): void => {
  sql.exec(
    'UPDATE portal SET lines = ?, calls = ?, accounts = ?',
    JSON.stringify(lines),
    JSON.stringify(calls),
    JSON.stringify(agents.map(({ userId, name }) => ({ userId, name }))),
  );
};

/** Counts that survive eviction. */
export type CounterName =
  | 'loads'
  | 'slow'
  | 'unverified'
  | 'strikes'
  | 'window_start'
  | 'window_count'
  | 'last_load_at'
  | 'last_look_at'
  | 'rebinds'
  | 'pace_level'
  | 'pace_at'
  | 'failures'
  | 'away_until'
  | 'refused_at'
  | 'moved_at';

export function readCounter(sql: SqlStorage, name: CounterName): number {
  return Number(sql.exec('SELECT value FROM counter WHERE name = ?', name).toArray()[0]?.value ?? 0);
}

export function writeCounter(sql: SqlStorage, name: CounterName, value: number): void {
  sql.exec('INSERT OR REPLACE INTO counter (name, value) VALUES (?, ?)', name, value);
}

export const addToCounter = (sql: SqlStorage, name: CounterName, by: number): void =>
  writeCounter(sql, name, readCounter(sql, name) + by);

/** Why the placement was bound again, and when. */
export function noteRebind(sql: SqlStorage, at: number, reason: string): void {
  sql.exec('INSERT INTO rebind (at, reason) VALUES (?, ?)', at, reason);
  addToCounter(sql, 'rebinds', 1);
}

export function readRebinds(sql: SqlStorage): { count: number; lastAt: number | null; lastReason: string | null } {
  const last = sql
    .exec<{ at: number; reason: string }>('SELECT at, reason FROM rebind ORDER BY id DESC LIMIT 1')
    .toArray()[0];
  return { count: readCounter(sql, 'rebinds'), lastAt: last?.at ?? null, lastReason: last?.reason ?? null };
}
