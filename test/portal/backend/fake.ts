import { json } from './answers.ts';
import { control } from './control.ts';
import type { FaultOptions } from './faults.ts';
import {
  type CallbackForm,
  type ClickToCall,
  callbackForm,
  clickToCall,
  finishInstall,
  installByEvent,
  type LongLoadResult,
  reportLongLoad,
  uninstall,
  updateApp,
} from './lifecycle.ts';
import { oauthToken } from './oauth.ts';
import { addInstall, createPortal } from './portal.ts';
import { appPost, type FramePost, installPost, type Target, workerPost } from './posts.ts';
import type { PullListener } from './pull.ts';
import type { Delivery } from './queue.ts';
import { rest } from './rest.ts';
import { dump } from './state.ts';
import type { TokenPair } from './tokens.ts';
import type { AppOptions, DefaultLine, FakeOptions, LiveCall, Portal, User } from './types.ts';
import { createWorld, type LogEntry, type World } from './world.ts';

/** Who and where; the first app, portal and administrator stand in for what is left out. */
export interface Who {
  readonly memberId?: string;
  readonly clientId?: string;
  readonly userId?: number;
}

const need = <Value>(value: Value | undefined, what: string): Value => {
  if (value === undefined) throw new Error(`the fake Bitrix24 has no ${what}`);
  return value;
};

/**
 * A Bitrix24 without a network: any number of portals and one OAuth server behind one `handle`, told apart by the
 * host of the URL. What it imitates, and where a fact is uncertain, is in docs/fake-portal.md.
 * @example
 * const fake = new FakeBitrix24({ oauthHost: '127.0.0.1:9100', portals: [...], apps: [...] });
 * const answer = await fake.handle(new Request('http://127.0.0.1:9101/rest/profile?auth=...'));
 */
export class FakeBitrix24 {
  #underWay = 0;
  readonly world: World;

  constructor(options: FakeOptions) {
    const now = (options.now ?? Date.now)();
    const portals = options.portals.map((portal) => createPortal(portal, options, now));
    this.world = createWorld(options, new Map(portals.map((portal) => [portal.memberId, portal])));
  }

  /**
   * Answers one request as the OAuth server, a portal's REST or the control API would.
   * @throws LostAnswer only when a `lost` fault was asked for: the caller breaks the connection
   */
  async handle(request: Request): Promise<Response> {
    this.#underWay++;
    try {
      return await this.#answer(request);
    } finally {
      this.#underWay--;
    }
  }

  /** Requests that have no answer yet. */
  get underWay(): number {
    return this.#underWay;
  }

