import { backoffMs } from './backoff.ts';

/**
 * What the object can owe. The order is the order of urgency: a person waits for a card, nobody waits for /status.
 */
export const DUE_KINDS = [
  'bind',
  'callback',
  'register',
  'show',
  'hide',
  'finish',
  'customer',
  'transcript',
  'abandoned',
  'unadopted',
  'unresumed',
  'presence',
  'events',
  'lines',
  'notify',
  'record',
  'reconcile',
  'tell',
  'sweep',
] as const;
export type DueKind = (typeof DUE_KINDS)[number];

/** How a job ended: done, or to be done again (with back-off, or at a given Unix ms). */
export type DueOutcome = 'done' | 'retry' | { readonly at: number };

export type DueWork = (key: string, attempt: number) => Promise<DueOutcome>;

/** The object's one alarm, handed in. */
export interface AlarmClock {
  setAlarm(at: number): Promise<void>;
  deleteAlarm(): Promise<void>;
}

type Row = { kind: DueKind; key: string; at: number; attempt: number; since: number };

const COLUMNS = 'kind, key, at, attempt, since';

const nameOf = ({ kind, key }: Pick<Row, 'kind' | 'key'>) => `${kind} ${key}`;

/** When running jobs are looked at again, in case we die with them (ms): longer than a call, a refresh and a call. */
const BEHIND_MS = 90_000;
/** Jobs of one kind that run beside each other; the others follow as these end. */
const AT_ONCE = 50;
/** How long one run waits for its jobs (ms). Alarms never overlap, so a call that hangs must not hold the alarm. */
const PATIENCE_MS = 1000;
/** Whatever a portal answers, a job is not put off for longer than this (ms). */
const LONGEST_WAIT_MS = 24 * 60 * 60_000;

const within = (at: number): number => Math.min(at, Date.now() + LONGEST_WAIT_MS);

/**
 * The table of due jobs behind the object's one alarm (alarm = min(at)). A job is deleted only after its work is done,
 * so whatever dies in between is done again: every job is idempotent.
 */
export class DueJobs {
  readonly #running = new Set<string>();
  /** Running jobs that were planned anew meanwhile: what they look at may have changed behind them. */
  readonly #again = new Set<string>();
  readonly #sql: SqlStorage;
  readonly #clock: AlarmClock;
  readonly #work: Readonly<Record<DueKind, DueWork>>;
  readonly #onBug: (kind: DueKind, error: unknown) => void;

  constructor(
    sql: SqlStorage,
    clock: AlarmClock,
    work: Readonly<Record<DueKind, DueWork>>,
    onBug: (kind: DueKind, error: unknown) => void,
  ) {
    this.#sql = sql;
    this.#clock = clock;
    this.#work = work;
    this.#onBug = onBug;
  }

