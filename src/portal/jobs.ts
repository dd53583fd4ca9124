import type { RestError } from '../bitrix24/errors.ts';
import { isExtension, matchable } from '../numbers/match.ts';
import type { Agents } from './agents.ts';
import { ADOPT_GRACE_MS, question } from './callbacks.ts';
import type { Customers } from './customers.ts';
import type { DueJobs, DueKind, DueOutcome, DueWork } from './due.ts';
import type { PortalRules } from './leads.ts';
import { CallType, withoutCard } from './ledger.ts';
import type { LedgerStore } from './ledger-store.ts';
import { finishCall, hideCall, notifyPerson, registerCall, showCall } from './ledger-work.ts';
import { CLICK_NOTICE_EVERY_MS, mayNotify, type NotDialled, noticeFor, notMade, readCallNotice } from './notice.ts';
import { retryAfter } from './outcome.ts';
import type { PageLegs } from './page-legs.ts';
import { readShowKey, showKey } from './show-key.ts';
import type { Standings } from './standings.ts';
import type { Switchboard } from './switchboard.ts';
import type { Caller } from './tokens.ts';
import { attachTranscript, type Transcripts } from './transcripts.ts';

/** What the ledger's jobs work with. */
export interface LedgerTools {
  readonly ledger: LedgerStore;
  readonly agents: Agents;
  readonly standings: Standings;
  readonly caller: Caller;
  readonly switchboard: () => Switchboard;
  readonly pageLegs: () => PageLegs;
  readonly due: () => DueJobs;
  /** Whoever stands for the portal when nobody else does. */
  readonly installer: () => number;
  readonly denied: (error: RestError) => void;
  readonly rules: () => PortalRules;
  readonly customers: Customers;
  readonly transcripts: Transcripts;
}

type LedgerKind = Extract<
  DueKind,
  | 'callback'
  | 'register'
  | 'show'
  | 'hide'
  | 'finish'
  | 'customer'
  | 'transcript'
  | 'abandoned'
  | 'unadopted'
  | 'unresumed'
  | 'notify'
>;

/** How a failed step goes on; a denial is told to the binding, for it is the same tokens that bind. */
function settle(tools: LedgerTools, error: RestError): DueOutcome | null {
  if (error.kind === 'denied') tools.denied(error);
  return retryAfter(error, Date.now());
}

/** Tells every frame that waits for the call's CALL_ID, or for the refusal, and raises the other agents' cards. */
function announce(tools: LedgerTools, key: string): void {
  const call = tools.ledger.call(key);
  if (!call) return;
  for (const leg of tools.ledger.legsOf(key)) {
    const answer = tools.switchboard().answerFor(leg.leg);
    if (answer) tools.agents.send(leg.userId, answer);
    if (call.callId !== null && leg.live && leg.card && leg.userId !== call.userId)
      tools.due().plan('show', showKey(call, leg.userId), Date.now());
  }
}

const someLegLives = (tools: LedgerTools, key: string): boolean => tools.ledger.legsOf(key).some((leg) => leg.live);

async function register(tools: LedgerTools, key: string): Promise<DueOutcome> {
  const call = tools.ledger.call(key);
  if (!call || call.callId !== null || call.state === 'failed') return 'done';
  // A call that is over by now is recorded, but no card jumps up for it.
  const alive = call.state === 'ringing' || call.state === 'talking';
  const legs = tools.ledger.legsOf(key).filter((leg) => leg.userId === call.userId);
  const wanted = legs.length === 0 || legs.some((leg) => leg.card);
  const show = alive && wanted && (call.type !== 4 || tools.standings.mayRing(call.userId, Date.now()));
  const got = await registerCall(tools.caller, call, show, tools.rules());
  if (!got.ok) {
    const again = settle(tools, got.error);
    if (again) return again;
    tools.ledger.setFailed(key, `${got.error.code}: ${got.error.message}`);
    announce(tools, key);
    return 'done';
  }
  tools.ledger.setRegistered(key, got.value);
  announce(tools, key);
  // The card was asked for while Bitrix24 was told to show none.
  if (!wanted && tools.ledger.legsOf(key).some((leg) => leg.userId === call.userId && leg.live && leg.card))
    tools.due().plan('show', showKey(call, call.userId), Date.now());
  tools.due().plan('customer', key, Date.now());
  if (call.type === 4) ringForCallback(tools, key, got.value, show);
  // Refused or given up while Bitrix24 was asked: the card that we asked for has nobody to close it.
  else if (show && !someLegLives(tools, key)) tools.due().plan('hide', key, Date.now());
  return 'done';
}

