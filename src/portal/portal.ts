import { DurableObject } from 'cloudflare:workers';
import { type Identity, whoIs } from '../bitrix24/identity.ts';
import { type ProvedTokens, refreshTokens } from '../bitrix24/oauth.ts';
import type { Fetch } from '../bitrix24/rest.ts';
import { readConfig } from '../config.ts';
import { seal } from '../crypto/seal.ts';
import type { Env } from '../env.ts';
import { type Failure, failure } from '../http/failure.ts';
import { err, ok, type Result } from '../http/result.ts';
import { bugName, log } from '../log.ts';
import { CloseCode, type Line, type Preferences } from '../protocol/frame.ts';
import type { PersonPresence, PortalStatus } from '../protocol/status.ts';
import { TICKET_SECONDS } from '../session/ticket.ts';
import { DEFAULT_CALLS } from '../settings/calls-form.ts';
import type { StatisticsRow } from '../statistics/summary.ts';
import { type PortalEvent, receiveEvent } from './events.ts';
import { figures } from './figures.ts';
import { answerFrame } from './frames.ts';
import { type InstallStep, setUp } from './install.ts';
import { MinuteLimiter } from './limiter.ts';
import { noteLoad } from './loads.ts';
import { readFrameMessage } from './messages.ts';
import { asFailure } from './outcome.ts';
import { Parts } from './parts.ts';
import { recordBegins, recordWhole } from './record-door.ts';
import { addToCounter, type PortalSettingsPart, readPortal, writePortal, writeRules } from './records.ts';
import type { RestLogQuery, RestLogRow } from './rest-log.ts';
import { comingBack, type RouteFacts, routeFacts } from './routing.ts';
import { hasTables, migrate } from './schema.ts';
import { NOT_INSTALLED } from './stub.ts';
import type { Kept, Passage } from './transcripts.ts';

/** What a proved install brings: nothing of it comes from the POST itself, but for the application_token. */
export interface ProvedInstall {
  readonly tokens: ProvedTokens;
  /** Checked REST address. */
  readonly endpoint: string;
  readonly identity: Identity;
  /** Public origin that the portal shall call. */
  readonly origin: string;
  readonly applicationToken: string | null;
}

/** A verified person, as the Worker makes a ticket of it. */
export interface OpenedSession {
  readonly userId: number;
  readonly admin: boolean;
  readonly name: string;
  readonly session: string;
  /** Unix ms. */
  readonly expiresAt: number;
  readonly room: string;
  readonly preferences: Preferences | null;
  readonly lines: readonly Line[];
}

const TOO_MANY_REPORTS = failure('rate_limited', 'Too many reports. They are counted again in a minute.');
/**
 * Refused sessions a minute from one network address after which it is not asked for more, so that a guesser shuts the
 * door for nobody else; and in all, because each costs a call of the portal's REST limit, which other apps share.
 */
const REFUSED_SESSIONS = 30;
const REFUSED_IN_ALL = 120;
/** Reports without a session a minute that are counted. */
const UNVERIFIED_PER_MINUTE = 60;

/**
 * One portal, by its member_id: tokens, strikes, binding, ledger, agents. A thin shell: it takes calls, sockets and
 * the alarm, and hands them to the parts. Before a proved install it has no tables and every door is shut.
 */
