import type { Fetch, RestAccess, RestWatch } from '../bitrix24/rest.ts';
import type { Config } from '../config.ts';
import { DIRECTORY_NAME } from '../directory/directory.ts';
import type { Env } from '../env.ts';
import { bugName, log } from '../log.ts';
import { recordingName } from '../recording/recording-name.ts';
import { settingsFor } from '../settings/store.ts';
import { learnAccounts } from './accounts.ts';
import { addressesOf } from './addresses.ts';
import { AgentSockets, type Attachment, type Sockets } from './agent-sockets.ts';
import { Agents } from './agents.ts';
import { Binder, RECONCILE_MS } from './binder.ts';
import { Customers } from './customers.ts';
import { type AlarmClock, DUE_KINDS, DueJobs, type DueKind, type DueOutcome, type DueWork } from './due.ts';
import { HandoverStore } from './handover-store.ts';
import { ledgerJobs } from './jobs.ts';
import { KeptStore } from './kept-store.ts';
import type { PortalRules } from './leads.ts';
import { LedgerStore } from './ledger-store.ts';
import { LegEnds } from './leg-ends.ts';
import { LegPlaces } from './leg-places.ts';
import { MinuteLimiter } from './limiter.ts';
import { PacedCaller } from './paced.ts';
import { PageLegs } from './page-legs.ts';
import { BETWEEN_PAGES_MS } from './presence.ts';
import { attachRecords, type RecordTools } from './record-job.ts';
import { LegRecords } from './record-store.ts';
import { readCounter, readPortal } from './records.ts';
import { RestLog } from './rest-log.ts';
import { ROUTED_PER_MINUTE } from './routing.ts';
import { Sessions } from './sessions.ts';
import { defaultLine, ensureEvents, ensureLines } from './setup.ts';
import { Standings } from './standings.ts';
import { statusRow } from './status-row.ts';
import { Switchboard } from './switchboard.ts';
import { type Caller, lentCaller, TokenKeeper } from './tokens.ts';
import { type Kept, type Passage, Transcripts } from './transcripts.ts';

/** /status shows rows at most 5 s old; changes within this time are told together (ms). */
const TELL_EVERY_MS = 2000;
const SWEEP_MS = 6 * 60 * 60_000;
/** A placement that works is still looked at this often (ms). */
const FULL_LOOK_MS = 7 * 24 * 60 * 60_000;
/** Finished calls, strikes and rebinds are kept this long for /status and repeated messages (ms). */
const KEEP_MS = 30 * 24 * 60 * 60_000;

/** Jobs that an outage of Bitrix24 holds up. */
const HURRIED: readonly DueKind[] = ['callback', 'register', 'show', 'hide', 'finish', 'record'];

/** What the object's context gives; handed in so that the parts knows nothing of Durable Objects. */
export interface PartsOptions {
  readonly sql: SqlStorage;
  readonly clock: AlarmClock;
  readonly sockets: Sockets;
  readonly env: Env;
  readonly config: Config;
  readonly fetch: Fetch;
}

/** Everything an installed portal's object works with, wired once. Holds no fact that eviction may not take. */
export class Parts {
  readonly sql: SqlStorage;
  readonly config: Config;
  readonly fetch: Fetch;
  readonly restLog: RestLog;
  readonly tokens: TokenKeeper;
  /** The stored admin, no faster than the portal can take. */
  readonly caller: Caller;
  readonly sessions: Sessions;
  readonly sockets: AgentSockets;
  readonly standings: Standings;
  readonly agents: Agents;
  readonly ledger: LedgerStore;
  readonly records: LegRecords;
  readonly kept: KeptStore;
  readonly customers: Customers;
  readonly transcripts: Transcripts;
  readonly routed = new MinuteLimiter(ROUTED_PER_MINUTE);
  readonly due: DueJobs;
  readonly binder: Binder;
  readonly switchboard: Switchboard;
  readonly pageLegs: PageLegs;
  readonly #env: Env;
  #lent: RestAccess | null = null;
  #toldAt = 0;
  #accountsKnown = false;

