import { type CardEvent, readCardEvent } from '../../../client/card/events.ts';
import type { PanelAct } from '../../../client/frame/panel.ts';
import { problemsOf } from '../../../client/phone/desk/problems.ts';
import { emptyDesk } from '../../../client/phone/desk/step.ts';
import type { Desk, DeskEffect, DeskEvent, DeskStep, Now, SipEffect } from '../../../client/phone/desk/types.ts';
import { DEFAULT_CALLING, DEFAULT_PREFERENCES } from '../../../src/protocol/frame.ts';
import { LINE } from './support.ts';

export type Machine = (desk: Desk, event: DeskEvent, now: Now) => DeskStep;

/** A leg as the PBX knows it. */
interface Leg {
  state: 'rings here' | 'rings there' | 'up' | 'over';
  answers: number;
  ends: number;
  held: boolean;
  /** Hold and resume that the PBX has not answered. */
  readonly asked: boolean[];
  refer: 'none' | 'asked' | 'accepted';
  /** What the object was told: how often it began and ended; a redialled leg is followed by its successor. */
  registered: number;
  ended: number;
  callId: string;
  replaced: boolean;
}

const CARD_EVENTS: readonly CardEvent[] = [
  ...['answer', 'skip', 'hangup', 'makeCall', 'next', 'close', 'notifyAdmin', 'cancelTransfer', 'completeTransfer'].map(
    (stem) => readCardEvent(`${stem}ButtonClick`, undefined),
  ),
  readCardEvent('entityChanged', {}),
  readCardEvent('addCommentButtonClick', 'x'),
  readCardEvent('muteButtonClick', true),
  readCardEvent('muteButtonClick', false),
  readCardEvent('holdButtonClick', true),
  readCardEvent('holdButtonClick', false),
  readCardEvent('transferButtonClick', { target: '+49301' }),
  readCardEvent('transferButtonClick', { type: 'user', target: 12 }),
  readCardEvent('dialpadButtonClick', '1'),
  readCardEvent('qualityMeterClick', '5'),
].filter((event) => event !== null);

const FRAMES = ['f1', 'f2'];

/**
 * PBX, portal, object and person around a desk: offers what can happen next, carries out what the desk decides, and
 * writes down every rule that is broken.
 */
