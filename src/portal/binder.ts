import type { RestError } from '../bitrix24/errors.ts';
import type { Result } from '../http/result.ts';
import { log } from '../log.ts';
import type { PortalAddresses } from './addresses.ts';
import { backoffMs } from './backoff.ts';
import { type BindingFact, nextBinding } from './binding.ts';
import type { DueJobs, DueOutcome } from './due.ts';
import { noteRebind, readPortal, writeBinding, writeBindReason, writeCounter } from './records.ts';
import { ensurePlacement } from './setup.ts';
import type { Caller } from './tokens.ts';

/** Hits within this time are one piece of work (ms); the first look comes within 2 s of a hit. */
const SOON_MS = 500;
/** The slow look, because Bitrix24 never repeats a hit (ms). */
export const RECONCILE_MS = 6 * 60 * 60_000;

export interface BinderTools {
  readonly sql: SqlStorage;
  readonly due: () => DueJobs;
  readonly title: string;
  /** The caller to bind with: an admin's lent token where there is one, else the stored pair. */
  readonly caller: () => Caller;
  readonly addresses: () => Promise<PortalAddresses>;
  readonly changed: () => void;
}

/** Carries out what the binding's state machine (binding.ts) decides. */
export class Binder {
  readonly #tools: BinderTools;

  constructor(tools: BinderTools) {
    this.#tools = tools;
  }

  /** Takes a fact in: state and next look are stored before anything is done about them. */
  learn(fact: BindingFact, reason: string | null = null): void {
    const { sql, due, changed } = this.#tools;
    const portal = readPortal(sql);
    if (!portal) return;
    const move = nextBinding(portal.binding, fact);
    if (move.state !== portal.binding) {
      writeBinding(sql, move.state);
      log('info', 'binding', { portal: portal.memberId, state: move.state, reason: reason ?? fact.t });
    }
    if (reason !== null && portal.bindReason === null) writeBindReason(sql, reason);
    const now = Date.now();
    if (move.look === 'now') due().plan('bind', '', now);
    if (move.look === 'soon') due().plan('bind', '', now + SOON_MS);
    if (move.look === 'slow') due().plan('reconcile', '', now + RECONCILE_MS);
    if (move.look === 'never') {
      due().cancel('bind', '');
      due().cancel('reconcile', '');
    }
    changed();
  }

  /** One attempt to have the placement stand as it should. */
  async attempt(): Promise<Result<'found' | 'bound', RestError>> {
    const { sql, title } = this.#tools;
    this.learn({ t: 'working' });
    const got = await ensurePlacement(this.#tools.caller(), await this.#tools.addresses(), title);
    if (!got.ok) {
      this.learn({ t: got.error.kind === 'denied' ? 'denied' : 'failed' });
      return got;
    }
    const reason = readPortal(sql)?.bindReason ?? null;
    if (got.value === 'bound' && reason !== 'install')
      noteRebind(sql, Date.now(), reason ?? 'found missing by the slow check');
    writeBindReason(sql, null);
    writeCounter(sql, 'last_look_at', Date.now());
    this.learn({ t: 'seen' });
    return got;
  }

  /** The due job `bind`. */
  async work(attempt: number): Promise<DueOutcome> {
    const portal = readPortal(this.#tools.sql);
    if (!portal || portal.binding === 'uninstalled') return 'done';
    const got = await this.attempt();
    if (got.ok || got.error.kind === 'denied') return 'done';
    log('warn', 'bind_failed', { portal: portal.memberId, code: got.error.code, attempt });
    const wait = Date.now() + backoffMs(attempt, Math.random());
    return { at: Math.max(wait, got.error.retryAt ?? 0) };
  }
}
