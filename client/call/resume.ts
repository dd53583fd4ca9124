import type { KeptCall } from '../../src/protocol/frame.ts';
import { finish, hangUp } from './end.ts';
import type { Call, CallEvent, Effect, Step } from './types.ts';
import { words } from './words.ts';

/** How long the PBX's socket and its answer may take, in ms: less than the object's patience (RESUME_GRACE_MS). */
const PATIENCE_MS = 12_000;

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
 * (RFC 3891). What cannot be taken over is over; the object knows best when, for it knows when that page was last seen.
 */
export function resuming(call: Call, event: CallEvent): Step {
  const { resumes } = call;
  if (!resumes) return [call, []];
  switch (event.on) {
    case 'established':
      return back(call, resumes);
    case 'rejected':
      return lost(call, resumes, event.at, event.status === 481 ? '' : words.notResumed);
    case 'over':
    case 'microphone':
    case 'noPath':
      return lost(call, resumes, event.at, words.notResumed);
    case 'wake': {
      const [ended, effects] = lost(call, resumes, event.at, words.notResumed);
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
    { ...call, phase: 'talking', resumes: null, muted, asking: held ? 1 : 0 },
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
const lost = (call: Call, { leg }: KeptCall, at: number, reason: string): Step =>
  finish({ ...call, leg }, { status: '200', reason, at });

/**
 * Whether a call outlives its page: the PBX keeps the leg, and the next page takes it over. One that only rings, or that
 * the PBX is handing to somebody else, is brought to an honest end instead.
 */
export function outlivesPage({ phase, role, recorded, conferred, transfer }: Call): boolean {
  if (role !== 'call' || !recorded || conferred) return false;
  if (phase === 'transferring') return transfer?.at !== 'asked' && transfer?.at !== 'accepted';
  return phase === 'talking';
}
