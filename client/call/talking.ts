import type { CardEvent } from '../card/events.ts';
import { closing, finish, handedOver } from './end.ts';
import { giveUp, silent } from './resume.ts';
import { talkingText } from './sound.ts';
import { transferNews, transferring, transferTo } from './transfer.ts';
import type { Call, CallEvent, Step } from './types.ts';
import { words } from './words.ts';

/** An answered call: hold, mute, keys, and its end; what happens while it is handed over is in transfer.ts. */
export function talking(call: Call, event: CallEvent): Step {
  if (call.phase === 'transferring') {
    const decision = transferring(call, event);
    if (decision) return decision;
  }
  switch (event.on) {
    case 'over':
      return event.gone
        ? endedMeanwhile(call, event.at)
        : finish(call, { status: '200', reason: event.reason, at: event.at });
    case 'held':
      return held(call, event.held, event.ok);
    case 'wake':
      return silent(call) ? giveUp(call, event.at) : [call, []];
    case 'transferTo':
      return call.phase === 'talking' ? transferTo(call, event.kind, event.target) : [call, []];
    case 'transfer':
      // Taken back on the card, but the PBX had accepted it: the other party is with the target now.
      return call.phase === 'talking' && event.step === 'done' ? handedOver(call, event.at) : transferNews(call, event);
    case 'card':
      return click(call, event.event);
    default:
      return [call, []];
  }
}

/** A card that just closed would leave the person wondering what became of the call. */
const endedMeanwhile = (call: Call, at: number): Step =>
  closing(call, { ui: 'error', status: '200', text: words.endedMeanwhile }, at, [{ do: 'timer', run: false }]);

/** The button has toggled itself at the click; what the PBX said decides what it shows in the end. */
function held(call: Call, asked: boolean, ok: boolean): Step {
  const now = { ...call, held: ok ? asked : call.held, asking: call.asking.slice(1) };
  // A card that is handing the call over says how that goes.
  const status = { do: 'status', text: ok ? talkingText(now) : words.holdRefused } as const;
  return [now, [{ do: 'showHold', held: now.held }, ...(call.phase === 'transferring' ? [] : [status])]];
}

function click(call: Call, event: CardEvent): Step {
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
      return [{ ...call, asking: [...call.asking, event.held] }, [{ do: 'hold', held: event.held }]];
    case 'dialpadButtonClick':
      return [call, [{ do: 'dtmf', key: event.key }]];
    default:
      return [call, []];
  }
}