  /**
   * Plans a job at `at` (Unix ms); one that is planned already keeps the earlier time and starts its attempts anew. One
   * that runs just now is done once more at `at`.
   */
  plan(kind: DueKind, key: string, at: number): void {
    const runs = this.#running.has(nameOf({ kind, key }));
    if (runs) this.#again.add(nameOf({ kind, key }));
    this.#sql.exec(
      `INSERT INTO due (kind, key, at, attempt, since) VALUES (?1, ?2, ?3, 0, ?3)
       ON CONFLICT (kind, key) DO UPDATE SET at = ${runs ? 'excluded.at' : 'min(at, excluded.at)'}, attempt = 0`,
      kind,
      key,
      within(at),
    );
  }

  cancel(kind: DueKind, key: string): void {
    this.#sql.exec('DELETE FROM due WHERE kind = ? AND key = ?', kind, key);
  }

  isPlanned(kind: DueKind, key: string): boolean {
    return this.#sql.exec('SELECT 1 FROM due WHERE kind = ? AND key = ?', kind, key).toArray().length > 0;
  }

  /** Whether a job is planned for later and was never begun: what it would do has certainly not been done. */
  isAhead(kind: DueKind, key: string, now: number): boolean {
    const rows = this.#sql.exec(
      'SELECT 1 FROM due WHERE kind = ? AND key = ? AND at > ? AND attempt = 0',
      kind,
      key,
      now,
    );
    return rows.toArray().length > 0 && !this.#running.has(nameOf({ kind, key }));
  }

  /** Sets the alarm to the earliest job that does not run yet; to be called at the end of whatever planned one. */
  async arm(): Promise<void> {
    const behind = this.#running.size > 0 ? Date.now() + BEHIND_MS : Number.POSITIVE_INFINITY;
    const next = Math.min(behind, this.#earliest());
    if (next === Number.POSITIVE_INFINITY) await this.#clock.deleteAlarm();
    else await this.#clock.setAlarm(next);
  }

  /**
   * Runs everything due at `now` and arms again; jobs that hang go on behind it. Never throws: a throwing alarm would
   * be retried into the void.
   */
  async run(now: number): Promise<void> {
    const rows = this.#sql.exec<Row>(`SELECT ${COLUMNS} FROM due WHERE at <= ?`, now).toArray();
    // In the order in which they came to be owed: what an outage has held up is done in the order in which it happened.
    rows.sort((a, b) => DUE_KINDS.indexOf(a.kind) - DUE_KINDS.indexOf(b.kind) || a.since - b.since);
    let timer: number | null = null;
    const patience = new Promise<void>((enough) => {
      timer = setTimeout(enough, PATIENCE_MS);
    });
    const started = rows.map((row) => (this.#isFull(row.kind) ? null : this.#runOne(row)));
    await Promise.race([Promise.all(started), patience]);
    clearTimeout(timer);
    await this.arm();
  }

  /** The portal is back: what had failed while it was away is due now. */
  hurry(kinds: readonly DueKind[], now: number): void {
    for (const kind of kinds)
      this.#sql.exec('UPDATE due SET at = min(at, ?) WHERE kind = ? AND attempt > 0', now, kind);
  }

  /** Runs one planned job now, for what a person is waiting for; the alarm stays behind it in case we die. */
  async runNow(kind: DueKind, key: string): Promise<void> {
    const row = this.#sql.exec<Row>(`SELECT ${COLUMNS} FROM due WHERE kind = ? AND key = ?`, kind, key).toArray()[0];
    if (!row) return;
    const done = this.#runOne(row);
    await this.arm();
    await done;
  }

  #isFull(kind: DueKind): boolean {
    let running = 0;
    for (const name of this.#running) if (name.startsWith(`${kind} `)) running++;
    return running >= AT_ONCE;
  }

  /** Time of the earliest job that does not run yet and may; one that may not is looked at when another of its kind ends. */
  #earliest(): number {
    const full = DUE_KINDS.filter((kind) => this.#isFull(kind));
    for (const row of this.#sql.exec<Row>(`SELECT ${COLUMNS} FROM due ORDER BY at`))
      if (!this.#running.has(nameOf(row)) && !full.includes(row.kind)) return row.at;
    return Number.POSITIVE_INFINITY;
  }

  async #runOne(row: Row): Promise<void> {
    const name = nameOf(row);
    if (this.#running.has(name)) return;
    this.#running.add(name);
    let outcome: DueOutcome;
    try {
      outcome = await this.#work[row.kind](row.key, row.attempt);
    } catch (error) {
      this.#onBug(row.kind, error);
      outcome = 'retry';
    } finally {
      this.#running.delete(name);
    }
    if (!this.#again.delete(name)) this.#settle(row, outcome);
    await this.arm();
  }

  #settle({ kind, key, attempt }: Row, outcome: DueOutcome): void {
    if (outcome === 'done') {
      this.cancel(kind, key);
      return;
    }
    const at = outcome === 'retry' ? Date.now() + backoffMs(attempt, Math.random()) : within(outcome.at);
    this.#sql.exec('UPDATE due SET at = ?, attempt = attempt + 1 WHERE kind = ? AND key = ?', at, kind, key);
  }
}
