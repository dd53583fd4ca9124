import { finish, handedOver, lingering } from './end.ts';
import { refusal } from './outcome.ts';
import { talkingText } from './sound.ts';
import type { Call, CallEvent, Effect, Step, Target, Transfer } from './types.ts';
import { words } from './words.ts';

/**
 * The person wants the call handed over.
 *
 * `blind` asks the PBX at once (REFER). `attended` puts the customer on hold, calls the target, and asks when the person
 * completes: with Replaces once the target has answered, else blind.
 * @param target a string says why it is impossible
 */
export function transferTo(call: Call, kind: Transfer['kind'], target: Target | string): Step {
  if (typeof target === 'string') {
    return failed(
      { ...call, transfer: { kind: 'blind', target: { number: '', userId: null }, ours: false, at: 'failed' } },
      target,
    );
  }
  const transfer: Transfer = { kind, target, ours: kind === 'attended' && !staysHeld(call), at: 'holding' };
  const [next, effects] = kind === 'blind' ? refer(call, transfer) : consult(call, transfer);
  return [next, [{ do: 'ui', state: 'transferring' }, ...effects]];
}

/** What happens to a call that is being handed over; null for what is no different from a conversation. */
export function transferring(call: Call, event: CallEvent): Step | null {
  const { transfer } = call;
  if (!transfer) return null;
  switch (event.on) {
    case 'held':
      return transfer.at === 'holding' ? onHold(call, transfer, event) : null;
    case 'consultation':
      return consulted(call, transfer, event);
    case 'over':
      return customerGone(call, transfer, event.reason, event.at);
    case 'card':
      if (event.event.name === 'cancelTransferButtonClick') return back(call, transfer);
      if (event.event.name === 'completeTransferButtonClick') return complete(call, transfer, event.at);
      return null;
    default:
      return null;
  }
}

/** 202 says only that the PBX has understood; the NOTIFY says whether the target answered (RFC 3515). */
export function transferNews(call: Call, event: CallEvent & { readonly on: 'transfer' }): Step {
  const { transfer } = call;
  if (transfer?.at !== 'asked' && transfer?.at !== 'accepted') return [call, []];
  if (event.step === 'done') return handedOver(call, event.at);
  if (event.step === 'accepted') return [{ ...call, transfer: { ...transfer, at: 'accepted' } }, []];
  const why = event.status === undefined ? null : refusal(event.status).text;
  return failed(call, why === null ? words.transferFailed : words.transferFailedWith(why));
}

/** Whether the consultation is still wanted: whoever carries out decisions ends one that is not. */
export function wantsConsultation({ phase, transfer, lingers }: Call): boolean {
  if (phase === 'closing') return lingers;
  return phase === 'transferring' && transfer?.kind === 'attended' && transfer.at !== 'failed';
}

const handover = ({ leg }: Call, kind: Transfer['kind'] | 'over', { number, userId }: Target): Effect => ({
  do: 'report',
  report: { t: 'handover', leg, kind, userId, number },
});

function refer(call: Call, transfer: Transfer): Step {
  const { target } = transfer;
  return [
    { ...call, phase: 'transferring', transfer: { ...transfer, kind: 'blind', at: 'asked' } },
    [
      { do: 'status', text: words.transferring(target.number) },
      handover(call, 'blind', target),
      { do: 'refer', number: target.number },
    ],
  ];
}

/** On hold, and nobody has asked for anything else meanwhile. */
const staysHeld = ({ held, asking }: Call): boolean => held && asking.length === 0;

function consult(call: Call, transfer: Transfer): Step {
  const ready = staysHeld(call);
  const next: Call = {
    ...call,
    phase: 'transferring',
    transfer: { ...transfer, at: ready ? 'ringing' : 'holding' },
  };
  const effects: Effect[] = [
    { do: 'status', text: words.consulting(transfer.target.number) },
    handover(call, 'attended', transfer.target),
  ];
  return ready
    ? [next, [...effects, { do: 'consult', target: transfer.target }]]
    : [{ ...next, asking: [...call.asking, true] }, [...effects, { do: 'hold', held: true }]];
}