  async #answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const portal = this.portalAt(url.host);
    const isOauth = url.host === this.world.options.oauthHost;
    if (!isOauth && portal === null) return this.#stray(request, url);
    if (url.pathname.startsWith('/__control/')) return control(this, portal, request);
    if (isOauth && /^\/oauth\/token\/?$/.test(url.pathname)) return oauthToken(this.world, request);
    if (portal !== null && url.pathname.startsWith('/rest/')) return rest(this.world, portal, request);
    return json({ error: 'NOT_FOUND', error_description: 'Nothing lives here' }, 404);
  }

  /** The portal that answers at host:port, its former hosts included. */
  portalAt(host: string): Portal | null {
    for (const portal of this.world.portals.values()) {
      if (portal.domain === host || portal.restHost === host || portal.formerHosts.has(host)) return portal;
    }
    return null;
  }

  portal(memberId?: string): Portal {
    const { portals } = this.world;
    const found = memberId === undefined ? [...portals.values()][0] : portals.get(memberId);
    return need(found, `portal ${memberId ?? ''}`);
  }

  app(clientId?: string): AppOptions {
    const { apps } = this.world;
    return need(clientId === undefined ? [...apps.values()][0] : apps.get(clientId), `app ${clientId ?? ''}`);
  }

  user(portal: Portal, userId?: number): User {
    const users = [...portal.users.values()];
    const found = userId === undefined ? users.find((user) => user.admin) : portal.users.get(userId);
    return need(found, `user ${userId ?? '(an administrator)'}`);
  }

  /** The form that opens the installer in its frame. */
  installFields(who: Who = {}): FramePost {
    const portal = this.portal(who.memberId);
    return installPost(this.world, portal, this.app(who.clientId), this.user(portal, who.userId));
  }

  /** The form that opens the app's page; null where the person sees "not fully installed". */
  appFields(who: Who = {}): FramePost | null {
    return appPost(this.world, this.#target(who));
  }

  /** The forms of all background workers that a page shows to this person (fact 1.1). */
  workerFields(who: Who = {}, uri = '/'): FramePost[] {
    const portal = this.portal(who.memberId);
    return portal.placements
      .filter((row) => row.placement === 'PAGE_BACKGROUND_WORKER')
      .filter((row) => who.clientId === undefined || row.clientId === who.clientId)
      .flatMap((row) => {
        const target = this.#target({ ...who, memberId: portal.memberId, clientId: row.clientId });
        return workerPost(this.world, target, row, uri) ?? [];
      });
  }

  finishInstall(who: Who = {}): void {
    const portal = this.portal(who.memberId);
    finishInstall(this.world, portal, this.app(who.clientId), this.user(portal, who.userId).id);
  }

  installByEvent(who: Who = {}): void {
    const portal = this.portal(who.memberId);
    installByEvent(this.world, portal, this.app(who.clientId), this.user(portal, who.userId).id);
  }

  updateApp(version: number, who: Who = {}): void {
    const portal = this.portal(who.memberId);
    updateApp(this.world, portal, this.app(who.clientId), version, this.user(portal, who.userId).id);
  }

  uninstall(who: Who = {}, clean = false): void {
    uninstall(this.world, this.portal(who.memberId), this.app(who.clientId), clean);
  }

  /** A token pair as any frame of the person would get it. */
  issueTokens(who: Who = {}): TokenPair {
    const portal = this.portal(who.memberId);
    const app = this.app(who.clientId);
    addInstall(portal, app.clientId, app.version ?? 1);
    const userId = this.user(portal, who.userId).id;
    return this.world.tokens.issue({ memberId: portal.memberId, clientId: app.clientId, userId }, this.world.now());
  }

  expireTokens(memberId?: string): void {
    this.world.tokens.expire(this.world.now(), memberId);
  }

  /** Reports `times` long loads of the app's background worker, as pages would. */
  longLoad(who: Who = {}, times = 1): LongLoadResult | null {
    const portal = this.portal(who.memberId);
    const { clientId } = this.app(who.clientId);
    let last: LongLoadResult | null = null;
    for (let turn = 0; turn < times; turn += 1) {
      const row = portal.placements.find(
        (entry) => entry.clientId === clientId && entry.placement === 'PAGE_BACKGROUND_WORKER',
      );
      if (row === undefined) break;
      last = reportLongLoad(this.world, portal, row.id);
    }
    return last;
  }

  /** One page's report for one placement row (setLongLoad). */
  setLongLoad(memberId: string, placementId: number): LongLoadResult | null {
    return reportLongLoad(this.world, this.portal(memberId), placementId);
  }

  setDefaultLine(line: DefaultLine | null, memberId?: string, userId?: number): void {
    const portal = this.portal(memberId);
    if (userId === undefined) portal.defaultLine = line;
    else if (line === null) portal.userDefaultLine.delete(userId);
    else portal.userDefaultLine.set(userId, line);
  }

  clickToCall(wanted: ClickToCall, memberId?: string): LiveCall | null {
    return clickToCall(this.world, this.portal(memberId), wanted);
  }

  callbackForm(form: CallbackForm, memberId?: string): number {
    return callbackForm(this.world, this.portal(memberId), form);
  }

  /** Gives the portal a new address; the old one answers 302 (fact 5.3). */
  moveDomain(to: { readonly domain: string; readonly restHost?: string }, memberId?: string): void {
    const portal = this.portal(memberId);
    portal.formerHosts.set(portal.restHost, 'restHost').set(portal.domain, 'domain');
    portal.domain = to.domain;
    portal.restHost = to.restHost ?? to.domain;
    portal.formerHosts.delete(portal.domain);
    portal.formerHosts.delete(portal.restHost);
  }

  fault(options: FaultOptions): void {
    this.world.faults.add(options);
  }

  clearFaults(): void {
    this.world.faults.clear();
  }

  releaseHangs(): void {
    this.world.faults.release();
  }

  /** Seconds that the fake's clock jumps forwards. */
  advance(seconds: number): void {
    this.world.advance(seconds * 1000);
  }

  takeOutbox(): Delivery[] {
    return this.world.queue.take();
  }

  /** Resolves when everything queued so far was delivered. */
  async settled(): Promise<void> {
    await this.world.queue.settled();
  }

  onPull(listener: PullListener): () => void {
    return this.world.pull.listen(listener);
  }

  get log(): readonly LogEntry[] {
    return this.world.log;
  }

  state(memberId?: string): Record<string, unknown> {
    return dump(this.world, memberId === undefined ? null : this.portal(memberId));
  }

  #target(who: Who): Target {
    const portal = this.portal(who.memberId);
    const app = this.app(who.clientId);
    const install = addInstall(portal, app.clientId, app.version ?? 1);
    return { portal, app, install, user: this.user(portal, who.userId) };
  }

  /** A request to a host that is none of ours: kept, so that tests can prove the product never calls one. */
  #stray(request: Request, url: URL): Response {
    this.world.note({
      at: this.world.now(),
      side: 'stray',
      memberId: null,
      verb: request.method,
      url: url.href,
      method: '',
      params: {},
      batched: false,
      userId: null,
      clientId: null,
      status: 404,
      error: 'UNKNOWN_HOST',
    });
    return json({ error: 'UNKNOWN_HOST', error_description: url.host }, 404);
  }
}
