import { readEndpoint } from '../bitrix24/address.ts';
import type { RestError } from '../bitrix24/errors.ts';
import { type ProvedTokens, refreshTokens } from '../bitrix24/oauth.ts';
import {
  type BatchResult,
  batch,
  type Command,
  type Fetch,
  type RestAccess,
  type RestWatch,
} from '../bitrix24/rest.ts';
import type { Config } from '../config.ts';
import { seal, unseal } from '../crypto/seal.ts';
import { err, ok, type Result } from '../http/result.ts';
import { readCounter, readPortal, writeCounter } from './records.ts';

/** Calls Bitrix24 as somebody: as the portal's stored admin, or as an admin who lends a token. */
export interface Caller {
  batch<K extends string>(commands: Readonly<Record<K, Command>>): Promise<Result<BatchResult<K>, RestError>>;
}

type TokenState = 'ok' | 'refused';
type Row = { access: string; refresh: string; state: TokenState; expires_at: number; refreshed_at: number };

const gone: RestError = { kind: 'denied', code: 'NOT_INSTALLED', message: 'The app is not installed in this portal.' };

/** A caller that uses one access token and cannot refresh it. */
export const lentCaller = (fetch: Fetch, access: RestAccess, watch: RestWatch): Caller => ({
  batch: (commands) => batch(fetch, access, commands, watch),
});

/** How long a host that refused or moved us is not asked again (ms): repeating at once is what gets an app blocked. */
const REFUSED_REST_MS = 10 * 60_000;
/** An employee's own access token is good for an hour at most (fact 5.3), and for less when it comes to us (ms). */
const LENT_LIFE_MS = 50 * 60_000;
/** While nobody lends a token, somebody is asked for one this often at most (ms). */
const ASK_LENDER_MS = 30_000;

/**
 * Keeps the portal's OAuth pair: sealed at rest, refreshed only when it ran out, by one request however many wait
 * (a refresh kills the old refresh token, so two at once would lock us out; fact 5.3).
 */
export class TokenKeeper implements Caller {
  #refreshing: Promise<Result<RestAccess, RestError>> | null = null;
  readonly #sql: SqlStorage;
  readonly #config: Config;
  readonly #fetch: Fetch;
  readonly #watch: RestWatch;
  readonly #askLender: () => void;
  #lent: { readonly token: string; readonly until: number } | null = null;
  #askedLenderAt = 0;

  /** @param askLender told when calls can be made by a lent token alone, and nobody has lent one */
  constructor(sql: SqlStorage, config: Config, fetch: Fetch, watch: RestWatch, askLender: () => void) {
    this.#sql = sql;
    this.#config = config;
    this.#fetch = fetch;
    this.#watch = watch;
    this.#askLender = askLender;
  }

  /** Stores a pair that the OAuth host has just issued. */
  async store(tokens: ProvedTokens, now: number): Promise<void> {
    const place = (field: string) => ({ portal: tokens.memberId, field });
    const access = await seal(this.#config.sealKeys, tokens.access, place('access_token'));
    const refresh = await seal(this.#config.sealKeys, tokens.refresh, place('refresh_token'));
    this.#sql.exec(
      `INSERT OR REPLACE INTO token (one, access, refresh, state, expires_at, refreshed_at)
       VALUES (1, ?, ?, 'ok', ?, ?)`,
      access,
      refresh,
      tokens.expiresAt,
      now,
    );
  }

  /**
   * An access token of a person whom the portal has just confirmed. It is used, from memory, only while the portal's own
   * pair is refused: then the calls of the company are still on record, as anybody may register and finish one.
   *
   * @param now Unix ms
   * @returns whether calls have waited for one
   */
  lend(token: string, now: number): boolean {
    const needed = this.#row()?.state === 'refused' && this.#lender(now) === null;
    this.#lent = { token, until: now + LENT_LIFE_MS };
    return needed;
  }

  #lender(now: number): string | null {
    return this.#lent && this.#lent.until > now ? this.#lent.token : null;
  }

  /** What /status says of the tokens. */
  describe(now: number): {
    state: TokenState | 'expired' | 'none';
    expiresAt: number | null;
    refreshedAt: number | null;
  } {
    const row = this.#row();
    if (!row) return { state: 'none', expiresAt: null, refreshedAt: null };
    const state = row.state === 'ok' && row.expires_at <= now ? 'expired' : row.state;
    return { state, expiresAt: row.expires_at, refreshedAt: row.refreshed_at };
  }

