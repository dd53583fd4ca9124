/** Longest body of one piece (bytes). A row of SQLite in a Durable Object holds 2 MB; the browser sends about 20 KB. */
export const PIECE_LIMIT = 1024 * 1024;
/** Longest record of one leg (bytes): four hours and more at 48 kbit/s, and at 128 kbit/s still three and a half. */
export const RECORD_LIMIT = 200 * 1024 * 1024;
/** Pieces of one record: a day at one every five seconds, so that a browser gone mad fills no table with empty rows. */
export const MOST_PIECES = 17_280;
/** Without a new piece for this long, whoever records has died (ms). */
export const SILENCE_MS = 60_000;
/** A record that Bitrix24 has not taken, and the mark of one that it has, are kept this long (ms). */
export const KEEP_MS = 7 * 24 * 60 * 60_000;
/** The ledger could not be told that a record is whole: again after this (ms). */
export const TELL_AGAIN_MS = 30_000;
/** Pieces are handed out this many bytes at a time, or one piece if that is longer. */
export const READ_BYTES = 512 * 1024;