function ringForCallback(tools: LedgerTools, key: string, callId: string, show: boolean): void {
  const call = tools.ledger.call(key);
  if (!call) return;
  if (show) tools.agents.send(call.userId, question(call, callId));
  tools.due().plan('unadopted', key, Date.now() + (show ? ADOPT_GRACE_MS : 0));
}

/** Chooses who calls back: the responsible person if free, else anybody free, else the responsible for the record. */
async function callback(tools: LedgerTools, key: string): Promise<DueOutcome> {
  const call = tools.ledger.call(key);
  if (call?.userId !== 0) return 'done';
  const found = await tools.customers.match(matchable(call.number, tools.rules().calls), Date.now());
  if (!found.ok && found.error.kind !== 'refused') return settle(tools, found.error) ?? 'done';
  const responsible = found.ok ? (found.value?.responsible ?? []).map(({ userId }) => userId) : [];
  const free = tools.standings.free(Date.now());
  const chosen = responsible.find((user) => free.includes(user)) ?? free[0] ?? responsible[0] ?? tools.installer();
  tools.ledger.setUser(key, chosen);
  tools.due().plan('register', key, Date.now());
  return 'done';
}

async function finish(tools: LedgerTools, key: string): Promise<DueOutcome> {
  const call = tools.ledger.call(key);
  if (call?.state !== 'ended') return 'done';
  // Register comes first; its own job makes the CALL_ID.
  if (call.callId === null) {
    if (!tools.due().isPlanned('register', key)) tools.due().plan('register', key, Date.now());
    return 'retry';
  }
  const got = await finishCall(tools.caller, call, call.callId);
  if (!got.ok) {
    const again = settle(tools, got.error);
    if (again) return again;
    tools.ledger.setFailed(key, `${got.error.code}: ${got.error.message}`);
    return 'done';
  }
  tools.ledger.setFinished(key);
  if (call.answeredBy !== null) tools.due().plan('record', key, Date.now());
  return 'done';
}

/** Tells the frames of a call that still goes on who it is with. Nobody waits for it, so it is tried once. */
async function customer(tools: LedgerTools, key: string): Promise<DueOutcome> {
  const call = tools.ledger.call(key);
  const { calls } = tools.rules();
  if (!call || !/\d/.test(call.number) || isExtension(call.number, calls) || !someLegLives(tools, key)) return 'done';
  const found = await tools.customers.details(matchable(call.number, calls), Date.now());
  if (!found.ok || found.value === null) return 'done';
  for (const { leg, live, userId } of tools.ledger.legsOf(key))
    if (live) tools.agents.send(userId, { t: 'customer', leg, customer: found.value });
  return 'done';
}

/** How long a transcript waits before it looks again whether its call is finished (ms). */
const TRANSCRIPT_WAIT_MS = 60_000;

async function transcript(tools: LedgerTools, key: string): Promise<DueOutcome> {
  const call = tools.ledger.call(key);
  const passages = tools.transcripts.waiting(key);
  if (!call || passages === null || call.state === 'failed') return 'done';
  if (call.state !== 'finished' || call.callId === null) return { at: Date.now() + TRANSCRIPT_WAIT_MS };
  const got = await attachTranscript(tools.caller, call.callId, passages);
  const again = got.ok ? null : settle(tools, got.error);
  if (again) return again;
  tools.transcripts.settle(key);
  return 'done';
}