  /** Calls as the portal's stored admin; refreshes at most once per call. While the pair is refused, as who lends. */
  async batch<K extends string>(commands: Readonly<Record<K, Command>>): Promise<Result<BatchResult<K>, RestError>> {
    const access = await this.#access();
    if (!access.ok) return this.#asLender(commands, access.error);
    const first = await batch(this.#fetch, access.value, commands, this.#watch);
    if (first.ok || (first.error.kind !== 'expired' && first.error.kind !== 'moved')) return first;
    if (first.error.kind === 'moved' && !this.#mayAskWhereTo()) return first;
    const fresh = await this.#refresh(access.value.token);
    return fresh.ok ? batch(this.#fetch, fresh.value, commands, this.#watch) : this.#asLender(commands, fresh.error);
  }

  async #asLender<K extends string>(
    commands: Readonly<Record<K, Command>>,
    error: RestError,
  ): Promise<Result<BatchResult<K>, RestError>> {
    const portal = readPortal(this.#sql);
    if (error.kind !== 'denied' || !portal || !this.#row()) return err(error);
    const now = Date.now();
    const token = this.#lender(now);
    const answer = token && (await batch(this.#fetch, { endpoint: portal.endpoint, token }, commands, this.#watch));
    if (answer && (answer.ok || answer.error.kind !== 'expired')) return answer;
    if (this.#lent?.token === token) this.#lent = null;
    if (this.#lender(now) === null && now - this.#askedLenderAt > ASK_LENDER_MS) {
      this.#askedLenderAt = now;
      this.#askLender();
    }
    return err(error);
  }

  /** A portal that has moved is asked for by a refresh, the only proof of an address; one that always redirects is not. */
  #mayAskWhereTo(): boolean {
    const now = Date.now();
    if (readCounter(this.#sql, 'moved_at') > now - REFUSED_REST_MS) return false;
    writeCounter(this.#sql, 'moved_at', now);
    return true;
  }

  /** Seals anew what an old key of SEAL_KEYS sealed, so that the key can be taken away some time after a rotation. */
  async reseal(): Promise<void> {
    const portal = readPortal(this.#sql);
    if (!portal) return;
    const anew = async (sealed: string, field: string): Promise<string | null> => {
      if (sealed.split('.')[1] === this.#config.sealKeys[0].id) return null;
      const place = { portal: portal.memberId, field };
      const opened = await unseal(this.#config.sealKeys, sealed, place);
      return opened.ok ? seal(this.#config.sealKeys, opened.value, place) : null;
    };
    // What was stored anew meanwhile is sealed with the newest key already: the old bytes name the row.
    const row = this.#row();
    if (row) {
      const access = await anew(row.access, 'access_token');
      if (access) this.#sql.exec('UPDATE token SET access = ? WHERE access = ?', access, row.access);
      const refresh = await anew(row.refresh, 'refresh_token');
      if (refresh) this.#sql.exec('UPDATE token SET refresh = ? WHERE refresh = ?', refresh, row.refresh);
    }
    const known = portal.applicationToken;
    const token = known === null ? null : await anew(known, 'application_token');
    if (token) this.#sql.exec('UPDATE portal SET application_token = ? WHERE application_token = ?', token, known);
  }

  #row(): Row | null {
    return this.#sql.exec<Row>('SELECT * FROM token').toArray()[0] ?? null;
  }

  async #access(): Promise<Result<RestAccess, RestError>> {
    const portal = readPortal(this.#sql);
    const row = this.#row();
    if (!portal || !row) return err(gone);
    if (row.expires_at <= Date.now()) return this.#refresh(null);
    const token = await unseal(this.#config.sealKeys, row.access, { portal: portal.memberId, field: 'access_token' });
    if (!token.ok) return err({ kind: 'denied', code: 'SEAL_KEYS', message: token.error.message });
    return ok({ endpoint: portal.endpoint, token: token.value });
  }

  /** `used`: the access token that was refused; if another call has refreshed since, its pair is simply used. */
  #refresh(used: string | null): Promise<Result<RestAccess, RestError>> {
    this.#refreshing ??= this.#refreshOnce(used).finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #refreshOnce(used: string | null): Promise<Result<RestAccess, RestError>> {
    const portal = readPortal(this.#sql);
    const row = this.#row();
    if (!portal || !row) return err(gone);
    const open = (sealed: string, field: string) =>
      unseal(this.#config.sealKeys, sealed, { portal: portal.memberId, field });
    if (used !== null) {
      const current = await open(row.access, 'access_token');
      if (current.ok && current.value !== used) return ok({ endpoint: portal.endpoint, token: current.value });
    }
    if (row.state === 'refused' && readCounter(this.#sql, 'refused_at') > Date.now() - REFUSED_REST_MS)
      return err({ kind: 'denied', code: 'REFUSED', message: 'The OAuth host has refused the portal\u2019s tokens.' });
    const refresh = await open(row.refresh, 'refresh_token');
    if (!refresh.ok) return err({ kind: 'denied', code: 'SEAL_KEYS', message: refresh.error.message });
    const now = Date.now();
    const answer = await refreshTokens(this.#fetch, this.#config, portal.oauthHost, refresh.value, now);
    const code = answer.ok ? '' : answer.error.code;
    this.#watch({ at: now, method: 'oauth', code, ms: Date.now() - now, together: 1, call: '' });
    // Meanwhile the app may have been uninstalled (its tokens stay gone) or installed again (its new pair stays).
    const stored = this.#row();
    if (!stored) return err(gone);
    if (stored.refresh !== row.refresh) return this.#access();
    if (!answer.ok) {
      if (answer.error.kind === 'denied') {
        // The access token is dead as well: it is not tried at every call.
        this.#sql.exec("UPDATE token SET state = 'refused', expires_at = min(expires_at, ?)", now);
        writeCounter(this.#sql, 'refused_at', now);
      }
      return answer;
    }
    return this.#accept(answer.value, portal.memberId, now);
  }

  async #accept(tokens: ProvedTokens, memberId: string, now: number): Promise<Result<RestAccess, RestError>> {
    if (tokens.memberId !== memberId)
      return err({ kind: 'denied', code: 'WRONG_MEMBER', message: 'The OAuth host answered for another portal.' });
    const endpoint = readEndpoint(this.#config, tokens.clientEndpoint);
    if (!endpoint.ok) return err({ kind: 'denied', code: 'WRONG_ENDPOINT', message: endpoint.error.message });
    await this.store(tokens, now);
    this.#sql.exec('UPDATE portal SET endpoint = ?', endpoint.value);
    return ok({ endpoint: endpoint.value, token: tokens.access });
  }
}
