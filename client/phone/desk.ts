import type { ObjectMessage } from '../../src/protocol/frame.ts';
import type { Report, Tone } from '../call/types.ts';
import { type Card, createCard, type SendCommand } from '../card/controller.ts';
import { readCardEvent } from '../card/events.ts';
import type { CardNews } from '../frame/contract.ts';
import { emptyDesk, step } from './desk/step.ts';
import type { AlarmKind, Desk, DeskAct, DeskEffect, DeskEvent, Rules, SipEffect } from './desk/types.ts';
import type { SipNews, SipPhone } from './sip.ts';

/** What the desk works with. Nothing here touches the browser. */
export interface DeskDeps {
  readonly sip: Pick<SipPhone, SipEffect['do']>;
  readonly command: SendCommand;
  /** Says it to the object. @returns the id that its answer will name */
  report(report: Report): string;
  tone(tone: Tone): void;
  /** The sentence that says why the phone can't call now; null when it can. */
  excuse(): string | null;
  changed(desk: Desk): void;
  readonly rules: Rules;
  /** A fresh SIP Call-ID. */
  newLeg(): string;
  now(): number;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

/**
 * The person's desk, carried out: brings what the PBX, the cards, the object and the panel say to desk/step.ts, which
 * decides, and does what it decided.
 */
export function createDesk(deps: DeskDeps) {
  let desk = emptyDesk(deps.rules);
  const cards = new Map<string, Card>();
  /** CALL_ID of each card that is open: its last commands are sent when the call is off the desk. */
  const callIds = new Map<string, string>();
  const alarms = new Map<string, unknown>();
  /** Registrations that the object has not answered yet: its refusal names nothing but the id. */
  const registering = new Map<string, string>();
  const waiting: DeskEvent[] = [];

  /** One event after the other: carrying out an effect may bring the next one. */
  const happen = (event: DeskEvent) => {
    waiting.push(event);
    if (waiting.length > 1) return;
    for (let next = waiting[0]; next; next = waiting[0]) {
      const excuse = mayDial(next) ? deps.excuse() : null;
      const [now, effects] = step(desk, next, { at: deps.now(), leg: deps.newLeg(), excuse });
      desk = now;
      for (const effect of effects) carryOut(effect);
      deps.changed(desk);
      waiting.shift();
    }
  };

  const carryOut = (effect: DeskEffect) => {
    switch (effect.do) {
      case 'sip':
        return sip(effect.leg, effect.effect);
      case 'card':
        return cardOf(effect.id).apply(effect.effect);
      case 'attach':
        callIds.set(effect.id, effect.callId);
        return cardOf(effect.id).attach(effect.frame);
      case 'detach':
        return cardOf(effect.id).detach(effect.frame);
      case 'report':
        return report(effect.report);
      case 'tone':
        return deps.tone(effect.tone);
      case 'alarm':
        return setAlarm(effect.id, effect.kind, effect.afterMs);
      case 'forget':
        return forget(effect.id);
    }
  };

  const sip = (leg: string, effect: SipEffect) => {
    switch (effect.do) {
      case 'invite':
        return deps.sip.invite(effect.leg, effect.number, effect.line, ...(effect.replaces ? [effect.replaces] : []));
      case 'reenter':
        return deps.sip.reenter(leg, effect.kept, effect.afterMs);
      case 'release':
        return deps.sip.release(effect.kept);
      case 'answer':
        return deps.sip.answer(leg);
      case 'hangup':
        return deps.sip.hangup(leg, effect.refuse);
      case 'hold':
        return deps.sip.hold(leg, effect.held);
      case 'mute':
        return deps.sip.mute(leg, effect.muted);
      case 'dtmf':
        return deps.sip.dtmf(leg, effect.key);
      case 'refer':
        return deps.sip.refer(leg, effect.number);
      case 'referTo':
        return deps.sip.referTo(leg, effect.leg);
    }
  };

  const cardOf = (id: string): Card => {
    const known = cards.get(id);
    if (known) return known;
    const callId = () => callIds.get(id) ?? '';
    const { command, setTimeout, clearTimeout } = deps;
    const onGone = (frame: string) => happen({ on: 'gone', id, frame });
    const card = createCard(callId, { command, setTimeout, clearTimeout, onGone });
    cards.set(id, card);
    return card;
  };

  const report = (what: Report) => {
    const id = deps.report(what);
    if (what.t === 'register') registering.set(id, what.leg);
  };

  const setAlarm = (id: string, kind: AlarmKind, afterMs: number) => {
    const key = `${kind} ${id}`;
    deps.clearTimeout(alarms.get(key));
    const ring = () => {
      alarms.delete(key);
      happen({ on: 'alarm', id, kind });
    };
    alarms.set(key, deps.setTimeout(ring, afterMs));
  };

  const forget = (id: string) => {
    cards.delete(id);
    callIds.delete(id);
    for (const [key, timer] of alarms) {
      if (!key.endsWith(` ${id}`)) continue;
      deps.clearTimeout(timer);
      alarms.delete(key);
    }
  };

  const onCard = (news: CardNews) => {
    if ('left' in news) return happen({ on: 'left', frame: news.frame });
    if ('back' in news) return happen({ on: 'back', frame: news.frame, callId: news.callId });
    if ('unheard' in news) return happen({ on: 'unheard', frame: news.frame });
    const event = readCardEvent(news.name, news.data);
    const { frame, callId, again } = news;
    if (event) happen({ on: 'card', frame, callId, event, ...(again && { again }) });
  };

  const onSip = (news: SipNews) => {
    if (news.on !== 'registration') happen(news);
  };

  const onObject = (message: ObjectMessage) => {
    const leg = 'id' in message ? registering.get(message.id) : undefined;
    if ('id' in message) registering.delete(message.id);
    switch (message.t) {
      case 'dial':
        return happen({ ...message, on: 'dial', ask: message.ask === true });
      case 'registered':
        return happen({ on: 'registered', leg: message.leg, callId: message.callId });
      case 'refused':
        if (leg !== undefined) happen({ on: 'refused', leg, error: message.error, message: message.message });
        return;
      case 'elsewhere':
        return happen({ on: 'elsewhere', leg: message.leg });
      case 'recover':
        return happen({ on: 'recover', call: message.call });
      case 'customer':
        return happen({ on: 'customer', leg: message.leg, customer: message.customer });
      case 'preferences':
        return happen({ on: 'preferences', preferences: message.preferences });
      default:
    }
  };

  return {
    onCard,
    onSip,
    onObject,
    onAct: (act: DeskAct) => happen({ on: 'act', act }),
    leave: () => happen({ on: 'leave' }),
    look: (): Desk => desk,
  };
}

/** Whether a click to call can come of it: only then the phone looks whether it is ready. */
const mayDial = (event: DeskEvent): boolean =>
  event.on === 'dial' ||
  (event.on === 'alarm' && event.kind === 'push') ||
  (event.on === 'card' && event.event.name === 'initialized');
