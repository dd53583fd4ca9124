/**
 * The tables of one portal, as an append-only list of steps: a deployed step is never edited, a change is a new one.
 * docs/storage.md says what each column means, how long it lives and what a thief would gain.
 */
const STEPS: readonly string[] = [
  `CREATE TABLE portal (
     one INTEGER PRIMARY KEY CHECK (one = 1),
     member_id TEXT NOT NULL, endpoint TEXT NOT NULL, oauth_host TEXT NOT NULL, origin TEXT NOT NULL,
     app_code TEXT NOT NULL, application_token TEXT, installed_at INTEGER NOT NULL,
     installer INTEGER NOT NULL, binding TEXT NOT NULL, bind_reason TEXT, lines TEXT NOT NULL);
   CREATE TABLE token (
     one INTEGER PRIMARY KEY CHECK (one = 1),
     access TEXT NOT NULL, refresh TEXT NOT NULL, state TEXT NOT NULL,
     expires_at INTEGER NOT NULL, refreshed_at INTEGER NOT NULL);
   CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
   CREATE TABLE strike (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, ms INTEGER NOT NULL, source TEXT NOT NULL);
   CREATE TABLE load (slot INTEGER PRIMARY KEY, at INTEGER NOT NULL, ms INTEGER NOT NULL);
   CREATE TABLE rebind (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, reason TEXT NOT NULL);
   CREATE TABLE due (
     kind TEXT NOT NULL, key TEXT NOT NULL, at INTEGER NOT NULL, attempt INTEGER NOT NULL,
     PRIMARY KEY (kind, key)) WITHOUT ROWID;
   CREATE TABLE session (
     id TEXT PRIMARY KEY, user_id INTEGER NOT NULL, admin INTEGER NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID;
   CREATE TABLE agent (
     user_id INTEGER PRIMARY KEY, room TEXT NOT NULL, epoch INTEGER NOT NULL, state TEXT, seen_at INTEGER NOT NULL,
     notified_at INTEGER);
   CREATE TABLE call (
     key TEXT PRIMARY KEY, call_id TEXT UNIQUE, type INTEGER NOT NULL, direction TEXT NOT NULL, number TEXT NOT NULL,
     line TEXT NOT NULL, state TEXT NOT NULL, user_id INTEGER NOT NULL, started_at INTEGER NOT NULL,
     answered_by INTEGER, answered_leg TEXT, answered_at INTEGER, handed_over INTEGER NOT NULL DEFAULT 0, ended_at INTEGER, seconds INTEGER, status TEXT, reason TEXT,
     vote INTEGER, comment TEXT);
   CREATE INDEX call_started ON call (started_at);
   CREATE INDEX call_state ON call (state);
   CREATE TABLE leg (
     sip_call_id TEXT PRIMARY KEY, call_key TEXT NOT NULL, user_id INTEGER NOT NULL, live INTEGER NOT NULL,
     status TEXT, seen_at INTEGER NOT NULL, waiting TEXT);
   CREATE INDEX leg_call ON leg (call_key);
   CREATE INDEX leg_live ON leg (user_id) WHERE live = 1;`,
  'ALTER TABLE agent ADD COLUMN preferences TEXT',
  'ALTER TABLE portal ADD COLUMN calls TEXT',
  `ALTER TABLE leg ADD COLUMN card INTEGER NOT NULL DEFAULT 1;
   ALTER TABLE leg ADD COLUMN answered_at INTEGER;
   ALTER TABLE leg ADD COLUMN joined INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE call ADD COLUMN mos REAL;
   ALTER TABLE call ADD COLUMN jitter_ms REAL;
   ALTER TABLE call ADD COLUMN loss_percent REAL;
   ALTER TABLE call ADD COLUMN rtt_ms REAL;
   ALTER TABLE call ADD COLUMN one_way_s INTEGER;
   CREATE TABLE handover (
     call_key TEXT PRIMARY KEY, from_user INTEGER NOT NULL, kind TEXT NOT NULL, to_user INTEGER, number TEXT NOT NULL,
     at INTEGER NOT NULL);`,
  `CREATE TABLE record (
     leg TEXT PRIMARY KEY, call_key TEXT NOT NULL, source TEXT NOT NULL, state TEXT NOT NULL, bytes INTEGER NOT NULL,
     begun_at INTEGER NOT NULL, refusals INTEGER NOT NULL DEFAULT 0, reason TEXT) WITHOUT ROWID;
   CREATE INDEX record_call ON record (call_key);`,
  `ALTER TABLE due ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
   CREATE TABLE pause (method TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
   CREATE TABLE rest_log (
     id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, method TEXT NOT NULL, code TEXT NOT NULL, ms INTEGER NOT NULL,
     together INTEGER NOT NULL, call_key TEXT NOT NULL);`,
  `ALTER TABLE leg ADD COLUMN holder INTEGER;
   CREATE TABLE kept (sip_call_id TEXT PRIMARY KEY, sealed TEXT NOT NULL, offered_to INTEGER);`,
  'CREATE TABLE transcript (call_key TEXT PRIMARY KEY, passages TEXT) WITHOUT ROWID',
  `ALTER TABLE portal ADD COLUMN accounts TEXT;
   ALTER TABLE agent ADD COLUMN presence TEXT;
   ALTER TABLE agent ADD COLUMN presence_at INTEGER;
   ALTER TABLE agent ADD COLUMN told_at INTEGER;`,
];

/** Whether a proved install has made the tables. Asked before every use: guessing a member_id must store nothing. */
export const hasTables = (sql: SqlStorage): boolean =>
  sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_step'").toArray().length > 0;

/** Brings the tables to the newest step; called in a transaction. */
export function migrate(sql: SqlStorage): void {
  sql.exec('CREATE TABLE IF NOT EXISTS schema_step (step INTEGER PRIMARY KEY)');
  const done = Number(sql.exec('SELECT count(*) AS n FROM schema_step').one().n);
  STEPS.slice(done).forEach((step, i) => {
    sql.exec(step);
    sql.exec('INSERT INTO schema_step (step) VALUES (?)', done + i + 1);
  });
}