export function aWorld(machine: Machine, kind: 'attended' | 'blind' = 'attended') {
  const legs = new Map<string, Leg>();
  /** Call on the desk -> frames that show its card. */
  const shown = new Map<string, Set<string>>();
  /** Frame -> CALL_ID of its card. */
  const open = new Map<string, string>();
  const alarms = new Map<string, DeskEvent>();
  const broken: string[] = [];
  const history: string[] = [];
  let at = 1000;
  let names = 0;
  const calling = { ...DEFAULT_CALLING, transfer: kind, conference: '700' };
  let desk = emptyDesk({ lines: [{ number: LINE, name: '' }], colleagues: { 12: '1002' }, calling });

  const fail = (rule: string) => void broken.push(rule);
  const legOf = (name: string): Leg => {
    const known = legs.get(name);
    if (known) return known;
    const leg: Leg = {
      state: 'over',
      answers: 0,
      ends: 0,
      held: false,
      asked: [],
      refer: 'none',
      registered: 0,
      ended: 0,
      callId: '',
      replaced: false,
    };
    legs.set(name, leg);
    return leg;
  };

  const sip = (name: string, effect: SipEffect) => {
    const leg = legOf(name);
    switch (effect.do) {
      case 'invite':
        if (leg.state !== 'over' || leg.ends > 0) fail('dialled twice');
        leg.state = 'rings there';
        return;
      case 'answer':
        leg.answers++;
        if (leg.answers > 1) fail('answered twice');
        if (leg.state !== 'rings here') fail('answered a leg that does not ring here');
        return;
      case 'hangup':
        leg.ends++;
        if (leg.state === 'over') fail('hung up a leg that is over');
        leg.state = 'over';
        return;
      case 'hold':
        leg.asked.push(effect.held);
        return;
      case 'refer':
        if (leg.state !== 'up') fail('transferred a leg that is not up');
        leg.refer = 'asked';
        return;
      case 'referTo':
        if (leg.state !== 'up' || legOf(effect.leg).state !== 'up') fail('joined legs of which one is not up');
        leg.refer = 'asked';
        return;
      default:
    }
  };

  const told = ({ report }: DeskEffect & { do: 'report' }) => {
    if (!('leg' in report)) return;
    const leg = legOf(report.leg);
    switch (report.t) {
      case 'register':
        leg.registered++;
        if (leg.registered > 1) fail('registered twice');
        return;
      case 'adopt':
        for (const earlier of legs.values()) if (earlier.callId === report.callId) earlier.replaced = true;
        leg.registered++;
        leg.callId = report.callId;
        return;
      case 'ended':
        leg.ended++;
        if (leg.ended > 1) fail('ended twice');
        if (leg.registered === 0) fail('ended a leg that the object does not know');
        return;
      default:
        if (leg.ended > 0) fail(`said ${report.t} of a call that has ended`);
        if (leg.registered === 0 && report.t !== 'handover') fail(`said ${report.t} of a leg that nobody knows`);
    }
  };

  const carryOut = (effect: DeskEffect) => {
    switch (effect.do) {
      case 'sip':
        return sip(effect.leg, effect.effect);
      case 'report':
        return told(effect);
      case 'attach':
        shown.set(effect.id, (shown.get(effect.id) ?? new Set()).add(effect.frame));
        return;
      case 'detach':
        return void shown.get(effect.id)?.delete(effect.frame);
      case 'alarm':
        return void alarms.set(`${effect.kind} ${effect.id}`, { on: 'alarm', id: effect.id, kind: effect.kind });
      case 'card':
        if (effect.effect.do !== 'close') return;
        for (const frame of shown.get(effect.id) ?? []) open.delete(frame);
        return void shown.delete(effect.id);
      case 'forget':
        if (shown.get(effect.id)?.size) fail('a card was left open');
        return;
      default:
    }
  };

  const check = () => {
    for (const problem of problemsOf(desk)) fail(problem);
    const active = [...legs.values()].filter(({ state, held, refer }) => state === 'up' && !held && refer === 'none');
    if (active.length > 1) fail('the PBX has two legs that are not on hold');
  };

  const happen = (event: DeskEvent) => {
    if (broken.length > 0) return;
    at += 500;
    history.push(JSON.stringify(event));
    const [next, effects] = machine(desk, event, { at, leg: `own-${++names}`, excuse: null });
    desk = next;
    for (const effect of effects) carryOut(effect);
    check();
  };

  // --- what can happen next ------------------------------------------------------------------------------------------

  type Option = () => void;
  const onLeg = (leg: string, event: (DeskEvent & { on: 'leg' })['event']) => happen({ on: 'leg', leg, event });

  /** The far end, the network, or the browser ends a leg. */
  const over = (name: string, leg: Leg, event: (DeskEvent & { on: 'leg' })['event']) => {
    leg.state = 'over';
    leg.ends++;
    onLeg(name, event);
  };

  const ofLeg = (name: string, leg: Leg): Option[] => {
    if (leg.state === 'over') return [];
    const options: Option[] = [];
    const established = () => {
      leg.state = 'up';
      onLeg(name, { on: 'established', at });
    };
    if (leg.state === 'rings here') {
      options.push(() => over(name, leg, { on: 'withdrawn', elsewhere: at % 1000 === 0, at }));
      options.push(() => happen({ on: 'elsewhere', leg: name }));
      if (leg.answers > 0)
        options.push(established, established, () => onLeg(name, { on: 'microphone', why: 'denied', at }));
    } else if (leg.state === 'rings there') {
      options.push(established, established, () => onLeg(name, { on: 'progress', media: false }));
      options.push(() => over(name, leg, { on: 'rejected', status: 486, at }));
      options.push(() => over(name, leg, { on: 'microphone', why: 'busy', at }));
      options.push(() => over(name, leg, { on: 'noPath', relayRefused: false, at }));
    } else {
      options.push(() => over(name, leg, { on: 'over', reason: 'bye', at }));
      if (leg.refer !== 'none') options.push(...ofRefer(name, leg));
    }
    if (leg.asked.length > 0) {
      const answer = (ok: boolean) => () => {
        const held = leg.asked.shift() ?? false;
        if (ok) leg.held = held;
        onLeg(name, { on: 'held', held, ok });
      };
      options.push(answer(true), answer(true), answer(true), answer(false));
    }
    if (leg.registered > 0 && leg.callId === '') {
      const callId = `c-${name}`;
      options.push(() => {
        leg.callId = callId;
        happen({ on: 'registered', leg: name, callId });
      });
      options.push(() => happen({ on: 'refused', leg: name, error: 'refused', message: 'no' }));
    }
    options.push(() => happen({ on: 'customer', leg: name, customer: { name: 'Ada', company: 'ACME', deal: 'Roof' } }));
    return options;
  };

  const ofRefer = (name: string, leg: Leg): Option[] => {
    const news = (step: 'accepted' | 'done' | 'failed', refer: Leg['refer']) => () => {
      leg.refer = refer;
      onLeg(name, { on: 'transfer', step, at });
    };
    return [news('accepted', 'accepted'), news('done', 'none'), news('failed', 'none')];
  };

  const opens = (
    frame: string,
    callId: string,
    direction: 'incoming' | 'outgoing' | 'callback',
    line = LINE,
  ): Option => {
    return () => {
      open.set(frame, callId);
      const event = { name: 'initialized', callId, direction, number: '+4940', line } as const;
      happen({ on: 'card', frame, callId, event });
    };
  };

  const ofCards = (pick: number): Option[] => {
    const event = CARD_EVENTS[pick % CARD_EVENTS.length];
    const clicks: Option[] = [...open].flatMap(([frame, callId]) =>
      event ? [() => happen({ on: 'card', frame, callId, event })] : [],
    );
    // A page shows one card at a time (fact 3.4).
    const free = FRAMES.filter((frame) => !open.has(frame));
    const ours = [...legs.values()].filter(({ callId, ended }) => callId !== '' && ended === 0);
    return [
      ...clicks,
      ...clicks,
      ...free.flatMap((frame) => ours.map(({ callId }) => opens(frame, callId, 'incoming'))),
      ...free.flatMap((frame) => [
        opens(frame, `click-${names}`, 'outgoing'),
        opens(frame, `back-${names}`, 'callback', '?'),
      ]),
      ...[...open.keys()].map((frame) => () => {
        open.delete(frame);
        for (const frames of shown.values()) frames.delete(frame);
        happen({ on: 'left', frame });
      }),
      ...[...shown].flatMap(([id, frames]) =>
        [...frames].map((frame) => () => {
          frames.delete(frame);
          open.delete(frame);
          happen({ on: 'gone', id, frame });
        }),
      ),
    ];
  };

  const ofPanel = (pick: number): Option[] =>
    [...legs].flatMap(([leg, { state }]) => {
      if (state === 'over') return [];
      const acts: PanelAct[] = [
        { act: 'answer', leg },
        { act: 'decline', leg },
        { act: 'hangup', leg },
        { act: 'hold', leg, held: pick % 2 === 0 },
        { act: 'mute', leg, muted: pick % 2 === 0 },
        { act: 'swap' },
        { act: 'confer' },
      ];
      const act = acts[pick % acts.length];
      return act && act.act !== 'choose' && act.act !== 'tryRing' && act.act !== 'record'
        ? [() => happen({ on: 'act', act })]
        : [];
    });

  const incoming = (autoAnswer = false) => {
    const leg = `in-${++names}`;
    legOf(leg).state = 'rings here';
    happen({ on: 'incoming', call: { leg, group: null, number: '+4940', name: 'Ada', line: LINE, autoAnswer } });
    return leg;
  };

  const ofOthers = (pick: number): Option[] => [
    () => void incoming(pick % 7 === 0),
    () => happen({ on: 'dial', callId: `push-${names}`, number: '+4940', line: LINE }),
    () =>
      happen({
        on: 'act',
        act: {
          act: 'prefer',
          preferences: {
            ...DEFAULT_PREFERENCES,
            doNotDisturb: pick % 5 === 0,
            callWaiting: pick % 3 !== 0,
            autoAnswerS: pick % 4 === 0 ? 5 : 0,
          },
        },
      }),
    // News of a leg that nobody knows.
    () => onLeg('nobody', { on: 'over', reason: '', at }),
    ...(pick % 11 === 0 ? [leave, networkLost] : []),
  ];

  const leave = () => happen({ on: 'leave' });
  const networkLost = () => {
    for (const [name, leg] of [...legs]) {
      if (leg.state !== 'up') continue;
      leg.asked.splice(0);
      over(name, leg, { on: 'over', reason: 'no network', at });
    }
  };

  /** One of the things that can happen now, by two numbers. */
  const play = (which: number, pick: number) => {
    const options = [
      ...[...legs].flatMap(([name, leg]) => ofLeg(name, leg)),
      ...ofCards(pick),
      ...ofPanel(pick),
      ...ofOthers(pick),
      ...[...alarms].map(([key, event]) => () => {
        alarms.delete(key);
        happen(event);
      }),
    ];
    options[which % options.length]?.();
  };

  /** The page goes: nothing may be left behind. */
  const end = () => {
    leave();
    if (broken.length > 0) return;
    if (desk.front || desk.other || desk.bridge) fail('a call outlives its page');
    if (desk.tone !== 'none') fail('it rings on');
    for (const leg of legs.values()) {
      if (leg.state !== 'over') fail('a leg was never hung up');
      if (leg.registered > 0 && !leg.replaced && leg.ended !== 1) fail('a call was never reported as ended');
    }
    for (const frames of shown.values()) if (frames.size > 0) fail('a card was left open');
  };

  return { happen, incoming, onLeg, legOf, opens, play, end, broken, history, look: () => desk };
}

export type DeskWorld = ReturnType<typeof aWorld>;
