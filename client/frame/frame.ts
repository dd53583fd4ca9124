import type { Session } from '../../src/protocol/frame.ts';
import type { Bridge } from '../bitrix24/bridge.ts';
import { sessionNow } from '../vault/session.ts';
import { isOurClick, refuseClick, watchCards } from './cards.ts';
import { openChannel, type RawChannel } from './channel.ts';
import type { PhoneModule, RunningPhone } from './contract.ts';
import { type Identity, readIdentity, settingsSavedAt, USER_OPTION } from './identity.ts';
import { joinPeers } from './peers.ts';
import { becomePhone, type RoleDeps } from './roles.ts';
import { isOfUse, openSession, type SessionRefusal, sessionRetryMs } from './session.ts';
import { createVault, type VaultDeps } from './vault.ts';

/** Everything outside that a frame touches; handed in, so that a test can be the browser. */
export interface FrameEnv extends RoleDeps, VaultDeps {
  readonly bridge: Bridge;
  /** A random name for this frame. */
  readonly frame: string;
  readonly fetch: typeof fetch;
  openChannel(name: string): RawChannel;
  /** Fetches the phone's bundle. */
  importPhone(): Promise<PhoneModule>;
  /** `navigator.sendBeacon`. */
  beacon(url: string, body: Blob): unknown;
  onPageHide(callback: () => void): void;
  /** The browser stops this page (`freeze`), and lets it run again (`resume`). */
  onFreeze(freeze: () => void, resume: () => void): void;
  show(key: 'phone' | 'call', word: string): void;
  now(): number;
  random(): number;
}

const INIT_TIMEOUT_MS = 10_000;
const TOKEN_MARGIN_S = 60;

const NO_ACCOUNT = 'You have no phone yet: ask your administrator for a SIP account.';
const NO_SERVICE = 'The phone service can’t be reached: reload the page, or tell your administrator.';

interface InitData {
  readonly AUTH_ID?: string;
  readonly AUTH_EXPIRES?: string | number;
  readonly MEMBER_ID?: string;
  readonly USER_OPTIONS?: unknown;
  readonly APP_OPTIONS?: unknown;
}

/**
 * One frame's life: who is this, is there a phone to be, am I the phone.
 * Most frames end early: a person without a SIP account costs no request, a follower costs none either.
 * @param loadMs navigation start -> `load` of this document, in ms
 */
export async function runFrame(env: FrameEnv, loadMs: number): Promise<void> {
  const { bridge } = env;
  const answer = await bridge.call('getInitData', undefined, INIT_TIMEOUT_MS);
  const init = (answer.answered ? answer.value : null) as InitData | null;
  if (!init?.AUTH_ID || !init.MEMBER_ID) return;

  const ask = sessionSource(env, init);
  let first: Session | null = null;
  let me = readIdentity(init.USER_OPTIONS, init.APP_OPTIONS, env.now());
  if (!me) {
    first = await patiently(ask, env);
    if (!first) return env.show('phone', 'refused');
    me = identityOf(first, env.now());
    remember(bridge, me);
  }
  if (!me.phone) return withoutPhone(env, me, first, loadMs);

  serve(env, { me, first, ask, settingsAt: settingsSavedAt(init.APP_OPTIONS) }, loadMs);
}

interface Person {
  readonly me: Identity;
  /** The session of this page's own, if it had to open one. */
  readonly first: Session | null;
  ask(): Promise<Session | SessionRefusal>;
  /** Unix ms. */
  readonly settingsAt: number;
}

/**
 * A frame of a person with a phone: it stands for election, and is the phone from then on. A page that the browser freezes
 * stands back, so that another one can be the phone, and stands again when it runs again. So does one whose phone is over,
 * once the person opens a page in this browser: before that, it would take the phone from the browser where they are.
 */
