import type { Outcome } from './outcome.ts';
import { qualityReport } from './sound.ts';
import type { Call, Effect, Ending, Step } from './types.ts';
import { words } from './words.ts';

/** How long the card says why a call failed before it closes by itself, in ms. */
const FAILURE_SHOWN_MS = 30_000;
/** How long the card says that a call was handed over, in ms. */
const TRANSFER_SHOWN_MS = 3000;

/** Phases in which the PBX knows our leg, so that it has to be told. */
const LIVE: ReadonlySet<Call['phase']> = new Set(['offered', 'answering', 'calling', 'talking', 'transferring']);

/** The last decision about a call: reported once where the object knows it, sound off, card closed. */
export function finish(call: Call, ending: Ending): Step {
  const seconds = call.answeredAt === null ? 0 : Math.max(0, Math.round((ending.at - call.answeredAt) / 1000));
  const { status, reason, at } = ending;
  const report = { t: 'ended', leg: call.leg, at, seconds, status, reason } as const;
  return [
    { ...call, phase: 'ended', ending },
    [
      { do: 'tone', tone: 'none' },
      ...(call.recorded ? [...qualityReport(call), { do: 'report', report } as const] : []),
      // An open comment keeps the card for up to 65 s after its close (fact 3.4); its clock must not run on.
      { do: 'timer', run: false },
      { do: 'close' },
    ],
  ];
}

/**
 * The person, or the page that goes away, ends the call: works in every phase, so no hang-up is ever lost.
 * @param refuse SIP status for a call that only rings here. 486 and not 603: a 6xx would silence every other phone of a
 *   queue as well (RFC 3261 21.6)
 */
export function hangUp(call: Call, at: number, refuse: 486 | 480 = 486): Step {
  const [ended, effects] = finish(call, call.ending ?? { ...ownEnding(call, refuse), at });
  return [ended, LIVE.has(call.phase) ? [{ do: 'hangup', refuse }, ...effects] : effects];
}

function ownEnding(call: Call, refuse: number): Omit<Ending, 'at'> {
  switch (call.phase) {
    case 'offered':
    case 'answering':
      return refuse === 486 ? { status: '603', reason: 'Declined' } : { status: '480', reason: 'The page was closed' };
    case 'talking':
      return { status: '200', reason: '' };
    case 'transferring':
      return { status: '200', reason: call.transfer?.at === 'accepted' ? words.transferred : '' };
    default:
      return { status: '603-S', reason: 'Cancelled' };
  }
}

/** The INVITE was taken back before anybody here answered: missed, unless a colleague has it. */
export function withdrawn(call: Call, elsewhere: boolean, at: number): Step {
  return finish(call, { status: '304', reason: elsewhere ? 'Answered elsewhere' : 'Missed', at });
}

/**
 * Over for the PBX, but the card says why. The CRM is told when the card goes: finishing a call closes its card at once
 * (fact 3.4), and nobody would read the sentence.
 */
export function closing(call: Call, outcome: Outcome, at: number, first: readonly Effect[] = []): Step {
  return [
    {
      ...call,
      phase: 'closing',
      redial: outcome.ui === 'redial' && call.direction === 'out',
      ending: { status: outcome.status, reason: outcome.text, at },
    },
    [
      ...first,
      { do: 'tone', tone: 'none' },
      { do: 'ui', state: outcome.ui },
      { do: 'status', text: outcome.text },
      { do: 'wake', afterMs: FAILURE_SHOWN_MS },
    ],
  ];
}

/** No card of this call can be opened, so nobody can answer it here: the PBX is to ring somebody else. */
export function unseen(call: Call, reason: string, at: number): Step {
  const [ended, effects] = finish(call, { status: '480', reason, at });
  return [ended, [{ do: 'hangup', refuse: 480 }, ...effects]];
}

/** The PBX has connected the other party to the target: our leg is done (RFC 5589: the referrer sends the BYE). */
export function handedOver(call: Call, at: number): Step {
  return [
    { ...call, phase: 'closing', ending: { status: '200', reason: words.transferred, at } },
    [
      { do: 'hangup', refuse: 486 },
      { do: 'ui', state: 'transferConnected' },
      { do: 'status', text: words.transferred },
      { do: 'timer', run: false },
      { do: 'wake', afterMs: TRANSFER_SHOWN_MS },
    ],
  ];
}

/**
 * The customer has hung up while the person talks with the target of the transfer. The consultation has no card, so this
 * one stays, for its hang-up button; the CRM is told when it goes, with the length that the customer's call had.
 */
export function lingering(call: Call, text: string, reason: string, at: number): Step {
  return [
    { ...call, phase: 'closing', lingers: true, ending: { status: '200', reason, at } },
    [
      { do: 'ui', state: 'transferConnected' },
      { do: 'status', text },
      { do: 'timer', run: false },
    ],
  ];
}
