import { randomId } from '../crypto/bytes.ts';
import { CloseCode, type ObjectMessage, type PhoneState, type Preferences } from '../protocol/frame.ts';

/** One person's phone, as whoever chooses a person for a call needs to know it. */
export interface PhoneFacts {
  readonly userId: number;
  readonly reachable: boolean;
  readonly talking: boolean;
  readonly doNotDisturb: boolean;
}

/** What a socket remembers over hibernation; the only place where a socket's facts are kept. */
export interface Attachment {
  readonly userId: number;
  readonly session: string;
  readonly epoch: number;
  /** Random name of its browser, '' until it has said one. */
  readonly browser: string;
}

/** The sockets of this object, handed in by the Durable Object's context. */
export interface Sockets {
  acceptWebSocket(socket: WebSocket, tags?: string[]): void;
  getWebSockets(tag?: string): WebSocket[];
}

/** Whoever is away for longer does not come back with news of calls that ring now (ms). */
const AWAY_MS = 20_000;

const tagOf = (userId: number) => `user:${userId}`;

/** The people of the portal who have a phone here: rooms, leases, sockets. */
export class Agents {
  readonly #sql: SqlStorage;
  readonly #sockets: Sockets;

  constructor(sql: SqlStorage, sockets: Sockets) {
    this.#sql = sql;
    this.#sockets = sockets;
  }

  /** The person's room, made on first sight: 128 random bits. */
  roomOf(userId: number, now: number): string {
    this.#sql.exec(
      'INSERT OR IGNORE INTO agent (user_id, room, epoch, seen_at) VALUES (?, ?, 0, ?)',
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
    for (const old of this.#sockets.getWebSockets(tagOf(userId))) {
      // A handshake that its own page had given up may be accepted after its successor: that page has to come back.
      if (this.attachmentOf(old)?.session === session) {
        old.close(CloseCode.again, 'a later connection of the same session');
        continue;
      }
      this.#post(old, { t: 'superseded', epoch });
      if (!inCall(this.attachmentOf(old)?.epoch ?? 0)) old.close(CloseCode.superseded, 'superseded');
    }
    this.#sockets.acceptWebSocket(socket, [tagOf(userId)]);
    socket.serializeAttachment({ userId, session, epoch, browser: '' } satisfies Attachment);
    this.#post(socket, { t: 'welcome', epoch });
    const preferences = this.preferencesOf(userId);
    if (preferences !== null) this.#post(socket, { t: 'preferences', preferences });
  }

  attachmentOf(socket: WebSocket): Attachment | null {
    return (socket.deserializeAttachment() as Attachment | null) ?? null;
  }

  /** The page has said which browser it is in. */
  nameBrowser(socket: WebSocket, browser: string): void {
    const held = this.attachmentOf(socket);
    if (held && held.browser !== browser) socket.serializeAttachment({ ...held, browser } satisfies Attachment);
  }

  /** The person's open pages that speak to us. */
  pagesOf(userId: number): Attachment[] {
    return this.#sockets
      .getWebSockets(tagOf(userId))
      .filter((socket) => socket.readyState === WebSocket.OPEN)
      .map((socket) => this.attachmentOf(socket))
      .filter((held) => held !== null);
  }

  /** Closes the sockets of superseded pages whose calls are over. */
  dismissIdle(userId: number, inCall: (epoch: number) => boolean): void {
    const phone = this.phoneOf(userId);
    for (const socket of this.#sockets.getWebSockets(tagOf(userId))) {
      if (socket === phone || inCall(this.attachmentOf(socket)?.epoch ?? 0)) continue;
      socket.close(CloseCode.superseded, 'superseded');
    }
  }

  /** The socket that holds the person's lease, if one is open. */
  phoneOf(userId: number): WebSocket | null {
    const epoch = Number(this.#sql.exec('SELECT epoch FROM agent WHERE user_id = ?', userId).toArray()[0]?.epoch ?? 0);
    const open = this.#sockets.getWebSockets(tagOf(userId)).filter((socket) => socket.readyState === WebSocket.OPEN);
    return open.find((socket) => this.attachmentOf(socket)?.epoch === epoch) ?? null;
  }

  holdsLease(socket: WebSocket): boolean {
    const held = this.attachmentOf(socket);
    return held !== null && this.phoneOf(held.userId) === socket;
  }

  /** @returns whether the person has a phone that it could be sent to */
  send(userId: number, message: ObjectMessage): boolean {
    const socket = this.phoneOf(userId);
    return socket !== null && this.#post(socket, message);
  }

  reply(socket: WebSocket, message: ObjectMessage): void {
    this.#post(socket, message);
  }

  /** A socket may have died unnoticed: that is a fact of life, not an error. */
  #post(socket: WebSocket, message: ObjectMessage): boolean {
    try {
      socket.send(JSON.stringify(message));
      return true;
    } catch {
      return false;
    }
  }

