import type { PhoneState, Preferences } from '../protocol/frame.ts';
import type { PersonPresence, Presence } from '../protocol/status.ts';
import { isComingBack, type Whereabouts } from '../route/back.ts';
import type { AgentSockets } from './agent-sockets.ts';
import {
  nextSettled,
  type PhoneKnown,
  presenceOf,
  type Standing,
  seenByOthers,
  type Unreached,
  unreached,
  wouldRing,
} from './presence.ts';
import type { Account } from './records.ts';

/** One person's phone, as whoever chooses a person for a call needs to know it. */
export interface PhoneFacts {
  readonly userId: number;
  readonly presence: Presence;
  readonly reachable: boolean;
  readonly talking: boolean;
  readonly doNotDisturb: boolean;
}

type AgentRow = {
  user_id: number;
  epoch: number;
  state: string | null;
  preferences: string | null;
  seen_at: number;
  presence: string | null;
  presence_at: number | null;
};
const COLUMNS = 'user_id, epoch, state, preferences, seen_at, presence, presence_at';

/** A person's row, and what their open pages add to it. */
interface Known extends PhoneKnown {
  readonly row: AgentRow;
  /** Whether any page of theirs speaks to us. */
  readonly open: boolean;
  /** The page that holds the lease. */
  readonly phone: WebSocket | null;
}

/** Whoever is away for longer does not come back with news of calls that ring now (ms). */
const AWAY_MS = 20_000;

/** How the people of the portal stand: who could be rung, who talks, who is away, and since when. */
export class Standings {
  readonly #sql: SqlStorage;
  readonly #sockets: AgentSockets;

  constructor(sql: SqlStorage, sockets: AgentSockets) {
    this.#sql = sql;
    this.#sockets = sockets;
  }

  /** Something about the person has changed: how they stand now is written down. */
  note(userId: number, now: number): void {
    this.#standing(this.#known(userId), now);
  }

  stateOf(userId: number): PhoneState | null {
    return this.#known(userId)?.state ?? null;
  }

  /** Whether their phone is connected: what happened there has been told. */
  isConnected(userId: number): boolean {
    return this.#known(userId)?.phone != null;
  }

  /** Whether somebody's phone was here a moment ago and is not now: what happened there may not have been told yet. */
  someAway(now: number): boolean {
    return this.#sql
      .exec<{ user_id: number }>('SELECT user_id FROM agent WHERE epoch > 0 AND seen_at > ?', now - AWAY_MS)
      .toArray()
      .some((row) => this.#known(row.user_id)?.phone == null);
  }

  /** Why a click of this person cannot be dialled now; null = it can, or a page may just be loading. */
  unreached(userId: number, now: number): Unreached | null {
    const known = this.#known(userId);
    return unreached(known?.heardAt ?? null, known?.row.seen_at ?? null, now);
  }

  whereabouts(userId: number): Whereabouts {
    return this.#whereabouts(this.#known(userId));
  }

  /** Who cannot be rung at this moment because a page of theirs is just loading. */
  returning(now: number): number[] {
    return this.#everybody()
      .filter(({ state }) => state === null || (!state.ready && state.reason === 'starting'))
      .filter((known) => isComingBack(this.#whereabouts(known), now))
      .map(({ row }) => row.user_id);
  }

  #whereabouts(known: Known | null): Whereabouts {
    return {
      cameAt: known?.phone ? (this.#sockets.attachmentOf(known.phone)?.cameAt ?? 0) : null,
      seenAt: known?.row.seen_at ?? null,
      doNotDisturb: known?.doNotDisturb ?? false,
    };
  }

  /** When somebody will be seen otherwise though nothing happens, Unix ms; null = nobody will. */
  nextSettled(now: number): number | null {
    const people = this.#everybody().filter(({ row }) => row.epoch > 0);
    return nextSettled(
      people.map((known) => ({ found: presenceOf(known, now), seenAt: known.row.seen_at })),
      now,
    );
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
    return row ? this.#read(row, this.#sockets.open(userId)) : null;
  }

  /** One look at all sockets and one at all rows, however many people there are. */
  #everybody(): Known[] {
    const pages = new Map<number, WebSocket[]>();
    for (const socket of this.#sockets.open()) {
      const userId = this.#sockets.attachmentOf(socket)?.userId ?? 0;
      pages.set(userId, [...(pages.get(userId) ?? []), socket]);
    }
    const rows = this.#sql.exec<AgentRow>(`SELECT ${COLUMNS} FROM agent`).toArray();
    return rows.map((row) => this.#read(row, pages.get(row.user_id) ?? []));
  }

  /** @param pages the person's open sockets */
  #read(row: AgentRow, pages: readonly WebSocket[]): Known {
    const phone = pages.find((socket) => this.#sockets.attachmentOf(socket)?.epoch === row.epoch) ?? null;
    const state = row.state === null ? null : (JSON.parse(row.state) as PhoneState);
    const preferences = row.preferences === null ? null : (JSON.parse(row.preferences) as Preferences);
    return {
      row,
      open: pages.length > 0,
      phone,
      heardAt: phone ? this.#sockets.heardAt(phone) : null,
      state,
      // As they have set it, or as their phone behaves already.
      doNotDisturb: preferences?.doNotDisturb === true || state?.doNotDisturb === true,
    };
  }
}