export class Portal extends DurableObject<Env> {
  #parts: Parts | null = null;
  readonly #refused = new MinuteLimiter(REFUSED_SESSIONS, REFUSED_IN_ALL);
  readonly #strangers = new MinuteLimiter(UNVERIFIED_PER_MINUTE);

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    if (hasTables(ctx.storage.sql)) ctx.storage.transactionSync(() => migrate(ctx.storage.sql));
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'));
  }

  /** Stores the proved pair and sets the portal up. Each step's outcome is told, and a failed one is done again later. */
  async install(proof: ProvedInstall): Promise<Result<InstallStep[], Failure>> {
    const config = readConfig(this.env);
    if (!config.ok) return config;
    const { memberId } = proof.tokens;
    const applicationToken =
      proof.applicationToken === null
        ? null
        : await seal(config.value.sealKeys, proof.applicationToken, { portal: memberId, field: 'application_token' });
    const sql = this.ctx.storage.sql;
    this.ctx.storage.transactionSync(() => {
      migrate(sql);
      const known = readPortal(sql);
      writePortal(sql, {
        memberId,
        endpoint: proof.endpoint,
        oauthHost: proof.tokens.oauthHost,
        origin: proof.origin,
        appCode: proof.identity.appCode,
        applicationToken: applicationToken ?? known?.applicationToken ?? null,
        installedAt: Date.now(),
        installer: proof.identity.userId,
        binding: known?.binding ?? 'rebinding',
        bindReason: null,
        lines: known?.lines ?? [],
        calls: known?.calls ?? DEFAULT_CALLS,
        accounts: known?.accounts ?? null,
      });
    });
    const parts = this.#openParts();
    if (!parts.ok) return parts;
    await parts.value.tokens.store(proof.tokens, Date.now());
    return ok(await setUp(parts.value));
  }

  /**
   * Asks the portal whose access token this is and opens a session. The token must have been issued to our app: any
   * other app's token is valid at the portal too.
   *
   * @param refreshToken lent by an admin on the app's page; used only while the stored pair cannot bind
   * @param from network address of the browser; '' = unknown
   */
  async openSession(
    accessToken: string,
    refreshToken: string | null,
    from: string,
  ): Promise<Result<OpenedSession, Failure>> {
    const parts = this.#installed();
    if (!parts.ok) return parts;
    const now = Date.now();
    if (this.#refused.isFull(now, from))
      return err(failure('rate_limited', 'Too many refused sessions. Try again in a minute.'));
    const { endpoint, appCode, memberId } = parts.value.portal;
    const who = await whoIs(parts.value.fetch, { endpoint, token: accessToken });
    if (!who.ok) {
      const problem = asFailure(who.error);
      // A portal that is away refuses nobody.
      if (problem.reason === 'forbidden') this.#refused.note(now, from);
      return err(problem);
    }
    if (who.value.appCode !== appCode) {
      this.#refused.note(now, from);
      log('warn', 'foreign_token', { portal: memberId });
      return err(failure('forbidden', 'This access token was issued to another app.'));
    }
    const { userId, admin, name } = who.value;
    await parts.value.lendForCalls(accessToken, now);
    if (admin && parts.value.portal.binding === 'needs_admin')
      await this.#repair(parts.value, accessToken, refreshToken);
    const expiresAt = now + TICKET_SECONDS * 1000;
    const session = parts.value.sessions.open(userId, admin, expiresAt);
    const { agents } = parts.value;
    const own = { room: agents.roomOf(userId, now), preferences: agents.preferencesOf(userId) };
    return ok({ userId, admin, name, session, expiresAt, ...own, lines: parts.value.rules().lines });
  }

  /** needs_admin has an exit: a verified admin's token binds, and a pair that the OAuth host proves is kept. */
  async #repair(parts: Parts, accessToken: string, refreshToken: string | null): Promise<void> {
    if (refreshToken !== null) {
      const { oauthHost, memberId } = parts.portal;
      const fresh = await refreshTokens(parts.fetch, parts.config, oauthHost, refreshToken, Date.now());
      if (fresh.ok && fresh.value.memberId === memberId) {
        await parts.tokens.store(fresh.value, Date.now());
        accessToken = fresh.value.access;
      }
    }
    parts.lend(accessToken);
    await parts.due.arm();
  }

  /** Whether a ticket's session is still open. */
  async checkTicket(session: string): Promise<boolean> {
    const parts = this.#installed();
    return parts.ok && parts.value.sessions.find(session, Date.now()) !== null;
  }

  /** Bitrix24 removed the placement and says so. Returns after the hit is stored and the alarm is set. */
  async hit(error: string): Promise<Result<true, Failure>> {
    const parts = this.#installed();
    if (!parts.ok) return parts;
    parts.value.binder.learn({ t: 'hit' }, error);
    await parts.value.due.arm();
    return ok(true);
  }

  /** An event of Bitrix24's queue, already shown to carry our signature. Returns after the fact is stored. */
  async event(event: PortalEvent): Promise<Result<true, Failure>> {
    const parts = this.#installed();
    if (!parts.ok) return parts;
    const received = await receiveEvent(parts.value, this.env, event, Date.now());
    await parts.value.due.arm();
    return received;
  }

  /** A frame load longer than STRIKE_MS, reported by POST. */
  async slowLoad(session: string, ms: number): Promise<Result<true, Failure>> {
    const parts = this.#installed();
    if (!parts.ok) return parts;
    const now = Date.now();
    if (!parts.value.sessions.find(session, now)) return this.#unverified(parts.value, now);
    if (!noteLoad(parts.value.sql, ms, now, 'vitals', parts.value.config.strikeMs)) return err(TOO_MANY_REPORTS);
    parts.value.changed();
    await parts.value.due.arm();
    return ok(true);
  }

  async #unverified(parts: Parts, now: number): Promise<Result<true, Failure>> {
    if (this.#strangers.isFull(now)) return err(TOO_MANY_REPORTS);
    this.#strangers.note(now);
    addToCounter(parts.sql, 'unverified', 1);
    parts.changed();
    await parts.due.arm();
    return err(failure('unauthorized', 'The ticket ran out: open a new session.'));
  }

  /** The admin saved the settings. Bitrix24 is told of the lines by a job, so a slow portal does not slow the save. */
  async settingsChanged(rules: PortalSettingsPart): Promise<void> {
    const parts = this.#installed();
    if (!parts.ok) return;
    writeRules(parts.value.sql, rules);
    parts.value.due.plan('lines', '', Date.now());
    await parts.value.due.arm();
  }

  /** The first piece of a leg's record: whether it may be stored (see record-door.ts). */
  async recordBegins(session: string, userId: number, leg: string): Promise<Result<true, Failure>> {
    const parts = this.#installed();
    return parts.ok ? recordBegins(parts.value, { session, userId, leg }, Date.now()) : parts;
  }

  /** A Recording expects no more pieces of a leg. */
  async recordWhole(leg: string, bytes: number): Promise<void> {
    const parts = this.#installed();
    if (!parts.ok) return;
    recordWhole(parts.value, leg, bytes, Date.now());
    await parts.value.due.arm();
  }

  /** What the PBX asks before it rings anybody: who the caller is, and who could take the call. */
  async routeFacts(caller: string): Promise<Result<RouteFacts, Failure>> {
    const parts = this.#installed();
    return parts.ok ? routeFacts(parts.value, caller, Date.now()) : parts;
  }

  /** What the PBX asks when somebody could not be rung: whether their next page is about to be there. */
  async comingBack(userId: number): Promise<Result<boolean, Failure>> {
    const parts = this.#installed();
    return parts.ok ? comingBack(parts.value, userId, Date.now()) : parts;
  }

  /** A call's transcript from the PBX; it is attached once the call is finished. */
  async transcript(call: string, passages: readonly Passage[]): Promise<Result<Kept, Failure>> {
    const parts = this.#installed();
    return parts.ok ? ok(await parts.value.takeTranscript(call, passages)) : parts;
  }

  /** The portal's row of /status, or null before a proved install. */
  async status(): Promise<PortalStatus | null> {
    const parts = this.#openParts();
    return parts.ok ? parts.value.status(Date.now()) : null;
  }

  /**
   * How the portal's people stand, for one of them. The session lives on while they look: `expiresAt` is the end of the
   * ticket that they ask with from now on, null where the old one is good for long.
   */
  async presence(
    session: string,
    ticketUntil: number,
  ): Promise<Result<{ people: PersonPresence[]; expiresAt: number | null }, Failure>> {
    const parts = this.#installed();
    if (!parts.ok) return parts;
    const now = Date.now();
    const { sessions, standings } = parts.value;
    if (!sessions.find(session, now))
      return err(failure('unauthorized', 'This session was ended: open the app again.'));
    await parts.value.learnAccounts();
    const people = standings.people(parts.value.portal.accounts, now);
    if (ticketUntil - now > (TICKET_SECONDS * 1000) / 2) return ok({ people, expiresAt: null });
    const expiresAt = now + TICKET_SECONDS * 1000;
    sessions.renew(session, expiresAt);
    return ok({ people, expiresAt });
  }

  /** The portal's calls that began in [from, to), Unix ms, added up. */
  async figures(from: number, to: number): Promise<StatisticsRow[]> {
    const parts = this.#installed();
    return parts.ok ? figures(parts.value.sql, from, to) : [];
  }

  /** The portal's REST calls of the last days, newest first (docs/storage.md). */
  async restLog(query: RestLogQuery): Promise<RestLogRow[]> {
    const parts = this.#openParts();
    return parts.ok ? parts.value.restLog.read(query) : [];
  }

  /** Sockets only: the Worker has checked origin and ticket and names the session in a header of its own. */
  override async fetch(request: Request): Promise<Response> {
    const parts = this.#installed();
    const session = request.headers.get('x-session') ?? '';
    const now = Date.now();
    const open = parts.ok ? parts.value.sessions.find(session, now) : null;
    if (!parts.ok || !open) return new Response(null, { status: 401 });
    const { 0: client, 1: server } = new WebSocketPair();
    parts.value.came(server, open.userId, session, now);
    await parts.value.due.arm();
    return new Response(null, {
      status: 101,
      webSocket: client,
      headers: { 'sec-websocket-protocol': 'b24phone.v1' },
    });
  }

  override async webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
    const parts = this.#installed();
    const message = readFrameMessage(data);
    if (!parts.ok) return socket.close(CloseCode.uninstalled, 'uninstalled');
    if (!message) return socket.close(CloseCode.protocol, 'not a message of this protocol');
    const held = parts.value.sockets.attachmentOf(socket);
    if (!held || !parts.value.sessions.find(held.session, Date.now()))
      return socket.close(CloseCode.ticket, 'the ticket ran out');
    parts.value.sockets.heard(socket, Date.now());
    await answerFrame(parts.value, socket, held, message);
    await parts.value.due.arm();
  }

  override async webSocketClose(socket: WebSocket): Promise<void> {
    await this.#left(socket);
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    await this.#left(socket);
  }

  async #left(socket: WebSocket): Promise<void> {
    const parts = this.#installed();
    const held = parts.ok ? parts.value.sockets.attachmentOf(socket) : null;
    if (!parts.ok || !held) return;
    parts.value.left(held, parts.value.sockets.lastSeen(socket, Date.now()));
    await parts.value.due.arm();
  }

  override async alarm(): Promise<void> {
    try {
      const parts = this.#openParts();
      if (parts.ok) await parts.value.due.run(Date.now());
    } catch (error) {
      log('error', 'alarm_bug', { code: bugName(error) });
      await this.ctx.storage.setAlarm(Date.now() + 60_000);
    }
  }

  /** The parts of a portal whose app is installed now. */
  #installed(): Result<Parts, Failure> {
    const parts = this.#openParts();
    if (parts.ok && parts.value.portal.binding === 'uninstalled') return err(NOT_INSTALLED);
    return parts;
  }

  #openParts(): Result<Parts, Failure> {
    if (this.#parts) return ok(this.#parts);
    if (!hasTables(this.ctx.storage.sql) || !readPortal(this.ctx.storage.sql)) return err(NOT_INSTALLED);
    const config = readConfig(this.env);
    if (!config.ok) return config;
    const { storage } = this.ctx;
    const callOut: Fetch = (input, init) => fetch(input, init);
    this.#parts = new Parts({
      sql: storage.sql,
      clock: storage,
      sockets: this.ctx,
      env: this.env,
      config: config.value,
      fetch: callOut,
    });
    return ok(this.#parts);
  }
}