  setState(userId: number, state: PhoneState | null, now: number): void {
    this.#sql.exec(
      'UPDATE agent SET state = ?, seen_at = ? WHERE user_id = ?',
      state === null ? null : JSON.stringify(state),
      now,
      userId,
    );
  }

  stateOf(userId: number): PhoneState | null {
    const text = this.#sql.exec('SELECT state FROM agent WHERE user_id = ?', userId).toArray()[0]?.state;
    return typeof text === 'string' ? (JSON.parse(text) as PhoneState) : null;
  }

  /** What the person has set for themselves; null = nothing yet. */
  preferencesOf(userId: number): Preferences | null {
    const text = this.#sql.exec('SELECT preferences FROM agent WHERE user_id = ?', userId).toArray()[0]?.preferences;
    return typeof text === 'string' ? (JSON.parse(text) as Preferences) : null;
  }

  setPreferences(userId: number, preferences: Preferences): void {
    this.#sql.exec('UPDATE agent SET preferences = ? WHERE user_id = ?', JSON.stringify(preferences), userId);
  }

  /** When the person was last told that the phone does not ring; null = never. */
  notifiedAt(userId: number): number | null {
    const at = this.#sql.exec('SELECT notified_at FROM agent WHERE user_id = ?', userId).toArray()[0]?.notified_at;
    return at === undefined || at === null ? null : Number(at);
  }

  setNotified(userId: number, at: number): void {
    this.#sql.exec('UPDATE agent SET notified_at = ? WHERE user_id = ?', at, userId);
  }

  /** Whether somebody's phone was here a moment ago and is not now: what happened there may not have been told yet. */
  someAway(now: number): boolean {
    return this.#sql
      .exec<{ user_id: number }>('SELECT user_id FROM agent WHERE epoch > 0 AND seen_at > ?', now - AWAY_MS)
      .toArray()
      .some((row) => this.phoneOf(row.user_id) === null);
  }

  /** Whether a call to this person would ring and be answerable now. */
  isReachable(userId: number): boolean {
    return this.phoneOf(userId) !== null && this.stateOf(userId)?.ready === true;
  }

  /** Whether the person wants no calls now: as they have set it, or as their phone behaves already. */
  doesNotDisturb(userId: number): boolean {
    return this.preferencesOf(userId)?.doNotDisturb === true || this.stateOf(userId)?.doNotDisturb === true;
  }

  /** Whether a call that we choose a person for, such as a call-back, may ring there. */
  mayRing(userId: number): boolean {
    return this.isReachable(userId) && !this.doesNotDisturb(userId);
  }

  /** Everybody who takes calls now and is not in one. */
  free(): number[] {
    return this.#users().filter((userId) => this.mayRing(userId) && this.stateOf(userId)?.talking !== true);
  }

  /** How every open phone stands. */
  phones(): PhoneFacts[] {
    return this.#users().map((userId) => ({
      userId,
      reachable: this.isReachable(userId),
      talking: this.stateOf(userId)?.talking === true,
      doNotDisturb: this.doesNotDisturb(userId),
    }));
  }

  summary(): { phones: number; reachable: number; talking: number; doNotDisturb: number } {
    const phones = this.#users();
    return {
      phones: phones.length,
      reachable: phones.filter((userId) => this.isReachable(userId)).length,
      talking: phones.filter((userId) => this.stateOf(userId)?.talking === true).length,
      doNotDisturb: phones.filter((userId) => this.doesNotDisturb(userId)).length,
    };
  }

  closeAll(code: number, reason: string): void {
    for (const socket of this.#sockets.getWebSockets()) socket.close(code, reason);
  }

  #users(): number[] {
    const users = this.#sockets
      .getWebSockets()
      .filter((socket) => socket.readyState === WebSocket.OPEN)
      .map((socket) => this.attachmentOf(socket)?.userId)
      .filter((userId) => userId !== undefined);
    return [...new Set(users)];
  }
}