  constructor(options: PartsOptions) {
    const { sql, config, fetch } = options;
    this.sql = sql;
    this.config = config;
    this.fetch = fetch;
    this.#env = options.env;
    this.restLog = new RestLog(sql);
    const note: RestWatch = (call) => this.restLog.note(call);
    this.tokens = new TokenKeeper(sql, config, fetch, note, () => this.pageLegs.askForSession());
    this.caller = new PacedCaller(sql, this.tokens, () => this.due.hurry(HURRIED, Date.now()));
    this.sessions = new Sessions(sql);
    this.sockets = new AgentSockets(options.sockets);
    this.standings = new Standings(sql, this.sockets);
    this.agents = new Agents(sql, this.sockets, this.standings);
    this.ledger = new LedgerStore(sql);
    this.records = new LegRecords(sql);
    this.kept = new KeptStore(sql, config.sealKeys, () => this.portal.memberId);
    this.customers = new Customers(this.caller);
    this.transcripts = new Transcripts(sql);
    this.due = new DueJobs(sql, options.clock, this.#work(), (kind, error) =>
      log('error', 'job_bug', { kind, code: bugName(error) }),
    );
    const handovers = new HandoverStore(sql);
    const ends = new LegEnds(this.ledger, handovers, this.standings, this.due);
    this.pageLegs = new PageLegs(this.ledger, this.kept, ends, this.agents, this.sockets, this.due);
    const places = new LegPlaces(sql, this.ledger, handovers);
    this.switchboard = new Switchboard({ ...this, handovers, places, ends });
    this.binder = new Binder({
      sql,
      due: () => this.due,
      title: config.appTitle,
      caller: () => this.admin(),
      addresses: () => this.addresses(),
      changed: () => this.changed(),
    });
  }

  /** The portal's row; whoever asks has made sure that there is one. */
  get portal() {
    const portal = readPortal(this.sql);
    if (!portal) throw new Error('the portal row is gone');
    return portal;
  }

  addresses() {
    const { origin, memberId } = this.portal;
    return addressesOf(this.config.signKeys, origin, memberId);
  }

  /** A verified admin's token, kept in memory until the placement stands again. */
  lend(token: string): void {
    this.#lent = { endpoint: this.portal.endpoint, token };
    this.binder.learn({ t: 'admin' }, 'an admin lent access');
  }

  admin(): Caller {
    return this.#lent && this.portal.binding !== 'bound'
      ? lentCaller(this.fetch, this.#lent, (call) => this.restLog.note(call))
      : this.caller;
  }

  /** A person whom the portal has just confirmed lends their token: what had to wait for one is done now. */
  async lendForCalls(token: string, now: number): Promise<void> {
    if (!this.tokens.lend(token, now)) return;
    this.due.hurry(HURRIED, now);
    await this.due.arm();
  }

  /** Something on /status changed. */
  changed(): void {
    this.due.plan('tell', '', Math.max(Date.now(), this.#toldAt + TELL_EVERY_MS));
  }

  /** A page of a person connects. */
  came(socket: WebSocket, userId: number, session: string, now: number): void {
    this.agents.accept(socket, userId, session, now, (epoch) => this.pageLegs.isInCall(userId, epoch));
    // A phone that is not ready by then is seen as such.
    this.due.plan('presence', '', now + BETWEEN_PAGES_MS);
    this.changed();
  }

  /** A page of a person is gone, which was there until `seenAt` (Unix ms). */
  left({ userId, epoch }: Attachment, seenAt: number): void {
    const now = Date.now();
    this.pageLegs.left(userId, epoch, seenAt, now);
    if (this.agents.phoneOf(userId) === null) this.agents.setState(userId, null, seenAt);
    // Who has not come back by then is away.
    this.due.plan('presence', '', now + BETWEEN_PAGES_MS);
    this.changed();
  }

  /** Nobody tells of a page that froze or of a socket that is half open: it is looked for. */
  #listen(): DueOutcome {
    for (const page of this.sockets.dismissSilent(Date.now())) this.left(page, page.heardAt);
    this.changed();
    const next = [this.sockets.nextSilence(), this.standings.nextSettled(Date.now())].filter((at) => at !== null);
    return next.length === 0 ? 'done' : { at: Math.min(...next) };
  }

  /** Who has an account is known from here on, whichever version saved the settings. */
  async learnAccounts(): Promise<void> {
    if (this.#accountsKnown) return;
    const { accounts, memberId } = this.portal;
    const settings = settingsFor(this.#env, memberId);
    this.#accountsKnown = await learnAccounts(this.sql, accounts, async () => (await settings.view()).agents);
  }

  status(now: number) {
    return statusRow(this.sql, this.config, this.portal, this, now);
  }

  /** Keeps a transcript and plans its way to Bitrix24. */
  async takeTranscript(call: string, passages: readonly Passage[]): Promise<Kept> {
    const { kept, key } = this.transcripts.keep(call, passages);
    if (kept === 'kept' && key !== null) this.due.plan('transcript', key, Date.now());
    await this.due.arm();
    return kept;
  }

  rules(): PortalRules {
    const { lines, calls } = this.portal;
    return { lines: lines.length > 0 ? lines : [defaultLine(this.config.appTitle)], calls };
  }

  async #setUp(what: 'events' | 'lines'): Promise<DueOutcome> {
    const got =
      what === 'events'
        ? await ensureEvents(this.admin(), (await this.addresses()).events)
        : await ensureLines(this.admin(), this.rules());
    if (got.ok) return 'done';
    log('warn', 'setup_failed', { portal: this.portal.memberId, kind: what, code: got.error.code });
    if (got.error.kind === 'denied') this.binder.learn({ t: 'denied' });
    // Refused here is not final: the scope or the licence may change.
    return got.error.kind === 'refused' || got.error.kind === 'denied' ? { at: Date.now() + RECONCILE_MS } : 'retry';
  }

  /**
   * Pages that load prove that the placement stands; only silence costs a REST call. Once a week it is looked at all
   * the same: its signed address may be of a key that was rotated out.
   */
  #reconcile(): DueOutcome {
    const { binding } = this.portal;
    const now = Date.now();
    const seen =
      binding === 'bound' &&
      readCounter(this.sql, 'last_load_at') > now - RECONCILE_MS &&
      readCounter(this.sql, 'last_look_at') > now - FULL_LOOK_MS;
    if (!seen) {
      this.due.plan('bind', '', now);
      this.due.plan('events', '', now);
    }
    return { at: now + RECONCILE_MS };
  }

  /** The object that holds the sound of a leg. */
  recording(leg: string) {
    return this.#env.RECORDING.getByName(recordingName(this.portal.memberId, leg));
  }

  #attach(callKey: string): Promise<DueOutcome> {
    const tools: RecordTools = {
      ledger: this.ledger,
      records: this.records,
      caller: this.caller,
      fetch: this.fetch,
      config: this.config,
      memberId: () => this.portal.memberId,
      settings: () => this.portal.calls,
      held: (leg) => this.recording(leg),
      denied: () => this.binder.learn({ t: 'denied' }),
    };
    return attachRecords(tools, callKey);
  }

  async #tell(): Promise<DueOutcome> {
    await this.learnAccounts();
    this.#toldAt = Date.now();
    await this.#env.DIRECTORY.getByName(DIRECTORY_NAME).tell(this.status(this.#toldAt));
    return 'done';
  }

