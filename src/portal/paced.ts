import type { RestError } from '../bitrix24/errors.ts';
import type { BatchResult, Command } from '../bitrix24/rest.ts';
import { err, type Result } from '../http/result.ts';
import { type Bucket, full, isAway, lookAfter, moreUrgent, pour, type Urgency, urgencyOf, waitFor } from './pace.ts';
import { readCounter, writeCounter } from './records.ts';
import type { Caller } from './tokens.ts';

/** Commands of one urgency that share a request. Few enough to be done within our time-out, one after another. */
const TOGETHER: Readonly<Partial<Record<Urgency, number>>> = { register: 10, card: 10, finish: 20 };
/** These go out at once beside those that are under way; the rest waits its turn, in order. */
const AT_ONCE: ReadonlySet<Urgency> = new Set(['register', 'card', 'customer']);
/** A method whose operating time is used up rests this long where the portal does not say until when (ms). */
const OPERATING_REST_MS = 60_000;

interface Waiting {
  readonly command: Command;
  readonly settle: (result: Result<unknown, RestError>) => void;
  readonly fail: (bug: unknown) => void;
}

const NO_RESULT: RestError = {
  kind: 'unavailable',
  code: 'BAD_ANSWER',
  message: 'The batch answer lacks a result.',
};

const limited = (code: string, retryAt: number): RestError => ({
  kind: 'limited',
  code,
  message: 'The portal is not called at the moment.',
  retryAt,
});

/**
 * Calls the portal no faster than it can take, and what belongs together in one request. Nothing waits in here: who may
 * not call now is told when, so that the waiting stands in the table of due jobs, where eviction takes nothing away. The
 * bucket is stored for the same reason.
 */
export class PacedCaller implements Caller {
  readonly #sql: SqlStorage;
  readonly #inner: Caller;
  readonly #back: () => void;
  readonly #waiting = new Map<Urgency, Waiting[]>();
  readonly #busy = new Set<Urgency>();

  /** @param back told when a portal that was away has answered */
  constructor(sql: SqlStorage, inner: Caller, back: () => void) {
    this.#sql = sql;
    this.#inner = inner;
    this.#back = back;
  }

  async batch<K extends string>(commands: Readonly<Record<K, Command>>): Promise<Result<BatchResult<K>, RestError>> {
    const keys = Object.keys(commands) as K[];
    const methods = keys.map((key) => commands[key].method);
    const urgency = methods.map(urgencyOf).reduce(moreUrgent);
    const [only] = keys;
    if (keys.length !== 1 || only === undefined || TOGETHER[urgency] === undefined)
      return this.#send(commands, urgency);
    const paused = this.#pausedUntil(methods);
    if (paused > Date.now()) return err(limited('PAUSED', paused));
    const it = await this.#together(commands[only], urgency);
    return { ok: true, value: { [only]: it } as BatchResult<K> };
  }

  /** Everything that is asked for in one go leaves in one go: it is collected until whoever asks has finished asking. */
  #together(command: Command, urgency: Urgency): Promise<Result<unknown, RestError>> {
    const queue = this.#waiting.get(urgency) ?? [];
    this.#waiting.set(urgency, queue);
    return new Promise((settle, fail) => {
      queue.push({ command, settle, fail });
      if (queue.length === 1) queueMicrotask(() => void this.#drain(urgency));
    });
  }

  async #drain(urgency: Urgency): Promise<void> {
    if (this.#busy.has(urgency)) return;
    const queue = this.#waiting.get(urgency) ?? [];
    const alone = !AT_ONCE.has(urgency);
    if (alone) this.#busy.add(urgency);
    const sent = [];
    while (queue.length > 0) {
      const some = queue.splice(0, TOGETHER[urgency]);
      const done = this.#sendSome(some, urgency);
      if (alone) await done;
      else sent.push(done);
    }
    if (alone) this.#busy.delete(urgency);
    await Promise.all(sent);
  }

