import { randomId } from '../crypto/bytes.ts';

/** The rows behind tickets: a ticket whose row is gone is revoked, whatever it says itself. */
export class Sessions {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Opens a session until `expiresAt` (Unix ms). @returns its id */
  open(userId: number, admin: boolean, expiresAt: number): string {
    const id = randomId(16);
    this.#sql.exec(
      'INSERT INTO session (id, user_id, admin, expires_at) VALUES (?, ?, ?, ?)',
      id,
      userId,
      admin ? 1 : 0,
      expiresAt,
    );
    return id;
  }

  find(id: string, now: number): { userId: number; admin: boolean; expiresAt: number } | null {
    const row = this.#sql
      .exec<{ user_id: number; admin: number; expires_at: number }>(
        'SELECT user_id, admin, expires_at FROM session WHERE id = ? AND expires_at > ?',
        id,
        now,
      )
      .toArray()[0];
    return row ? { userId: row.user_id, admin: row.admin === 1, expiresAt: row.expires_at } : null;
  }

  /** Prolongs a session, without the admin's right: that is proved at the portal, every fifteen minutes. */
  renew(id: string, expiresAt: number): void {
    this.#sql.exec('UPDATE session SET expires_at = ?, admin = 0 WHERE id = ?', expiresAt, id);
  }

  revokeAll(): void {
    this.#sql.exec('DELETE FROM session');
  }

  forgetBefore(now: number): void {
    this.#sql.exec('DELETE FROM session WHERE expires_at <= ?', now);
  }
}
