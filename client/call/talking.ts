import type { CardEvent } from '../card/events.ts';
import { finish, handedOver } from './end.ts';
import { talkingText } from './sound.ts';
import type { Call, CallEvent, Effect, Step } from './types.ts';

/** An answered call: hold, mute, keys, transfer, and its end. */
export function talking(call: Call, event: CallEvent): Step {
  switch (event.on) {
    case 'over': {
      const transferred = call.phase === 'transferring' && call.transfer === 'accepted';
      return finish(call, { status: '200', reason: transferred ? 'Transferred' : event.reason, at: event.at });
    }
    case 'held':
      return held(call, event.held, event.ok);
    case 'transfer':
      return call.phase === 'transferring' ? transferNews(call, event) : [call, []];
    case 'card':
      return click(call, event.event, event.number ?? null, event.at);
    default:
      return [call, []];
  }
}

/** The button has toggled itself at the click; what the PBX said decides what it shows in the end. */
function held(call: Call, asked: boolean, ok: boolean): Step {
  const now = ok ? asked : call.held;
  const text = ok ? talkingText({ ...call, held: now }) : 'The PBX refused: hold is unchanged';
  return [
    { ...call, held: now },
    [
      { do: 'showHold', held: now },
      { do: 'status', text },
    ],
  ];
}

function click(call: Call, event: CardEvent, number: string | null, at: number): Step {
  switch (event.name) {
    case 'muteButtonClick':
      return [
        { ...call, muted: event.muted },
        [
          { do: 'mute', muted: event.muted },
          { do: 'showMute', muted: event.muted },
        ],
      ];
    case 'holdButtonClick':
      return [call, [{ do: 'hold', held: event.held }]];
    case 'dialpadButtonClick':
      return [call, [{ do: 'dtmf', key: event.key }]];
    case 'transferButtonClick':
      return call.phase === 'talking' ? transfer(call, number) : [call, []];
    case 'cancelTransferButtonClick':
      return call.phase === 'transferring' ? backToCall(call) : [call, []];
    case 'completeTransferButtonClick':
      return complete(call, at);
    default:
      return [call, []];
  }
}

function transfer(call: Call, number: string | null): Step {
  if (number === null) return transferFailed(call, 'This colleague has no phone');
  return [
    { ...call, phase: 'transferring', transfer: 'asked' },
    [
      { do: 'ui', state: 'transferring' },
      { do: 'status', text: `Transferring to ${number}…` },
      { do: 'refer', number },
    ],
  ];
}

/** 202 says only that the PBX has understood; the NOTIFY says whether the target answered (RFC 3515). */
function transferNews(call: Call, event: CallEvent & { readonly on: 'transfer' }): Step {
  if (event.step === 'done') return handedOver(call, event.at);
  if (event.step === 'failed') return transferFailed(call, 'The transfer failed');
  return [{ ...call, transfer: 'accepted' }, []];
}

function transferFailed(call: Call, text: string): Step {
  return [
    { ...call, phase: 'transferring', transfer: 'failed' },
    [
      { do: 'ui', state: 'transferFailed' },
      { do: 'status', text },
    ],
  ];
}

/** Back to the conversation. A transfer that the PBX has accepted can still happen; its success then ends the call. */
function backToCall(call: Call): Step {
  const effects: Effect[] = [
    { do: 'ui', state: 'connected' },
    { do: 'timer', run: true },
    { do: 'showHold', held: call.held },
    { do: 'showMute', muted: call.muted },
    { do: 'status', text: talkingText(call) },
  ];
  return [{ ...call, phase: 'talking', transfer: 'none' }, effects];
}

/** The person doesn't wait for the target's answer. */
function complete(call: Call, at: number): Step {
  if (call.transfer === 'accepted') return handedOver(call, at);
  return [call, [{ do: 'status', text: 'The PBX has not accepted the transfer yet' }]];
}