  async #sendSome(some: readonly Waiting[], urgency: Urgency): Promise<void> {
    const commands = Object.fromEntries(some.map(({ command }, i) => [`c${i}`, command]));
    try {
      const got = await this.#send(commands, urgency);
      for (const [i, { settle }] of some.entries()) settle(got.ok ? (got.value[`c${i}`] ?? err(NO_RESULT)) : got);
    } catch (bug) {
      for (const { fail } of some) fail(bug);
    }
  }

  async #send<K extends string>(
    commands: Readonly<Record<K, Command>>,
    urgency: Urgency,
  ): Promise<Result<BatchResult<K>, RestError>> {
    const methods = (Object.keys(commands) as K[]).map((key) => commands[key].method);
    const now = Date.now();
    const at = this.#mayCallAt(methods, urgency, now);
    if (at > now) return err(limited('PACED', at));
    this.#write(pour(this.#bucket(), now));
    const got = await this.#inner.batch(commands);
    return this.#learn(commands, got, urgency);
  }

  /** When such a call may go out, Unix ms. */
  #mayCallAt(methods: readonly string[], urgency: Urgency, now: number): number {
    const away = urgency === 'register' ? 0 : readCounter(this.#sql, 'away_until');
    return Math.max(now + waitFor(this.#bucket(), urgency, now), this.#pausedUntil(methods), away);
  }

  #learn<K extends string>(
    commands: Readonly<Record<K, Command>>,
    got: Result<BatchResult<K>, RestError>,
    urgency: Urgency,
  ): Result<BatchResult<K>, RestError> {
    const now = Date.now();
    if (!got.ok) return this.#learnFailure(got.error, urgency, now);
    this.#answered();
    const read = (key: K): Result<unknown, RestError> => {
      const result = got.value[key];
      if (result.ok || result.error.code.toUpperCase() !== 'OPERATION_TIME_LIMIT') return result;
      const retryAt = result.error.retryAt ?? now + OPERATING_REST_MS;
      this.#pause(commands[key].method, retryAt);
      return err({ ...result.error, retryAt });
    };
    const keys = Object.keys(got.value) as K[];
    return { ok: true, value: Object.fromEntries(keys.map((key) => [key, read(key)])) as BatchResult<K> };
  }

  #learnFailure(error: RestError, urgency: Urgency, now: number): Result<never, RestError> {
    if (error.kind === 'unavailable' || error.code.toUpperCase() === 'OVERLOAD_LIMIT') {
      const failures = readCounter(this.#sql, 'failures') + 1;
      writeCounter(this.#sql, 'failures', failures);
      const look = lookAfter(failures, Math.random());
      if (look > 0) writeCounter(this.#sql, 'away_until', now + look);
      return err(look > 0 && urgency !== 'register' ? { ...error, kind: 'limited', retryAt: now + look } : error);
    }
    this.#answered();
    if (error.kind !== 'limited' || error.retryAt !== undefined) return err(error);
    this.#write(full(now));
    return err({ ...error, retryAt: now + waitFor(full(now), urgency, now) });
  }

  #answered(): void {
    const failures = readCounter(this.#sql, 'failures');
    if (failures === 0) return;
    writeCounter(this.#sql, 'failures', 0);
    writeCounter(this.#sql, 'away_until', 0);
    if (isAway(failures)) this.#back();
  }

  /** Thousandths: counters are whole numbers. */
  #bucket(): Bucket {
    return { level: readCounter(this.#sql, 'pace_level') / 1000, at: readCounter(this.#sql, 'pace_at') };
  }

  #write(bucket: Bucket): void {
    writeCounter(this.#sql, 'pace_level', Math.round(bucket.level * 1000));
    writeCounter(this.#sql, 'pace_at', bucket.at);
  }

  #pause(method: string, until: number): void {
    this.#sql.exec('INSERT OR REPLACE INTO pause (method, until) VALUES (?, ?)', method.toLowerCase(), until);
  }

  #pausedUntil(methods: readonly string[]): number {
    let until = 0;
    for (const method of new Set(methods))
      until = Math.max(
        until,
        Number(
          this.#sql.exec('SELECT until FROM pause WHERE method = ?', method.toLowerCase()).toArray()[0]?.until ?? 0,
        ),
      );
    return until;
  }
}
