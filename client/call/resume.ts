import type { KeptCall } from '../../src/protocol/frame.ts';
import { finish, hangUp } from './end.ts';
import type { Call, CallEvent, Effect, Step } from './types.ts';
import { words } from './words.ts';

/** How long the PBX's socket and its answer may take, in ms: less than the object's patience (RESUME_GRACE_MS). */
const PATIENCE_MS = 12_000;
/**
 * Refusals that pass, once we speak inside the old dialog: another INVITE is under way in it, such as the one of a page that
 * was left in between (RFC 3261 14.2).
 */
const PASSING: readonly number[] = [491, 500];
/** Pause before it is tried again, in ms (RFC 3261 14.1 has 2.1-4 s for one side and 0-2 s for the other). */
const AGAIN_MS = 2000;
/**
 * Looks on end, one a second, that say that nothing arrives. The first comes two seconds after the 200, and a relay that
 * begins its handshake anew has been seen to take 1.5 s.
 */
const SILENT_LOOKS = 2;

/** What an earlier page of this person has left: a call that the PBX still has. */
export const resumed = (call: Call, kept: KeptCall): Step => [
  { ...call, phase: 'resuming', resumes: kept, answeredAt: kept.answeredAt },
  [
    { do: 'title', text: kept.direction === 'in' ? words.callFrom(call) : words.callTo(call) },
    { do: 'status', text: words.resuming },
    { do: 'wake', afterMs: PATIENCE_MS },
    { do: 'invite', leg: call.leg, number: call.number, line: call.line, replaces: kept },
  ],
];

/**
 * A page load in the middle of a call: our INVITE asks the PBX to put us in the place of the leg that the earlier page had
 * (RFC 3891), and where that is refused we speak inside that leg's own dialog. What cannot be taken over is over; the
 * object knows best when, for it knows when that page was last seen.
 */
export function resuming(call: Call, event: CallEvent): Step {
  const { resumes } = call;
  if (!resumes) return [call, []];
  switch (event.on) {
    case 'established':
      return back(call, resumes);
    case 'rejected':
      return refused(call, resumes, event.status, event.at);
    case 'over':
    case 'microphone':
    case 'noPath':
      return lost(call, resumes, event.at);
    case 'wake': {
      const [ended, effects] = lost(call, resumes, event.at);
      return [ended, [{ do: 'hangup', refuse: 480 }, ...effects]];
    }
    // Kept until there is a leg to hang up: a CANCEL would leave the customer with the PBX.
    case 'card':
      if (event.event.name !== 'hangupButtonClick' && event.event.name !== 'closeButtonClick') return [call, []];
      return [{ ...call, ending: { status: '200', reason: '', at: event.at } }, []];
    // The page is left before it had the call: the next one tries as well, so the object is told nothing.
    case 'leave':
      return [{ ...call, phase: 'ended' }, [{ do: 'hangup', refuse: 480 }]];
    default:
      return [call, []];
  }
}

/**
 * The next step of the ladder. 481: the dialog is gone, and the call with it. Any other refusal may only mean that the far
 * end knows no Replaces (420), or that nobody may dial it (403, 404, 488): a re-INVITE asks for neither, and rings nobody.
 */
function refused(call: Call, kept: KeptCall, status: number, at: number): Step {
  if (status === 481) return over(call, kept, at, '');
  const tried = call.unheard !== null;
  if (!kept.inside || (tried && !PASSING.includes(status))) return lost(call, kept, at);
  return [{ ...call, unheard: 0 }, [{ do: 'reenter', kept, afterMs: tried ? AGAIN_MS : 0 }]];
}

function back(call: Call, { leg: from, held, muted }: KeptCall): Step {
  const told: Effect = { do: 'report', report: { t: 'resumed', leg: call.leg, from } };
  if (call.ending) {
    const [ended, effects] = hangUp({ ...call, phase: 'talking', resumes: null }, call.ending.at);
    return [ended, [told, ...effects]];
  }
  const asks: Effect[] = [];
  if (muted) asks.push({ do: 'mute', muted }, { do: 'showMute', muted });
  // A new leg is never on hold; the PBX has to be asked again.
  if (held) asks.push({ do: 'hold', held });
  return [
    { ...call, phase: 'talking', resumes: null, muted, asking: held ? [held] : [] },
    [
      told,
      { do: 'ui', state: 'connected' },
      { do: 'timer', run: true },
      { do: 'status', text: words.connected },
      ...asks,
    ],
  ];
}

/** Told for the leg that the ledger knows: ours never stood. */
const over = (call: Call, { leg }: KeptCall, at: number, reason: string): Step =>
  finish({ ...call, leg }, { status: '200', reason, at });

/** It stands at the far end, and nobody will come for it any more: that end is told. */
function lost(call: Call, kept: KeptCall, at: number): Step {
  const [ended, effects] = over(call, kept, at, words.notResumed);
  return [ended, [{ do: 'release', kept }, ...effects]];
}

/**
 * A look at a connection whose 200 proves little: a PBX may agree to a re-INVITE and go on sending to the page that is gone,
 * or stay with that page's DTLS association, which leaves both sides in silence. The end comes as `wake`, which knows when
 * it is. Where nothing measures, nobody judges.
 */
export function looked(call: Call, { trouble, now }: CallEvent & { readonly on: 'sound' }): Step {
  if (call.unheard === null || (now === null && trouble !== 'no_incoming')) return [call, []];
  if (now !== null) return [{ ...call, unheard: null }, []];
  const unheard = call.unheard + 1;
  return [{ ...call, unheard }, unheard === SILENT_LOOKS ? [{ do: 'wake', afterMs: 0 }] : []];
}

/** An answered call may be given up: its re-INVITE was agreed to, and nothing was heard since. */
export const silent = ({ unheard }: Call): boolean => unheard !== null && unheard >= SILENT_LOOKS;

/** So that nobody is left on a line without sound: BYE, and the CRM learns how it was. */
export function giveUp(call: Call, at: number): Step {
  const [ended, effects] = finish(call, { status: '200', reason: words.notResumed, at });
  return [ended, [{ do: 'hangup', refuse: 486 }, ...effects]];
}

/**
 * Whether a call outlives its page: the PBX keeps the leg, and the next page takes it over. One that only rings, or that
 * the PBX is handing to somebody else, is brought to an honest end instead.
 */
export function outlivesPage({ phase, role, recorded, conferred, transfer }: Call): boolean {
  if (role !== 'call' || !recorded || conferred) return false;
  if (phase === 'transferring') return transfer?.at !== 'asked' && transfer?.at !== 'accepted';
  // What waits for a click, the object asks the next page for.
  return phase === 'talking' || phase === 'prepared';
}
