import { randomId } from '../crypto/bytes.ts';
import { CloseCode, type ObjectMessage, type PhoneState, type Preferences } from '../protocol/frame.ts';
import type { PersonPresence, Presence } from '../protocol/status.ts';
import type { Whereabouts } from '../route/back.ts';
import {
  type PhoneKnown,
  presenceOf,
  type Standing,
  seenByOthers,
  type Unreached,
  unreached,
  wouldRing,
} from './presence.ts';
import { isSilent, lastHeard, nextSilence } from './reachable.ts';
import type { Account } from './records.ts';

/** One person's phone, as whoever chooses a person for a call needs to know it. */
export interface PhoneFacts {
  readonly userId: number;
  readonly presence: Presence;
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
  /** Its last message, or its handshake, Unix ms. */
  readonly heardAt: number;
  /** Its handshake, Unix ms. */
  readonly cameAt: number;
}

/** The sockets of this object, handed in by the Durable Object's context. */
export interface Sockets {
  acceptWebSocket(socket: WebSocket, tags?: string[]): void;
  getWebSockets(tag?: string): WebSocket[];
  /** When the runtime last answered a `ping` for us. */
  getWebSocketAutoResponseTimestamp(socket: WebSocket): Date | null;
}

type AgentRow = {
  user_id: number;
  epoch: number;
  state: string | null;
  preferences: string | null;
  seen_at: number;
  presence: string | null;
  presence_at: number | null;
  notified_at: number | null;
  told_at: number | null;
};
const COLUMNS = 'user_id, epoch, state, preferences, seen_at, presence, presence_at, notified_at, told_at';