function serve(env: FrameEnv, { me, first, ask, settingsAt }: Person, loadMs: number): void {
  const channel = openChannel(env.openChannel, me.room);
  const vault = createVault(me.room, env);
  const peers = joinPeers(env, channel, vault, loadMs);
  let phone: RunningPhone | null = null;
  let term = new AbortController();
  let refused = false;

  const own = () => sessionNow(first && { session: first, at: first.at ?? 0 }, env.now());
  const leftOrFresh = async () => {
    const left = await vault.ask();
    return left && isOfUse(left, settingsAt, env.now()) ? left : patiently(ask, env);
  };
  const stand = async () => {
    const { signal } = term;
    env.show('phone', 'follower');
    await becomePhone(me.room, env.frame, channel, env, signal);
    if (signal.aborted) return;
    env.show('phone', 'starting');
    // The bundle and the session are fetched side by side.
    const [{ startPhone }, session] = await Promise.all([env.importPhone(), own() ?? peers.session() ?? leftOrFresh()]);
    if (signal.aborted) return;
    if (session && !first) {
      const now = identityOf(session, env.now());
      if (differs(now, me)) remember(env.bridge, now);
    }
    if (!session?.sip) {
      env.show('phone', 'refused');
      refused = true;
      return peers.refuse(session ? NO_ACCOUNT : NO_SERVICE, me.lines);
    }
    if (phone) {
      peers.attendAgain();
      return phone.resume(session);
    }
    const started = await startPhone(peers.host(session, ask));
    phone = started;
    // It may have come up just when the page was stopped.
    if (signal.aborted) started.pause();
  };

  const standBack = () => {
    term.abort();
    peers.standBack();
  };
  channel.listen((message) => {
    if (message.t !== 'hello' || !message.here || !(phone ? phone.isOver() : refused)) return;
    standBack();
    phone = null;
    refused = false;
    term = new AbortController();
    void stand();
  });
  env.onFreeze(
    () => {
      if (phone && !phone.pause()) return;
      standBack();
    },
    () => {
      if (!term.signal.aborted) return;
      term = new AbortController();
      peers.sayHello();
      void stand();
    },
  );
  void stand();
}

function identityOf({ user, sip, room, lines }: Session, at: number): Identity {
  return { uid: user.id, phone: sip !== null, room, at, lines: lines.map((line) => line.number) };
}

// No answer is waited for: a page that goes away meanwhile asks again on the next one.
function remember(bridge: Bridge, me: Identity): void {
  void bridge.call('setUserOption', { name: USER_OPTION, value: JSON.stringify(me) }, INIT_TIMEOUT_MS);
}

function differs(a: Identity, b: Identity): boolean {
  return a.phone !== b.phone || a.room !== b.room || String(a.lines) !== String(b.lines);
}

function withoutPhone(env: FrameEnv, { lines }: Identity, session: Session | null, loadMs: number): void {
  env.show('phone', 'none');
  if (session && loadMs > session.strikeMs) {
    const body = JSON.stringify({ ticket: session.ticket, loadMs });
    env.beacon('/api/vitals', new Blob([body], { type: 'application/json' }));
  }
  if (lines.length === 0) return;
  const cards = watchCards(env.bridge, (callId, name, data) => {
    if (isOurClick(name, data, lines)) refuseClick(cards, callId, NO_ACCOUNT);
  });
}

/** Sessions by the portal's token, which lives an hour; a page can stay open for days. */
function sessionSource(env: FrameEnv, init: InitData) {
  let auth = init;
  let since = env.now();
  return async (): Promise<Session | SessionRefusal> => {
    const age = (env.now() - since) / 1000;
    // Never earlier than needed: a failing refreshAuth pops up an alert() in the portal and doesn't answer.
    if (age > Number(auth.AUTH_EXPIRES ?? 3600) - TOKEN_MARGIN_S) {
      const fresh = await env.bridge.call('refreshAuth', {}, INIT_TIMEOUT_MS);
      if (fresh.answered) auth = fresh.value as InitData;
      since = env.now();
    }
    const result = await openSession(env.fetch, auth.AUTH_ID, init.MEMBER_ID);
    return typeof result === 'object' ? { ...result, at: env.now() } : result;
  };
}

/** null: refused for good. */
async function patiently(ask: Person['ask'], env: FrameEnv): Promise<Session | null> {
  for (let attempt = 0; ; attempt++) {
    const result = await ask();
    if (typeof result === 'object') return result;
    if (result === 'denied') return null;
    const wait = sessionRetryMs(attempt, env.random());
    await new Promise<void>((resolve) => void env.setTimeout(resolve, wait));
  }
}