function onHold(call: Call, transfer: Transfer, event: CallEvent & { readonly on: 'held' }): Step {
  const next = { ...call, held: event.ok ? event.held : call.held, asking: call.asking.slice(1) };
  const show: Effect = { do: 'showHold', held: next.held };
  // An earlier click of the person's may still be answered before ours.
  if (next.asking.length > 0) return [next, [show]];
  if (!next.held) {
    const [lost, effects] = failed(next, words.noHold);
    return [lost, [show, ...effects]];
  }
  return [{ ...next, transfer: { ...transfer, at: 'ringing' } }, [show, { do: 'consult', target: transfer.target }]];
}

function consulted(call: Call, transfer: Transfer, event: CallEvent & { readonly on: 'consultation' }): Step {
  const to = transfer.target.number;
  // The REFER has taken the consultation out of our hands: what becomes of it, its NOTIFY says.
  if (transfer.at !== 'ringing' && transfer.at !== 'talking') return [call, []];
  if (event.news === 'ringing') return [call, [{ do: 'status', text: words.consultationRings(to) }]];
  if (event.news === 'talking') {
    return [
      { ...call, transfer: { ...transfer, at: 'talking' } },
      [{ do: 'status', text: words.consultationTalks(to) }],
    ];
  }
  return failed(call, event.text ? words.consultationFailed(to, event.text) : words.consultationOver(to));
}

function failed(call: Call, text: string): Step {
  const transfer = call.transfer && { ...call.transfer, at: 'failed' as const };
  const told = call.phase === 'transferring' && call.transfer?.at !== 'failed';
  return [
    { ...call, phase: 'transferring', transfer },
    [
      ...(told && transfer ? [handover(call, 'over', transfer.target)] : []),
      { do: 'ui', state: 'transferFailed' },
      { do: 'status', text },
    ],
  ];
}

function customerGone(call: Call, transfer: Transfer, reason: string, at: number): Step {
  const { target } = transfer;
  // The PBX may take our leg away before its NOTIFY has come.
  if (transfer.at === 'accepted') return finish(call, { status: '200', reason: words.transferred, at });
  const over = transfer.at === 'failed' ? [] : [handover(call, 'over', target)];
  const [next, effects] =
    transfer.at === 'talking'
      ? lingering(call, words.stillTalking(target.number), reason, at)
      : finish(call, { status: '200', reason, at });
  return [next, [...over, ...effects]];
}

/** Back to the conversation. A transfer that the PBX has accepted can still happen; its success then ends the call. */
function back(call: Call, transfer: Transfer): Step {
  const resume = transfer.ours && (call.held || call.asking.length > 0);
  return [
    { ...call, phase: 'talking', transfer: null, asking: resume ? [...call.asking, false] : call.asking },
    [
      ...(transfer.at === 'failed' ? [] : [handover(call, 'over', transfer.target)]),
      { do: 'ui', state: 'connected' },
      { do: 'timer', run: true },
      { do: 'showHold', held: call.held },
      { do: 'showMute', muted: call.muted },
      { do: 'status', text: talkingText(call) },
      ...(resume ? [{ do: 'hold', held: false } as const] : []),
    ],
  ];
}

/** The person doesn't wait for the target's answer, or is done talking with the target. */
function complete(call: Call, transfer: Transfer, at: number): Step {
  switch (transfer.at) {
    case 'holding':
    case 'ringing':
      return refer(call, transfer);
    case 'talking':
      return [
        { ...call, transfer: { ...transfer, at: 'asked' } },
        [{ do: 'status', text: words.transferring(transfer.target.number) }, { do: 'replace' }],
      ];
    case 'accepted':
      return handedOver(call, at);
    case 'asked':
      return [call, [{ do: 'status', text: words.transferNotAccepted }]];
    case 'failed':
      return [call, []];
  }
}
