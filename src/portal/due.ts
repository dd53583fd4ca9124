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
  'abandoned',
  'unadopted',
  'events',
  'lines',
  'notify',
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
  getAlarm(): Promise<number | null>;
  setAlarm(at: number): Promise<void>;
  deleteAlarm(): Promise<void>;
}

type Row = { kind: DueKind; key: string; at: number; attempt: number };

/**
 * The table of due jobs behind the object's one alarm (alarm = min(at)). A job is deleted only after its work is done,
 * so whatever dies in between is done again: every job is idempotent.
 */
export class DueJobs {
  readonly #running = new Set<string>();
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

  /** Plans a job at `at` (Unix ms); one that is planned already keeps the earlier time and starts its attempts anew. */
  plan(kind: DueKind, key: string, at: number): void {
    this.#sql.exec(
      `INSERT INTO due (kind, key, at, attempt) VALUES (?, ?, ?, 0)
       ON CONFLICT (kind, key) DO UPDATE SET at = min(at, excluded.at), attempt = 0`,
      kind,
      key,
      at,
    );
  }

  cancel(kind: DueKind, key: string): void {
    this.#sql.exec('DELETE FROM due WHERE kind = ? AND key = ?', kind, key);
  }

  isPlanned(kind: DueKind, key: string): boolean {
    return this.#sql.exec('SELECT 1 FROM due WHERE kind = ? AND key = ?', kind, key).toArray().length > 0;
  }

  /** Sets the alarm to the earliest job; to be called at the end of whatever planned one. */
  async arm(): Promise<void> {
    const next = this.#sql.exec('SELECT min(at) AS at FROM due').one().at;
    if (next === null) await this.#clock.deleteAlarm();
    else await this.#clock.setAlarm(Number(next));
  }

  /** Runs everything due at `now` and arms again. Never throws: a throwing alarm would be retried into the void. */
  async run(now: number): Promise<void> {
    const rows = this.#sql.exec<Row>('SELECT kind, key, at, attempt FROM due WHERE at <= ?', now).toArray();
    rows.sort((a, b) => DUE_KINDS.indexOf(a.kind) - DUE_KINDS.indexOf(b.kind) || a.at - b.at);
    await Promise.all(rows.map((row) => this.#runOne(row)));
    await this.arm();
  }

  /** Runs one planned job now, for what a person is waiting for; the alarm stays behind it in case we die. */
  async runNow(kind: DueKind, key: string): Promise<void> {
    const row = this.#sql
      .exec<Row>('SELECT kind, key, at, attempt FROM due WHERE kind = ? AND key = ?', kind, key)
      .toArray()[0];
    if (row) await this.#runOne(row);
    await this.arm();
  }

  async #runOne(row: Row): Promise<void> {
    const name = `${row.kind} ${row.key}`;
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
    this.#settle(row, outcome);
  }

  /** `AND at = ?`: a job planned anew while it ran is left as planned. */
  #settle(row: Row, outcome: DueOutcome): void {
    if (outcome === 'done') {
      this.#sql.exec('DELETE FROM due WHERE kind = ? AND key = ? AND at = ?', row.kind, row.key, row.at);
      return;
    }
    const at = outcome === 'retry' ? Date.now() + backoffMs(row.attempt, Math.random()) : outcome.at;
    this.#sql.exec(
      'UPDATE due SET at = ?, attempt = attempt + 1 WHERE kind = ? AND key = ? AND at = ?',
      at,
      row.kind,
      row.key,
      row.at,
    );
  }
}
