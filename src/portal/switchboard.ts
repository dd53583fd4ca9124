import type { FrameMessage, ObjectMessage } from '../protocol/frame.ts';
import type { Agents } from './agents.ts';
import { ADOPT_GRACE_MS, wasAside } from './callbacks.ts';
import { talkedSeconds } from './clock.ts';
import type { DueJobs } from './due.ts';
import type { HandoverStore } from './handover-store.ts';
import type { KeptStore } from './kept-store.ts';
import { handedLate, mayBeHandedOver, UNTOLD_MS } from './late-handover.ts';
import { type CallRecord, CallType, type LegRecord, mobileKey } from './ledger.ts';
import type { LedgerStore } from './ledger-store.ts';
import type { LegEnds } from './leg-ends.ts';
import type { LegPlaces } from './leg-places.ts';
import { callNotice, type NotDialled, recordOf } from './notice.ts';
import { refusal } from './refusal.ts';
import { showKey } from './show-key.ts';
import type { Standings } from './standings.ts';

/** Calls that one person may have at once, ringing ones included; a browser holds a few at most. */
const LIVE_LEGS = 20;

type Of<T extends FrameMessage['t']> = Extract<FrameMessage, { t: T }>;

/** A call that Bitrix24 itself registered (ONEXTERNALCALLSTART), or that we registered for a call-back. */
export interface StartedCall {
  readonly callId: string;
  readonly userId: number;
  readonly number: string;
  readonly line: string;
  /** Tapped in the mobile app: no page shows a card of it. */
  readonly mobile?: boolean;
}

/** What the switchboard works with. */
export interface SwitchboardTools {
  readonly ledger: LedgerStore;
  readonly handovers: HandoverStore;
  readonly places: LegPlaces;
  readonly kept: KeptStore;
  readonly ends: LegEnds;
  readonly agents: Agents;
  readonly standings: Standings;
  readonly due: DueJobs;
}

/**
 * What frames and Bitrix24 report about calls, turned into the ledger's facts and due jobs. Writes only; the REST
 * calls are made by the jobs (jobs.ts), so that whatever dies, the fact is already stored.
 */
export class Switchboard {
  readonly #ledger: LedgerStore;
  readonly #handovers: HandoverStore;
  readonly #places: LegPlaces;
  readonly #kept: KeptStore;
  readonly #ends: LegEnds;
  readonly #agents: Agents;
  readonly #standings: Standings;
  readonly #due: DueJobs;

  constructor(tools: SwitchboardTools) {
    this.#ledger = tools.ledger;
    this.#handovers = tools.handovers;
    this.#places = tools.places;
    this.#kept = tools.kept;
    this.#ends = tools.ends;
    this.#agents = tools.agents;
    this.#standings = tools.standings;
    this.#due = tools.due;
  }

