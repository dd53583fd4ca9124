import type { KeptCall } from '../../src/protocol/frame.ts';
import { closing, finish } from './end.ts';
import { resumed } from './resume.ts';
import type { Call, Report, Step, Target } from './types.ts';
import { reasons, words } from './words.ts';

/** What is known of a call when it begins. */
export interface NewCall {
  /** SIP Call-ID. */
  readonly leg: string;
  /** The PBX's name of the whole call, where it sends one. */
  readonly group: string | null;
  readonly number: string;
  /** What the PBX is asked to dial; absent = the number. */
  readonly dial?: string;
  readonly name: string;
  readonly line: string;
  /** Unix ms. */
  readonly at: number;
}

function fresh(direction: Call['direction'], phase: Call['phase'], facts: NewCall, callId: string | null): Call {
  const { leg, number, name, line } = facts;
  return {
    id: leg,
    role: 'call',
    recorded: true,
    phase,
    direction,
    leg,
    callId,
    number,
    dial: facts.dial ?? number,
    name,
    customer: null,
    line,
    answeredAt: null,
    held: false,
    asking: [],
    muted: false,
    transfer: null,
    lingers: false,
    conferred: false,
    resumes: null,
    unheard: null,
    redial: false,
    ending: null,
    sound: null,
  };
}

/**
 * An INVITE arrived: ring, and have it registered.
 * @param card false: another call's card is open, and Bitrix24 shows one at a time
 */
export function offered(facts: NewCall, card = true): Step {
  return [
    fresh('in', 'offered', facts, null),
    [
      { do: 'tone', tone: 'ring' },
      { do: 'report', report: registration(facts, 'in', card) },
      { do: 'ui', state: 'incoming' },
      { do: 'title', text: words.callFrom(facts) },
      { do: 'status', text: words.ringing(facts.line, '') },
    ],
  ];
}

/** An earlier page of this person had this call, and is gone. */
export const leftBehind = (kept: KeptCall, leg: string, at: number): Step =>
  resumed(fresh(kept.direction, 'resuming', { ...kept, leg, group: null, at }, kept.callId), kept);

/** An INVITE arrived that nobody is to hear: refused at once, but the CRM learns of it. */
export function refused(facts: NewCall, why: 'busy' | 'doNotDisturb'): Step {
  const refuse = why === 'busy' ? 486 : 480;
  const [call, effects] = finish(fresh('in', 'offered', facts, null), {
    status: `${refuse}`,
    reason: reasons[why],
    at: facts.at,
  });
  const reports = effects.filter((effect) => effect.do === 'report');
  return [call, [{ do: 'hangup', refuse }, { do: 'report', report: registration(facts, 'in', false) }, ...reports]];
}

/** Somebody clicked a number: Bitrix24 has registered the call and shows the card; dial. */
export function clickedToCall(facts: NewCall, callId: string): Step {
  const { leg, line } = facts;
  const [call, effects] = adopted(facts, callId);
  return [
    call,
    [
      ...effects,
      { do: 'ui', state: 'connectingOutgoing' },
      { do: 'status', text: words.calling },
      { do: 'invite', leg, number: call.dial, line },
    ],
  ];
}

/** Somebody clicked a number, but the phone can't call or must not: the card says why. */
export function clickedInVain(facts: NewCall, callId: string, sentence: string, status: '403' | 'OTHER'): Step {
  const [call, effects] = adopted(facts, callId);
  return closing(call, { ui: 'error', status, text: sentence }, facts.at, effects);
}

/**
 * The target of an attended transfer is called. It has no card: the call that is handed over shows how it goes.
 * @param recorded a call to somebody outside is a call of its own for the CRM; one to a colleague is none
 */
export function consultation(facts: NewCall, target: Target, recorded: boolean): Step {
  const { leg, line } = facts;
  const call: Call = { ...fresh('out', 'calling', facts, null), role: 'consultation', recorded };
  const invite = { do: 'invite', leg, number: target.number, line } as const;
  return [call, recorded ? [{ do: 'report', report: registration(facts, 'out', false) }, invite] : [invite]];
}

function adopted(facts: NewCall, callId: string): Step {
  const { leg, number, line, at } = facts;
  return [
    fresh('out', 'calling', facts, callId),
    [
      { do: 'report', report: { t: 'adopt', callId, leg, number, line, startedAt: at } },
      { do: 'title', text: words.callTo(facts) },
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
      { do: 'status', text: words.callbackAsked },
      { do: 'wake', afterMs: CALLBACK_SHOWN_MS },
    ],
  ];
}

function registration(facts: NewCall, direction: Call['direction'], card: boolean): Report {
  const { leg, group, number, line, at } = facts;
  const report = { t: 'register', leg, group, direction, number, line, startedAt: at } as const;
  return card ? report : { ...report, card };
}