  async #sweep(): Promise<DueOutcome> {
    const now = Date.now();
    await this.tokens.reseal();
    this.sessions.forgetBefore(now);
    this.kept.sweep();
    this.restLog.sweep(now);
    this.sql.exec('DELETE FROM pause WHERE until < ?', now);
    this.ledger.forgetBefore(now - KEEP_MS);
    this.records.forgetOrphans();
    this.transcripts.sweep();
    this.sql.exec('DELETE FROM strike WHERE at < ?', now - KEEP_MS);
    this.sql.exec('DELETE FROM rebind WHERE at < ?', now - KEEP_MS);
    return { at: now + SWEEP_MS };
  }

  #work(): Record<DueKind, DueWork> {
    const withStatus =
      (work: DueWork): DueWork =>
      async (key, attempt) => {
        const outcome = await work(key, attempt);
        this.changed();
        return outcome;
      };
    const ledger = ledgerJobs({
      ledger: this.ledger,
      agents: this.agents,
      standings: this.standings,
      caller: this.caller,
      switchboard: () => this.switchboard,
      pageLegs: () => this.pageLegs,
      due: () => this.due,
      installer: () => this.portal.installer,
      denied: () => this.binder.learn({ t: 'denied' }),
      rules: () => this.rules(),
      customers: this.customers,
      transcripts: this.transcripts,
    });
    return this.#whileInstalled({
      bind: (_key, attempt) => this.binder.work(attempt),
      events: () => this.#setUp('events'),
      lines: () => this.#setUp('lines'),
      reconcile: async () => this.#reconcile(),
      tell: () => this.#tell(),
      sweep: () => this.#sweep(),
      register: withStatus(ledger.register),
      callback: withStatus(ledger.callback),
      finish: withStatus(ledger.finish),
      abandoned: withStatus(ledger.abandoned),
      unadopted: withStatus(ledger.unadopted),
      unresumed: withStatus(ledger.unresumed),
      presence: async () => this.#listen(),
      show: ledger.show,
      customer: ledger.customer,
      transcript: ledger.transcript,
      notify: ledger.notify,
      hide: ledger.hide,
      record: withStatus((key) => this.#attach(key)),
    });
  }

  /** A job that outlived an uninstallation has nobody to call; telling /status and forgetting go on. */
  #whileInstalled(work: Record<DueKind, DueWork>): Record<DueKind, DueWork> {
    const guarded = { ...work };
    for (const kind of DUE_KINDS)
      if (kind !== 'tell' && kind !== 'sweep')
        guarded[kind] = async (...job) => (this.portal.binding === 'uninstalled' ? 'done' : work[kind](...job));
    return guarded;
  }
}
