import { setAside } from './callbacks.ts';
import type { DueJobs } from './due.ts';
import type { HandoverStore } from './handover-store.ts';
import { abandonedEnd, type CallRecord, decideEnd, type LegEnd, type LegRecord, waitsForClick } from './ledger.ts';
import type { LedgerStore } from './ledger-store.ts';
import type { Standings } from './standings.ts';

/** How long the end of a call waits for somebody who is away: they may be about to say that it rang there (ms). */
export const AWAY_GRACE_MS = 20_000;

/** What the end of a leg does to its call: it ends, it goes on, or somebody else has the customer from now on. */
export class LegEnds {
  readonly #ledger: LedgerStore;
  readonly #handovers: HandoverStore;
  readonly #standings: Standings;
  readonly #due: DueJobs;

  constructor(ledger: LedgerStore, handovers: HandoverStore, standings: Standings, due: DueJobs) {
    this.#ledger = ledger;
    this.#handovers = handovers;
    this.#standings = standings;
    this.#due = due;
  }

  /** Another of our agents has the customer now; whoever had them loses the card. */
  handOver(key: string, leg: LegRecord, now: number): void {
    this.#ledger.setHandedOver(key, leg.leg, leg.userId);
    this.#handovers.drop(key);
    this.#due.plan('hide', key, now);
  }

  /** A transfer comes to nothing: what it had brought to the call leaves it again. */
  callOff(key: string, now: number): void {
    this.#handovers.drop(key);
    const joined = this.#ledger.legsOf(key).filter((leg) => leg.joined && leg.live);
    for (const leg of joined) this.#ledger.endLeg(leg.leg, '304', now);
    if (joined.length > 0) this.#due.plan('hide', key, now);
  }

  /** Its browser went away without a word. */
  abandon(leg: LegRecord, now: number): void {
    const call = this.#ledger.call(leg.callKey);
    if (!call) return;
    if (waitsForClick(call)) {
      setAside(this.#ledger, this.#due, leg, now, 0);
      return;
    }
    const holds = call.answeredLeg === leg.leg;
    // Who consults a colleague still has the customer: with their browser, both conversations are gone.
    if (holds && this.#handovers.of(call.key)?.kind === 'attended') this.callOff(call.key, now);
    this.end(leg, abandonedEnd(call, holds, leg.seenAt), now);
  }

  end(leg: LegRecord, end: LegEnd, now: number): void {
    this.#ledger.endLeg(leg.leg, end.status, end.at);
    const call = this.#ledger.call(leg.callKey);
    if (!call) return;
    const others = this.#ledger.legsOf(call.key).filter((other) => other.leg !== leg.leg);
    const decision = decideEnd(call, leg, others, end, this.#handovers.of(call.key));
    if (decision.t === 'goes_on') {
      this.#goesOn(call, leg, others, now);
      return;
    }
    this.#ledger.setEnded(call.key, decision.end);
    // By our clock: a browser's that is late would leave a queue no time to ring on.
    const wait = decision.finishAt - end.at;
    this.#due.plan('finish', call.key, now + (wait > 0 && this.#standings.someAway(now) ? AWAY_GRACE_MS : wait));
  }

  #goesOn(call: CallRecord, ended: LegRecord, others: readonly LegRecord[], now: number): void {
    if (call.state !== 'talking') return;
    const next = others.find((leg) => leg.live && leg.answeredAt !== null);
    if (ended.leg === call.answeredLeg && next) this.handOver(call.key, next, now);
    else this.#due.plan('hide', call.key, now);
  }
}
