import type { Line, ObjectMessage } from '../../src/protocol/frame.ts';
import { callbackAsked, clickedInVain, clickedToCall, type NewCall, offered, offeredWhileBusy } from '../call/begin.ts';
import { step } from '../call/step.ts';
import type { Call, CallEvent, Effect, Report, Step, Tone } from '../call/types.ts';
import { type Card, createCard, type SendCommand } from '../card/controller.ts';
import { type CardEvent, readCardEvent, type TransferTarget } from '../card/events.ts';
import type { CardNews } from '../frame/contract.ts';
import type { SipNews, SipPhone } from './sip.ts';

/** What the desk works with. Nothing here touches the browser. */
export interface DeskDeps {
  readonly sip: Omit<SipPhone, 'start' | 'retire' | 'stats'>;
  readonly command: SendCommand;
  report(report: Report): void;
  tone(tone: Tone): void;
  /** The sentence that says why the phone can't call now; null when it can. */
  excuse(): string | null;
  /** The call on the desk changed. */
  changed(call: Call | null): void;
  readonly lines: readonly Line[];
  readonly colleagues: Readonly<Record<string, string>>;
  /** A fresh SIP Call-ID. */
  newLeg(): string;
  now(): number;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

type Initialized = CardEvent & { readonly name: 'initialized' };

interface Current {
  call: Call;
  readonly card: Card;
  timer: unknown;
}

/** CALL_IDs remembered so that a late push doesn't dial a call a second time. */
const REMEMBERED = 100;
/** How long a pushed call waits for its card, which Bitrix24 shows by a way of its own. */
const CARD_MS = 300;
const BUSY = 'You are in another call: hang up first.';

/**
 * The person's desk: at most one call lies on it. Brings together what the PBX, the cards and the object say about it,
 * lets the state machine decide, and has the decision carried out.
 */
export function createDesk(deps: DeskDeps) {
  let current: Current | null = null;
  /** Cards that are open in frames, whether we know their call or not: `initialized` may come before `registered`. */
  const open = new Map<string, Initialized>();
  const handled = new Set<string>();

  const remember = (callId: string) => {
    handled.add(callId);
    const [oldest] = handled;
    if (handled.size > REMEMBERED && oldest !== undefined) handled.delete(oldest);
  };

  // --- carrying out -------------------------------------------------------------------------------------------------

  const carryOut = (effect: Effect, leg: string, on: Current | null) => {
    const { sip } = deps;
    switch (effect.do) {
      case 'invite':
        return sip.invite(effect.leg, effect.number, effect.line);
      case 'answer':
        return sip.answer(leg);
      case 'hangup':
        return sip.hangup(leg, effect.refuse);
      case 'hold':
        return sip.hold(leg, effect.held);
      case 'mute':
        return sip.mute(leg, effect.muted);
      case 'dtmf':
        return sip.dtmf(leg, effect.key);
      case 'refer':
        return sip.refer(leg, effect.number);
      case 'tone':
        return deps.tone(effect.tone);
      case 'report':
        return deps.report(effect.report);
      case 'wake':
        return on ? wakeIn(on, effect.afterMs) : undefined;
      default:
        return on?.card.apply(effect);
    }
  };

  const wakeIn = (on: Current, afterMs: number) => {
    deps.clearTimeout(on.timer);
    on.timer = deps.setTimeout(() => happen(on, { on: 'wake', at: deps.now() }), afterMs);
  };

  const settle = (on: Current, [call, effects]: Step) => {
    const { phase } = on.call;
    on.call = call;
    if (call.phase !== phase) deps.clearTimeout(on.timer);
    if (call.phase === 'ended' && current === on) current = null;
    for (const effect of effects) carryOut(effect, call.leg, on);
    if (call.phase === 'ended') forgetCards(call.callId);
    deps.changed(current?.call ?? null);
  };

  const happen = (on: Current, event: CallEvent) => settle(on, step(on.call, event));

  const begin = ([call, effects]: Step) => {
    const on: Current = {
      call,
      timer: undefined,
      card: createCard(() => on.call.callId ?? '', {
        command: deps.command,
        setTimeout: deps.setTimeout,
        clearTimeout: deps.clearTimeout,
        onGone: () => happen(on, { on: 'cardGone', at: deps.now() }),
      }),
    };
    current = on;
    settle(on, [call, effects]);
    showOpenCards(on);
  };

  const showOpenCards = (on: Current) => {
    for (const [frame, card] of open) if (card.callId === on.call.callId) on.card.attach(frame);
  };
  const forgetCards = (callId: string | null) => {
    for (const [frame, card] of open) if (card.callId === callId) open.delete(frame);
  };

  /** Frees the desk from a call that only shows its end; false when there is a real one. */
  const makeRoom = (): boolean => {
    if (current?.call.phase === 'closing') happen(current, { on: 'leave', at: deps.now() });
    return current === null;
  };

  // --- beginnings ---------------------------------------------------------------------------------------------------

  const incoming = (news: SipNews & { on: 'incoming' }) => {
    const [only, second] = deps.lines;
    const { call } = news;
    const line = call.line || (only && !second ? only.number : '');
    const facts: NewCall = { ...call, line, at: deps.now() };
    if (makeRoom()) return begin(offered(facts));
    for (const effect of offeredWhileBusy(facts)[1]) carryOut(effect, facts.leg, null);
  };

  const clicked = (callId: string, number: string, line: string, direction: Initialized['direction'] = 'outgoing') => {
    if (handled.has(callId)) return;
    remember(callId);
    const facts: NewCall = { leg: deps.newLeg(), group: null, number, name: '', line, at: deps.now() };
    if (!makeRoom()) {
      // The card belongs to the call that is on the desk; this one is told to the CRM only.
      const [call, effects] = clickedInVain(facts, callId, BUSY);
      const ending = step(call, { on: 'leave', at: deps.now() })[1];
      for (const effect of [...effects, ...ending]) if (effect.do === 'report') carryOut(effect, call.leg, null);
      return;
    }
    const excuse = number === '' ? 'There is no number to call.' : deps.excuse();
    if (excuse !== null) return begin(clickedInVain(facts, callId, excuse));
    begin(direction === 'callback' ? callbackAsked(facts, callId) : clickedToCall(facts, callId));
  };

  // --- what is heard ------------------------------------------------------------------------------------------------

  const onCard = (news: CardNews) => {
    if ('left' in news) {
      open.delete(news.frame);
      current?.card.detach(news.frame);
      return;
    }
    const event = readCardEvent(news.name, news.data);
    if (!event) return;
    if (event.name === 'initialized') return cardOpened(news.frame, event);
    if (!current || current.call.callId !== news.callId) return;
    const number = event.name === 'transferButtonClick' ? targetNumber(event.target, deps.colleagues) : null;
    happen(current, { on: 'card', event, at: deps.now(), leg: deps.newLeg(), number });
  };

  const cardOpened = (frame: string, card: Initialized) => {
    open.set(frame, card);
    if (current?.call.callId === card.callId) return current.card.attach(frame);
    // Every app of the portal sees every card: only our line makes a click ours, else the object's push does (rule 6).
    const ours = deps.lines.some((line) => line.number === card.line);
    if (card.direction === 'outgoing' && ours) clicked(card.callId, card.number, card.line);
  };

  /** The object's word. Its card tells whether a customer waits to be called back; from a mobile app there may be none. */
  const pushed = (callId: string, number: string, line: string) => {
    const card = () => [...open.values()].find((shown) => shown.callId === callId);
    const go = () => clicked(callId, number, line, card()?.direction);
    if (card()) go();
    else deps.setTimeout(go, CARD_MS);
  };

  const onSip = (news: SipNews) => {
    if (news.on === 'incoming') incoming(news);
    else if (news.on === 'leg' && current?.call.leg === news.leg) happen(current, news.event);
  };

  const onObject = (message: ObjectMessage) => {
    if (message.t === 'dial') return pushed(message.callId, message.number, message.line);
    if (message.t === 'registered') {
      remember(message.callId);
      if (current?.call.leg !== message.leg) return;
      happen(current, { on: 'registered', callId: message.callId });
      return showOpenCards(current);
    }
    if (message.t === 'elsewhere' && current?.call.leg === message.leg && current.call.phase === 'offered') {
      // The PBX takes its INVITE back as well; whichever comes first ends the ringing.
      deps.sip.hangup(message.leg, 486);
      happen(current, { on: 'withdrawn', elsewhere: true, at: deps.now() });
    }
  };

  /** The page goes away: an honest end, while there is still time to say it. */
  const leave = () => {
    if (current) happen(current, { on: 'leave', at: deps.now() });
  };

  return { onCard, onSip, onObject, leave, call: (): Call | null => current?.call ?? null };
}

/** The number to transfer to; null for somebody who has none that we know of. */
export function targetNumber(target: TransferTarget, colleagues: Readonly<Record<string, string>>): string | null {
  if (target.kind === 'number') return target.number;
  if (target.kind === 'user') return colleagues[target.userId] ?? null;
  if (target.kind === 'digits') return colleagues[target.digits] ?? target.digits;
  return null;
}