  /** A leg began. Asked again with the same leg (the answer was lost), it answers the same. */
  register(userId: number, m: Of<'register'>, now: number): { answer: ObjectMessage | null; urgent: string | null } {
    const known = this.#ledger.leg(m.leg);
    if (known && known.userId !== userId) return { answer: refusal(m.id, 'not_yours'), urgent: null };
    if (known) {
      this.#ledger.setWaiting(m.leg, m.id);
      return { answer: this.answerFor(m.leg), urgent: this.#urgent(known.callKey, now) };
    }
    if (this.#isLoaded(userId)) return { answer: refusal(m.id, 'too_many'), urgent: null };
    const type = m.direction === 'in' ? CallType.incoming : CallType.outgoing;
    const ringsOn = (key: string) => this.#due.isAhead('finish', key, now);
    const placed = this.#places.place({ ...m, userId }, type, m.id, ringsOn, now);
    if (placed.call.state === 'ended' && ringsOn(placed.call.key)) {
      this.#ledger.setGoesOn(placed.call.key);
      this.#due.cancel('finish', placed.call.key);
    }
    const call = this.#ledger.call(placed.call.key) ?? placed.call;
    // The colleagues of a held call are held with it.
    const isHeld = !placed.isNew && this.#due.isAhead('register', call.key, now);
    const mayBeHanded = placed.isNew && mayBeHandedOver({ ...m, userId }, this.#talksOutOfTouch());
    if (call.callId === null && !isHeld) this.#due.plan('register', call.key, now + (mayBeHanded ? UNTOLD_MS : 0));
    if (call.callId !== null) this.#due.plan('customer', call.key, now);
    const rings = call.state === 'ringing' || call.state === 'talking';
    if (rings && call.callId !== null && !placed.isNew && m.card !== false)
      this.#due.plan('show', showKey(call, userId), now);
    return { answer: this.answerFor(m.leg), urgent: call.callId === null ? this.#urgent(call.key, now) : null };
  }

  /** Calls that are talked on, and whose agent could not tell us now of a transfer. */
  #talksOutOfTouch(): CallRecord[] {
    return this.#ledger
      .talks()
      .filter(({ answeredBy }) => answeredBy !== null && !this.#standings.isConnected(answeredBy));
  }

  /** @returns the call again, unless its registration waits for the word of a transfer */
  #urgent(key: string, now: number): string | null {
    return this.#due.isAhead('register', key, now) ? null : key;
  }

  /** The answer that a leg's `register` still waits for, once it is known; it is given once. */
  answerFor(leg: string): ObjectMessage | null {
    const row = this.#ledger.leg(leg);
    const call = row && this.#ledger.call(row.callKey);
    if (!row?.waiting || !call) return null;
    if (call.state === 'failed') {
      this.#ledger.setWaiting(leg, null);
      return refusal(row.waiting, 'refused', call.reason ?? undefined);
    }
    if (call.callId === null) return null;
    this.#ledger.setWaiting(leg, null);
    return { t: 'registered', id: row.waiting, leg, callId: call.callId };
  }

  /** A phone takes over a call that Bitrix24 registered. The event may come before or after this. */
  adopt(userId: number, m: Of<'adopt'>, now: number): ObjectMessage {
    const known = this.#ledger.callById(m.callId);
    const key = known?.key ?? `b:${m.callId}`;
    const leg = this.#ledger.leg(m.leg);
    if ((known && known.userId !== userId) || (leg && leg.callKey !== key)) return refusal(m.id, 'not_yours');
    if (known && known.state !== 'ringing' && known.state !== 'talking') return refusal(m.id, 'over');
    if (!leg && this.#isLoaded(userId)) return refusal(m.id, 'too_many');
    const started = { callId: m.callId, userId, number: m.number, line: m.line };
    if (!known) this.#insertStarted(key, started, m.startedAt);
    // Its card went with the page in which it waited before.
    if (!leg && known && wasAside(this.#ledger, known)) this.#due.plan('show', showKey(known, userId), now);
    if (!leg) this.#ledger.insertLeg(m.leg, key, userId, m.startedAt, null);
    this.#due.cancel('unadopted', key);
    this.#due.plan('customer', key, now);
    return { t: 'ack', id: m.id };
  }

  /** Bitrix24 started a call for a person: known once, pushed to the phone, given up where there is none or none takes it. */
  started(call: StartedCall, now: number): void {
    if (this.#ledger.callById(call.callId)) return;
    const { callId, userId, number, line, mobile = false } = call;
    const key = mobile ? mobileKey(callId) : `b:${callId}`;
    this.#insertStarted(key, call, now);
    const why = this.#standings.unreached(userId, now);
    if (why) {
      this.giveUp(key, why, now);
      return;
    }
    const rings = this.#agents.send(userId, { t: 'dial', callId, number, line, ...(mobile && { ask: true }) });
    if (mobile && rings) this.#due.plan('show', showKey({ key, state: 'ringing' }, userId), now);
    this.#due.plan('unadopted', key, now + ADOPT_GRACE_MS);
  }

  answered(userId: number, m: Of<'answered'>, now: number): ObjectMessage {
    const leg = this.#ledger.legOf(userId, m.leg);
    if (!leg) return refusal(m.id, 'unknown_leg');
    const call = this.#openCall(leg, now);
    if (call === null) return { t: 'ack', id: m.id };
    // A consultation that was called off belongs to the call no more.
    if (!leg.live && leg.joined && this.#handovers.of(call.key) === null) return { t: 'ack', id: m.id };
    if (!leg.live) this.#ledger.reviveLeg(leg.leg);
    this.#ledger.setLegAnswered(leg.leg, m.at);
    if (call.state === 'ringing') {
      this.#ledger.setAnswered(call.key, leg.leg, userId, m.at);
      this.#hideFromOthers(leg, now);
    } else if (call.answeredLeg !== leg.leg && !this.#isLive(call.answeredLeg)) {
      this.#ends.handOver(call.key, leg, now);
    }
    return { t: 'ack', id: m.id };
  }

  /** The call that an answer belongs to; null when it is over. */
  #openCall(leg: LegRecord, now: number): CallRecord | null {
    const call = this.#ledger.call(leg.callKey);
    if (call?.state === 'ringing' || call?.state === 'talking') return call;
    if (!call || !leg.live) return null;
    const key = this.#places.makeOwnCall(leg, leg.seenAt);
    this.#due.plan('register', key, now);
    return this.#ledger.call(key);
  }

  ended(userId: number, m: Of<'ended'>, now: number): ObjectMessage {
    const leg = this.#ledger.legOf(userId, m.leg);
    if (!leg) return refusal(m.id, 'unknown_leg');
    // Its page was gone before the one that says so: the call was over when that page was last seen.
    if (leg.live && this.#kept.row(leg.leg)?.offeredTo != null) this.#ends.abandon(leg, now);
    else if (leg.live)
      this.#ends.end(
        leg,
        { at: m.at, seconds: talkedSeconds(m, leg.answeredAt), status: m.status, reason: m.reason },
        now,
      );
    return { t: 'ack', id: m.id };
  }

  /** The person's page shows the card now, or shall: it was closed, or another call's was in its place. */
  show(userId: number, m: Of<'show'>, now: number): ObjectMessage {
    const leg = this.#ledger.legOf(userId, m.leg);
    const call = leg && this.#ledger.call(leg.callKey);
    if (!leg || !call) return refusal(m.id, 'unknown_leg');
    this.#ledger.setCard(leg.leg, true);
    if (leg.live && call.callId !== null) this.#due.plan('show', showKey(call, userId, m.anew), now);
    return { t: 'ack', id: m.id };
  }

  /** A transfer begins, or is called off: then what it had brought to the call leaves it again. */
  handover(userId: number, m: Of<'handover'>, now: number): ObjectMessage {
    const leg = this.#ledger.legOf(userId, m.leg);
    const call = leg && this.#ledger.call(leg.callKey);
    if (!leg || !call) return refusal(m.id, 'unknown_leg');
    if (m.kind === 'over') this.#ends.callOff(call.key, now);
    else if (call.state === 'talking' && call.answeredLeg === leg.leg) {
      this.#handovers.set({
        callKey: call.key,
        fromUser: userId,
        kind: m.kind,
        toUser: m.userId,
        number: m.number,
        at: now,
      });
      this.#joinLate(call, now);
    }
    return { t: 'ack', id: m.id };
  }

  /** The colleague may have been quicker than the word of the transfer. What Bitrix24 may know already stays as it is. */
  #joinLate(call: CallRecord, now: number): void {
    const handover = this.#handovers.open(() => false).find(({ callKey }) => callKey === call.key);
    if (!handover || call.answeredAt === null) return;
    const unregistered = this.#ledger
      .unregistered()
      .filter(({ key }) => this.#due.isAhead('register', key, now))
      .map((other) => ({ ...other, users: this.#ledger.legsOf(other.key).map((leg) => leg.userId) }));
    for (const key of handedLate(handover, call.answeredAt, unregistered, now)) {
      const legs = this.#ledger.legsOf(key).filter((leg) => leg.live);
      this.#due.cancel('register', key);
      this.#places.joinCall(key, call.key, now);
      for (const leg of legs) this.#welcome(call, leg, now);
    }
  }

  /** A leg has joined a call: its frame is told which, and shows its card. */
  #welcome(call: CallRecord, leg: LegRecord, now: number): void {
    const answer = this.answerFor(leg.leg);
    if (answer) this.#agents.send(leg.userId, answer);
    if (call.callId === null) return;
    if (leg.card) this.#due.plan('show', showKey(call, leg.userId), now);
    this.#due.plan('customer', call.key, now);
  }

  quality(userId: number, m: Of<'quality'>): ObjectMessage {
    const leg = this.#ledger.legOf(userId, m.leg);
    if (!leg) return refusal(m.id, 'unknown_leg');
    this.#ledger.setQuality(leg.callKey, m.quality);
    return { t: 'ack', id: m.id };
  }

  vote(userId: number, m: Of<'vote'>): ObjectMessage {
    const leg = this.#ledger.legOf(userId, m.leg);
    if (!leg) return refusal(m.id, 'unknown_leg');
    this.#ledger.setVote(leg.callKey, m.vote);
    return { t: 'ack', id: m.id };
  }

  comment(userId: number, m: Of<'comment'>): ObjectMessage {
    const leg = this.#ledger.legOf(userId, m.leg);
    if (!leg) return refusal(m.id, 'unknown_leg');
    this.#ledger.setComment(leg.callKey, m.text);
    return { t: 'ack', id: m.id };
  }

  /** Nobody dials a call that Bitrix24 had started: it is finished instead of hanging about, and its person is told why. */
  giveUp(key: string, why: NotDialled, now: number): void {
    const call = this.#ledger.call(key);
    if (call?.state !== 'ringing' || this.#ledger.legsOf(key).some((leg) => leg.live)) return;
    this.#ledger.setEnded(key, { at: now, seconds: 0, status: '480', reason: recordOf(why) });
    this.#due.plan('finish', key, now);
    this.#due.plan('notify', callNotice(why, key), now);
  }

  #insertStarted(key: string, call: StartedCall, at: number): void {
    this.#ledger.insertCall({
      key,
      callId: call.callId,
      type: CallType.outgoing,
      direction: 'out',
      number: call.number,
      line: call.line,
      userId: call.userId,
      startedAt: at,
    });
  }

  #isLoaded(userId: number): boolean {
    return this.#ledger.liveLegsOfUser(userId).length >= LIVE_LEGS;
  }

  #hideFromOthers(answered: LegRecord, now: number): void {
    const call = this.#ledger.call(answered.callKey);
    const others = this.#ledger.legsOf(answered.callKey).filter((leg) => leg.userId !== answered.userId);
    if (!call || others.length === 0) return;
    this.#due.plan('hide', call.key, now);
    for (const leg of others.filter((other) => other.live)) {
      // What rang with it is over now, said or not: a browser that sleeps must not keep the call from its finish.
      this.#ledger.endLeg(leg.leg, '304', now);
      if (call.callId !== null) this.#agents.send(leg.userId, { t: 'elsewhere', leg: leg.leg, callId: call.callId });
    }
  }

  #isLive(leg: string | null): boolean {
    return leg !== null && this.#ledger.leg(leg)?.live === true;
  }
}
