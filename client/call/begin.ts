import { closing, finish } from './end.ts';
import type { Call, Step } from './types.ts';

/** What is known of a call when it begins. */
export interface NewCall {
  /** SIP Call-ID. */
  readonly leg: string;
  /** The PBX's name of the whole call, where it sends one. */
  readonly group: string | null;
  readonly number: string;
  readonly name: string;
  readonly line: string;
  /** Unix ms. */
  readonly at: number;
}

function fresh(direction: Call['direction'], phase: Call['phase'], facts: NewCall, callId: string | null): Call {
  const { leg, number, name, line } = facts;
  return {
    phase,
    direction,
    leg,
    callId,
    number,
    name,
    line,
    answeredAt: null,
    held: false,
    muted: false,
    transfer: 'none',
    redial: false,
    ending: null,
    sound: null,
  };
}

const who = ({ name, number }: NewCall) => (name && name !== number ? `${name}, ${number}` : number);

/** An INVITE arrived and nobody talks: ring, and ask for the card. */
export function offered(facts: NewCall): Step {
  return [
    fresh('in', 'offered', facts, null),
    [
      { do: 'tone', tone: 'ring' },
      { do: 'report', report: registration(facts) },
      { do: 'ui', state: 'incoming' },
      { do: 'title', text: `Call from ${who(facts)}` },
      { do: 'status', text: facts.line ? `Ringing on ${facts.line}` : 'Ringing' },
    ],
  ];
}

/** An INVITE arrived while somebody talks: refused by the caller of this, but the CRM learns of it. */
export function offeredWhileBusy(facts: NewCall): Step {
  const [call, effects] = finish(fresh('in', 'offered', facts, null), {
    status: '486',
    reason: 'Busy with another call',
    at: facts.at,
  });
  const reports = effects.filter((effect) => effect.do === 'report');
  return [call, [{ do: 'hangup', refuse: 486 }, { do: 'report', report: registration(facts) }, ...reports]];
}

/** Somebody clicked a number: Bitrix24 has registered the call and shows the card; dial. */
export function clickedToCall(facts: NewCall, callId: string): Step {
  const { leg, number, line } = facts;
  const [call, effects] = adopted(facts, callId);
  return [
    call,
    [
      ...effects,
      { do: 'ui', state: 'connectingOutgoing' },
      { do: 'status', text: 'Calling…' },
      { do: 'invite', leg, number, line },
    ],
  ];
}

/** Somebody clicked a number, but the phone can't call: the card says why. */
export function clickedInVain(facts: NewCall, callId: string, sentence: string): Step {
  const [call, effects] = adopted(facts, callId);
  return closing(call, { ui: 'error', status: 'OTHER', text: sentence }, facts.at, effects);
}

function adopted(facts: NewCall, callId: string): Step {
  const { leg, number, line, at } = facts;
  return [
    fresh('out', 'calling', facts, callId),
    [
      { do: 'report', report: { t: 'adopt', callId, leg, number, line, startedAt: at } },
      { do: 'title', text: `Call to ${who(facts)}` },
    ],
  ];
}

/** How long a customer who asked to be called back waits for the person to press the button, in ms. */
const CALLBACK_SHOWN_MS = 60_000;

/** A customer asked to be called back: ring the person, and dial when they press the card's button. */
export function callbackAsked(facts: NewCall, callId: string): Step {
  const [call, effects] = adopted(facts, callId);
  return [
    { ...call, phase: 'prepared' },
    [
      ...effects,
      { do: 'tone', tone: 'ring' },
      { do: 'ui', state: 'outgoing' },
      { do: 'status', text: 'Asked to be called back: press call' },
      { do: 'wake', afterMs: CALLBACK_SHOWN_MS },
    ],
  ];
}

function registration({ leg, group, number, line, at }: NewCall) {
  return { t: 'register', leg, group, direction: 'in', number, line, startedAt: at } as const;
}