async function show(tools: LedgerTools, key: string): Promise<DueOutcome> {
  const { userId, state, anew, callKey } = readShowKey(key);
  const call = tools.ledger.call(callKey);
  const rung =
    (call?.userId === userId && /^[bm]:/.test(callKey)) ||
    tools.ledger.legsOf(callKey).some((leg) => leg.userId === userId && leg.live);
  if (!call?.callId || call.state !== state || !rung) return 'done';
  if (anew) {
    const hidden = await hideCall(tools.caller, call.callId, [userId]);
    if (!hidden.ok) return settle(tools, hidden.error) ?? 'done';
  }
  const got = await showCall(tools.caller, call.callId, userId);
  return got.ok ? 'done' : (settle(tools, got.error) ?? 'done');
}

/**
 * Takes the card from everybody for whom the call is over while it goes on for a colleague; from all where it rings for
 * nobody any more.
 */
async function hide(tools: LedgerTools, key: string): Promise<DueOutcome> {
  const call = tools.ledger.call(key);
  if (!call || call.state === 'failed') return 'done';
  if (call.answeredBy === null && someLegLives(tools, key)) return 'done';
  if (call.callId === null) return 'retry';
  const users = withoutCard(call, tools.ledger.legsOf(key));
  if (users.length === 0) return 'done';
  const got = await hideCall(tools.caller, call.callId, users);
  return got.ok ? 'done' : (settle(tools, got.error) ?? 'done');
}

/** Tells a person that a call of theirs was not made, because no phone of theirs was there to make it. */
async function notifyOfCall(tools: LedgerTools, why: NotDialled, key: string): Promise<DueOutcome> {
  const { agents, caller, ledger } = tools;
  const call = ledger.call(key);
  if (!call || call.userId === 0) return 'done';
  const callback = call.type === CallType.callback;
  const now = Date.now();
  const before = agents.toldAt(call.userId);
  // The customer's wish is never left out; a person knows what they have clicked.
  if (!callback && !mayNotify(before, now, CLICK_NOTICE_EVERY_MS)) return 'done';
  // Two clicks may be told of at once.
  if (!callback) agents.setTold(call.userId, now);
  const got = await notifyPerson(caller, call.userId, notMade(call.number, why, callback));
  if (got.ok || got.error.kind === 'denied') return 'done';
  if (!callback) agents.setTold(call.userId, before);
  return retryAfter(got.error, Date.now()) ?? 'done';
}

/** Tells a person that their phone does not ring, if that is still so, at most once a day. */
async function notify(tools: LedgerTools, key: string): Promise<DueOutcome> {
  const ofCall = readCallNotice(key);
  if (ofCall) return notifyOfCall(tools, ofCall.why, ofCall.callKey);
  const userId = Number(key);
  const now = Date.now();
  const state = tools.standings.stateOf(userId);
  const text = state && !state.ready ? noticeFor(state.reason) : null;
  if (text === null || !mayNotify(tools.agents.notifiedAt(userId), now)) return 'done';
  const got = await notifyPerson(tools.caller, userId, text);
  // Not settle(): a portal that gave us no `im` says nothing about the tokens that bind.
  if (!got.ok) return got.error.kind === 'denied' ? 'done' : (retryAfter(got.error, now) ?? 'done');
  tools.agents.setNotified(userId, now);
  return 'done';
}

/** The ledger's due jobs. Each is idempotent: it looks at the ledger first and does only what is still to be done. */
export const ledgerJobs = (tools: LedgerTools): Record<LedgerKind, DueWork> => ({
  register: (key) => register(tools, key),
  callback: (key) => callback(tools, key),
  finish: (key) => finish(tools, key),
  customer: (key) => customer(tools, key),
  transcript: (key) => transcript(tools, key),
  show: (key) => show(tools, key),
  hide: (key) => hide(tools, key),
  notify: (key) => notify(tools, key),
  abandoned: async (key) => {
    tools.pageLegs().abandonAll(Number(key), Date.now());
    return 'done';
  },
  unresumed: async (key) => {
    tools.pageLegs().notResumed(key, Date.now());
    return 'done';
  },
  unadopted: async (key) => {
    tools.switchboard().giveUp(key, 'not_taken', Date.now());
    return 'done';
  },
});
