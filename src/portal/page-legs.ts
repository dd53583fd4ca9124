import { CloseCode, type FrameMessage, type ObjectMessage } from '../protocol/frame.ts';
import type { AgentSockets } from './agent-sockets.ts';
import type { Agents } from './agents.ts';
import { legWaits, setAside } from './callbacks.ts';
import type { DueJobs } from './due.ts';
import { type OpenPage, RESUME_GRACE_MS, unheldLeg } from './holding.ts';
import type { KeptStore } from './kept-store.ts';
import type { LedgerStore } from './ledger-store.ts';
import type { LegEnds } from './leg-ends.ts';
import { refusal } from './refusal.ts';
import { showKey } from './show-key.ts';

/** How long a browser may be away before its calls are taken for over (ms): a page load plus a bad network. */
export const ABANDON_GRACE_MS = 30_000;

/** Which page has which call: what a page holds, leaves behind, and what the next one goes on with. */
export class PageLegs {
  readonly #ledger: LedgerStore;
  readonly #kept: KeptStore;
  readonly #ends: LegEnds;
  readonly #agents: Agents;
  readonly #sockets: AgentSockets;
  readonly #due: DueJobs;

  constructor(
    ledger: LedgerStore,
    kept: KeptStore,
    ends: LegEnds,
    agents: Agents,
    sockets: AgentSockets,
    due: DueJobs,
  ) {
    this.#ledger = ledger;
    this.#kept = kept;
    this.#ends = ends;
    this.#agents = agents;
    this.#sockets = sockets;
    this.#due = due;
  }

  /**
   * The phone's page said which legs it holds. Those that it does not name have died with an earlier page, unless another
   * browser has them, or this page can go on with them.
   *
   * @returns the legs that this page is to go on with
   */
  holds(userId: number, speaker: OpenPage, legs: readonly string[], now: number): string[] {
    this.#kept.hold(userId, legs, speaker.epoch, now);
    this.#due.cancel('abandoned', String(userId));
    const offered: string[] = [];
    for (const leg of this.#ledger.liveLegsOfUser(userId)) {
      if (legs.includes(leg.leg)) continue;
      const waits = legWaits(this.#ledger, leg);
      const unheld = unheldLeg(leg, this.#kept.row(leg.leg), waits, speaker, this.#sockets.pagesOf(userId));
      if (unheld === 'dead') this.#ends.abandon(leg, now);
      if (unheld === 'waiting') setAside(this.#ledger, this.#due, leg, now);
      if (unheld === 'recoverable') offered.push(leg.leg);
    }
    for (const leg of offered) {
      this.#kept.setOffered(leg, speaker.epoch);
      this.#due.plan('unresumed', leg, now + RESUME_GRACE_MS);
    }
    return offered;
  }

  /** A superseded page still says what it holds: it may be talking. */
  stillHolds(userId: number, speaker: OpenPage, legs: readonly string[], now: number): void {
    this.#kept.hold(userId, legs, speaker.epoch, now);
    this.#agents.dismissIdle(userId, (epoch) => this.isInCall(userId, epoch));
  }

  /** Whether the page of this socket still has a call. */
  isInCall(userId: number, epoch: number): boolean {
    return this.#ledger.liveLegsOfUser(userId).some((leg) => leg.holder === epoch);
  }

  /**
   * The portal's own tokens are refused, and a token is wanted: one page without a call opens a new session, which lends one.
   * Any will do; a random one, because this one may have no luck with its portal.
   */
  askForSession(): void {
    const idle = this.#sockets.open().filter((socket) => {
      const page = this.#sockets.attachmentOf(socket);
      return page !== null && !this.isInCall(page.userId, page.epoch);
    });
    idle[Math.floor(Math.random() * idle.length)]?.close(CloseCode.ticket, 'a new session is wanted');
  }

  /** A page goes on with a call that an earlier one had. */
  resumed(userId: number, epoch: number, m: Extract<FrameMessage, { t: 'resumed' }>, now: number): ObjectMessage {
    const from = this.#ledger.legOf(userId, m.from);
    const known = this.#ledger.leg(m.leg);
    const call = from && this.#ledger.call(from.callKey);
    if (!from || !call) return refusal(m.id, 'unknown_leg');
    if (known)
      return known.userId === userId && known.callKey === call.key
        ? { t: 'ack', id: m.id }
        : refusal(m.id, 'not_yours');
    if (!from.live || call.state !== 'talking') return refusal(m.id, 'over');
    this.#kept.continueLeg(from, m.leg, epoch, now);
    this.#due.cancel('unresumed', from.leg);
    // The card went with its page.
    this.#due.plan('show', showKey(call, userId), now);
    return { t: 'ack', id: m.id };
  }

  /** Nobody went on with a kept call: it ended when its page did. */
  notResumed(leg: string, now: number): void {
    const row = this.#ledger.leg(leg);
    if (row?.live) this.#ends.abandon(row, now);
  }

  /** A page is gone that was there until `seenAt`. Its calls go on for a while: the browser may be on its way back. */
  left(userId: number, epoch: number, seenAt: number, now: number): void {
    if (!this.isInCall(userId, epoch)) return;
    this.#kept.seen(userId, epoch, seenAt);
    this.#due.plan('abandoned', String(userId), now + ABANDON_GRACE_MS);
  }

  /** The browser did not come back: its calls end with the length they really had. */
  abandonAll(userId: number, now: number): void {
    const open = new Set(this.#sockets.pagesOf(userId).map((page) => page.epoch));
    for (const leg of this.#ledger.liveLegsOfUser(userId))
      if (leg.holder === null || !open.has(leg.holder)) this.#ends.abandon(leg, now);
  }
}
