import { DurableObject } from 'cloudflare:workers';
import type { Env } from '../env.ts';
import type { PortalStatus } from '../protocol/status.ts';

/** Name of the one Directory object. */
export const DIRECTORY_NAME = 'portals';

/** Each entry moves the schema one version up; entries are never edited once released (docs/storage.md). */
const MIGRATIONS = [
  `CREATE TABLE portal (
     member_id TEXT PRIMARY KEY,
     status TEXT NOT NULL
   ) WITHOUT ROWID`,
];

/**
 * Durable Object "Directory": one row for each portal, for /status. Portals tell it about changes; it asks nobody.
 * It holds no secret, and losing it loses nothing that the portals would not tell again.
 */
export class Directory extends DurableObject<Env> {
  readonly #sql: SqlStorage;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
    ctx.storage.transactionSync(() => this.#migrate());
  }

  #migrate(): void {
    this.#sql.exec('CREATE TABLE IF NOT EXISTS schema (version INTEGER NOT NULL)');
    const done = this.#sql.exec<{ version: number }>('SELECT version FROM schema').toArray()[0]?.version ?? 0;
    for (const statement of MIGRATIONS.slice(done)) this.#sql.exec(statement);
    if (done === 0) this.#sql.exec('INSERT INTO schema (version) VALUES (?)', MIGRATIONS.length);
    else this.#sql.exec('UPDATE schema SET version = ?', MIGRATIONS.length);
  }

  /** Takes a portal's newest row; it replaces the one before. */
  tell(row: PortalStatus): void {
    this.#sql.exec(
      'INSERT INTO portal (member_id, status) VALUES (?1, ?2) ON CONFLICT (member_id) DO UPDATE SET status = ?2',
      row.memberId,
      JSON.stringify(row),
    );
  }

  /** Drops a portal's row; unknown portals are no error. */
  forget(memberId: string): void {
    this.#sql.exec('DELETE FROM portal WHERE member_id = ?', memberId);
  }

  /** All rows, in no promised order. */
  rows(): PortalStatus[] {
    return this.#sql
      .exec<{ status: string }>('SELECT status FROM portal')
      .toArray()
      .map((row) => JSON.parse(row.status) as PortalStatus);
  }
}