/** A person's row, and what their open pages add to it. */
interface Known extends PhoneKnown {
  readonly row: AgentRow;
  /** Whether any page of theirs speaks to us. */
  readonly open: boolean;
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
    socket.serializeAttachment({ userId, session, epoch, browser: '', heardAt: now, cameAt: now } satisfies Attachment);
    this.#post(socket, { t: 'welcome', epoch });
    const preferences = this.preferencesOf(userId);
    if (preferences !== null) this.#post(socket, { t: 'preferences', preferences });
    this.#standing(this.#known(userId), now);
  }

  /** A page has spoken. */
  heard(socket: WebSocket, now: number): void {
    const held = this.attachmentOf(socket);
    if (held) socket.serializeAttachment({ ...held, heardAt: now } satisfies Attachment);
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
    return this.#open(tagOf(userId))
      .map((socket) => this.attachmentOf(socket))
      .filter((held) => held !== null);
  }

  /** When a page that is gone was there last, Unix ms: now, unless it had been silent before. */
  lastSeen(socket: WebSocket, now: number): number {
    const heardAt = this.#heardAt(socket);
    return isSilent(heardAt, now) ? heardAt : now;
  }

  /**
   * Closes the sockets of pages that are not heard any more. One that is only frozen hears of it when it thaws, and comes back.
   *
   * @returns whose they were, and when each was last heard
   */
  dismissSilent(now: number): Attachment[] {
    const gone: Attachment[] = [];
    for (const socket of this.#open()) {
      const held = this.attachmentOf(socket);
      const heardAt = this.#heardAt(socket);
      if (!held || !isSilent(heardAt, now)) continue;
      socket.close(CloseCode.silent, 'not heard for too long');
      gone.push({ ...held, heardAt });
    }
    return gone;
  }

  /** When the next page could have become silent, Unix ms; null = no page is open. */
  nextSilence(): number | null {
    return nextSilence(this.#open().map((socket) => this.#heardAt(socket)));
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
    return this.#open(tagOf(userId)).find((socket) => this.attachmentOf(socket)?.epoch === epoch) ?? null;
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
    this.#standing(this.#known(userId), Date.now());
  }

  stateOf(userId: number): PhoneState | null {
    return this.#known(userId)?.state ?? null;
  }

  /** What the person has set for themselves; null = nothing yet. */
  preferencesOf(userId: number): Preferences | null {
    const text = this.#sql.exec('SELECT preferences FROM agent WHERE user_id = ?', userId).toArray()[0]?.preferences;
    return typeof text === 'string' ? (JSON.parse(text) as Preferences) : null;
  }

  setPreferences(userId: number, preferences: Preferences): void {
    this.#sql.exec('UPDATE agent SET preferences = ? WHERE user_id = ?', JSON.stringify(preferences), userId);
    this.#standing(this.#known(userId), Date.now());
  }

  /** When the person was last told that the phone does not ring; null = never. */
  notifiedAt(userId: number): number | null {
    return this.#known(userId)?.row.notified_at ?? null;
  }

  setNotified(userId: number, at: number): void {
    this.#sql.exec('UPDATE agent SET notified_at = ? WHERE user_id = ?', at, userId);
  }

  /** When the person was last told that a number they clicked was not dialled; null = never. */
  toldAt(userId: number): number | null {
    return this.#known(userId)?.row.told_at ?? null;
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

  /** Whether somebody's phone was here a moment ago and is not now: what happened there may not have been told yet. */
  someAway(now: number): boolean {
    return this.#sql
      .exec<{ user_id: number }>('SELECT user_id FROM agent WHERE epoch > 0 AND seen_at > ?', now - AWAY_MS)
      .toArray()
      .some((row) => this.phoneOf(row.user_id) === null);
  }

  /** Why a click of this person cannot be dialled now; null = it can, or a page may just be loading. */
  unreached(userId: number, now: number): Unreached | null {
    const known = this.#known(userId);
    return unreached(known?.heardAt ?? null, known?.row.seen_at ?? null, now);
  }

  whereabouts(userId: number): Whereabouts {
    const phone = this.phoneOf(userId);
    const known = this.#known(userId);
    return {
      cameAt: phone && (this.attachmentOf(phone)?.cameAt ?? 0),
      seenAt: known?.row.seen_at ?? null,
      doNotDisturb: known?.doNotDisturb ?? false,
    };
  }

  /** Whether a call that we choose a person for, such as a call-back, may ring there. */
  mayRing(userId: number, now: number): boolean {
    const known = this.#known(userId);
    return known !== null && wouldRing(known, now) && !known.doNotDisturb;
  }

  /** Everybody who takes calls now and is not in one. */
  free(now: number): number[] {
    return this.phones(now)
      .filter(({ presence }) => presence === 'reachable')
      .map(({ userId }) => userId);
  }

  /** How every open phone stands at this moment; between two pages a person is away. */
  phones(now: number): PhoneFacts[] {
    return this.#everybody()
      .filter(({ open }) => open)
      .map((known) => ({
        userId: known.row.user_id,
        presence: presenceOf(known, now).presence,
        reachable: wouldRing(known, now),
        talking: known.state?.talking === true,
        doNotDisturb: known.doNotDisturb,
      }));
  }

  /**
   * Everybody who has an account or a phone open, as others see them.
   *
   * @param accounts who has a SIP account; null = not known, so whoever ever had a phone here
   */
  people(accounts: readonly Account[] | null, now: number): PersonPresence[] {
    const everybody = new Map(this.#everybody().map((known) => [known.row.user_id, known]));
    const names = new Map(accounts?.map(({ userId, name }) => [userId, name]));
    const others = [...everybody.values()].filter(({ open, row }) => open || (accounts === null && row.epoch > 0));
    return [...new Set([...names.keys(), ...others.map(({ row }) => row.user_id)])].map((userId) => {
      const { presence, reason, since } = this.#standing(everybody.get(userId) ?? null, now);
      const name = names.get(userId);
      return {
        userId,
        ...(name && { name }),
        presence,
        since: since === null ? null : new Date(since).toISOString(),
        ...(reason && { reason }),
      };
    });
  }

  summary(now: number): { phones: number; reachable: number; talking: number; doNotDisturb: number } {
    const phones = this.phones(now);
    return {
      phones: phones.length,
      reachable: phones.filter(({ reachable }) => reachable).length,
      talking: phones.filter(({ talking }) => talking).length,
      doNotDisturb: phones.filter(({ doNotDisturb }) => doNotDisturb).length,
    };
  }

  closeAll(code: number, reason: string): void {
    for (const socket of this.#sockets.getWebSockets()) socket.close(code, reason);
  }

  /** How a person stands, and since when (Unix ms). What is found is written down: "since" outlives an eviction. */
  #standing(known: Known | null, now: number): Standing & { readonly since: number | null } {
    if (!known || known.row.epoch === 0) return { presence: 'away', since: null };
    const { row } = known;
    const before = row.presence === null ? null : (JSON.parse(row.presence) as Standing);
    const found = seenByOthers(presenceOf(known, now), before, row.seen_at, now);
    const text = JSON.stringify(found);
    if (text === row.presence) return { ...found, since: row.presence_at };
    const since = found.presence === 'away' ? (known.heardAt ?? row.seen_at) : now;
    this.#sql.exec('UPDATE agent SET presence = ?, presence_at = ? WHERE user_id = ?', text, since, row.user_id);
    return { ...found, since };
  }

  #known(userId: number): Known | null {
    const row = this.#sql.exec<AgentRow>(`SELECT ${COLUMNS} FROM agent WHERE user_id = ?`, userId).toArray()[0];
    return row ? this.#read(row, this.#open(tagOf(userId))) : null;
  }

  /** One look at all sockets and one at all rows, however many people there are. */
  #everybody(): Known[] {
    const pages = new Map<number, WebSocket[]>();
    for (const socket of this.#open()) {
      const userId = this.attachmentOf(socket)?.userId ?? 0;
      pages.set(userId, [...(pages.get(userId) ?? []), socket]);
    }
    const rows = this.#sql.exec<AgentRow>(`SELECT ${COLUMNS} FROM agent`).toArray();
    return rows.map((row) => this.#read(row, pages.get(row.user_id) ?? []));
  }

  /** @param pages the person's open sockets */
  #read(row: AgentRow, pages: readonly WebSocket[]): Known {
    const phone = pages.find((socket) => this.attachmentOf(socket)?.epoch === row.epoch);
    const state = row.state === null ? null : (JSON.parse(row.state) as PhoneState);
    const preferences = row.preferences === null ? null : (JSON.parse(row.preferences) as Preferences);
    return {
      row,
      open: pages.length > 0,
      heardAt: phone ? this.#heardAt(phone) : null,
      state,
      // As they have set it, or as their phone behaves already.
      doNotDisturb: preferences?.doNotDisturb === true || state?.doNotDisturb === true,
    };
  }

  #heardAt(socket: WebSocket): number {
    const pingAt = this.#sockets.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? null;
    return lastHeard(this.attachmentOf(socket)?.heardAt ?? 0, pingAt);
  }

  #open(tag?: string): WebSocket[] {
    return this.#sockets.getWebSockets(tag).filter((socket) => socket.readyState === WebSocket.OPEN);
  }
}
