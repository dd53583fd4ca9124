import { randomId } from '../crypto/bytes.ts';
import { CloseCode, type ObjectMessage, type PhoneState, type Preferences } from '../protocol/frame.ts';
import type { AgentSockets } from './agent-sockets.ts';
import type { Standings } from './standings.ts';

/** The people of the portal who have a phone here: rooms, leases, what they have set and were told. */
export class Agents {
  readonly #sql: SqlStorage;
  readonly #sockets: AgentSockets;
  readonly #standings: Standings;

  constructor(sql: SqlStorage, sockets: AgentSockets, standings: Standings) {
    this.#sql = sql;
    this.#sockets = sockets;
    this.#standings = standings;
  }

  /** The person's room, made on first sight: 128 random bits. Whoever asks is opening a page. */
  roomOf(userId: number, now: number): string {
    this.#sql.exec(
      `INSERT INTO agent (user_id, room, epoch, seen_at) VALUES (?, ?, 0, ?)
       ON CONFLICT (user_id) DO UPDATE SET seen_at = excluded.seen_at`,
      userId,
      randomId(16),
      now,
    );
    return String(this.#sql.exec('SELECT room FROM agent WHERE user_id = ?', userId).one().room);
  }

  /**
   * A new socket is a claim to be the person's phone. The newest claim gets the lease under a higher epoch, every
   * earlier one is told that it is superseded: the frames' locks elect quickly, this arbitrates between browsers.
   *
   * @param inCall whether the page of an epoch still has a call: its socket stays, or the call's end would never be told
   */
  accept(socket: WebSocket, userId: number, session: string, now: number, inCall: (epoch: number) => boolean): void {
    this.roomOf(userId, now);
    this.#sql.exec('UPDATE agent SET epoch = epoch + 1, state = NULL, seen_at = ? WHERE user_id = ?', now, userId);
    const epoch = Number(this.#sql.exec('SELECT epoch FROM agent WHERE user_id = ?', userId).one().epoch);
    for (const old of this.#sockets.all(userId)) {
      // A handshake that its own page had given up may be accepted after its successor: that page has to come back.
      if (this.#sockets.attachmentOf(old)?.session === session) {
        old.close(CloseCode.again, 'a later connection of the same session');
        continue;
      }
      this.#sockets.post(old, { t: 'superseded', epoch });
      if (!inCall(this.#sockets.attachmentOf(old)?.epoch ?? 0)) old.close(CloseCode.superseded, 'superseded');
    }
    this.#sockets.accept(socket, { userId, session, epoch, browser: '', heardAt: now, cameAt: now });
    this.#sockets.post(socket, { t: 'welcome', epoch });
    const preferences = this.preferencesOf(userId);
    if (preferences !== null) this.#sockets.post(socket, { t: 'preferences', preferences });
    this.#standings.note(userId, now);
  }

  /** Closes the sockets of superseded pages whose calls are over. */
  dismissIdle(userId: number, inCall: (epoch: number) => boolean): void {
    const phone = this.phoneOf(userId);
    for (const socket of this.#sockets.all(userId)) {
      if (socket === phone || inCall(this.#sockets.attachmentOf(socket)?.epoch ?? 0)) continue;
      socket.close(CloseCode.superseded, 'superseded');
    }
  }

  /** The socket that holds the person's lease, if one is open. */
  phoneOf(userId: number): WebSocket | null {
    const epoch = Number(this.#sql.exec('SELECT epoch FROM agent WHERE user_id = ?', userId).toArray()[0]?.epoch ?? 0);
    return this.#sockets.open(userId).find((socket) => this.#sockets.attachmentOf(socket)?.epoch === epoch) ?? null;
  }

  holdsLease(socket: WebSocket): boolean {
    const held = this.#sockets.attachmentOf(socket);
    return held !== null && this.phoneOf(held.userId) === socket;
  }

  /** @returns whether the person has a phone that it could be sent to */
  send(userId: number, message: ObjectMessage): boolean {
    const socket = this.phoneOf(userId);
    return socket !== null && this.#sockets.post(socket, message);
  }

  reply(socket: WebSocket, message: ObjectMessage): void {
    this.#sockets.post(socket, message);
  }

  setState(userId: number, state: PhoneState | null, now: number): void {
    this.#sql.exec(
      'UPDATE agent SET state = ?, seen_at = ? WHERE user_id = ?',
      state === null ? null : JSON.stringify(state),
      now,
      userId,
    );
    this.#standings.note(userId, Date.now());
  }

  /** What the person has set for themselves; null = nothing yet. */
  preferencesOf(userId: number): Preferences | null {
    const text = this.#sql.exec('SELECT preferences FROM agent WHERE user_id = ?', userId).toArray()[0]?.preferences;
    return typeof text === 'string' ? (JSON.parse(text) as Preferences) : null;
  }

  setPreferences(userId: number, preferences: Preferences): void {
    this.#sql.exec('UPDATE agent SET preferences = ? WHERE user_id = ?', JSON.stringify(preferences), userId);
    this.#standings.note(userId, Date.now());
  }

  /** When the person was last told that the phone does not ring; null = never. */
  notifiedAt(userId: number): number | null {
    return this.#moment('notified_at', userId);
  }

  setNotified(userId: number, at: number): void {
    this.#sql.exec('UPDATE agent SET notified_at = ? WHERE user_id = ?', at, userId);
  }

  /** When the person was last told that a number they clicked was not dialled; null = never. */
  toldAt(userId: number): number | null {
    return this.#moment('told_at', userId);
  }

  setTold(userId: number, at: number | null): void {
    // Whoever clicks may never have had a page of ours.
    this.#sql.exec(
      `INSERT INTO agent (user_id, room, epoch, seen_at, told_at) VALUES (?1, ?2, 0, 0, ?3)
       ON CONFLICT (user_id) DO UPDATE SET told_at = ?3`,
      userId,
      randomId(16),
      at,
    );
  }

  #moment(column: 'notified_at' | 'told_at', userId: number): number | null {
    const row = this.#sql.exec(`SELECT ${column} AS at FROM agent WHERE user_id = ?`, userId).toArray()[0];
    return row?.at == null ? null : Number(row.at);
  }
}
