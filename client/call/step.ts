import { closing, finish, hangUp, unseen, withdrawn } from './end.ts';
import { refusal } from './outcome.ts';
import { looked, resuming } from './resume.ts';
import { soundNews } from './sound.ts';
import { talking } from './talking.ts';
import type { Call, CallEvent, Effect, Step } from './types.ts';
import { MICROPHONE, noPath, words } from './words.ts';

const nothing = (call: Call): Step => [call, []];

/**
 * The call's state machine: one event -> the call as it is now, and what to do about it. Pure.
 *
 * Rules: what the card shows is what the PBX confirmed; a hang-up is never lost, whatever the phase; a call that has ended
 * does nothing any more and was reported once.
 */
export function step(call: Call, event: CallEvent): Step {
  if (call.phase === 'ended') return nothing(call);
  if (event.on === 'registered') return nothing({ ...call, callId: event.callId });
  if (event.on === 'sound') {
    const [next, said] = soundNews(call, event);
    const [judged, asked] = looked(next, event);
    return [judged, [...said, ...asked]];
  }
  if (event.on === 'notice' || event.on === 'path') return soundNews(call, event);
  if (call.phase === 'resuming' && event.on !== 'customer') return resuming(call, event);
  if (event.on === 'leave') return hangUp(call, event.at, 480);
  if (event.on === 'customer') return introduced({ ...call, customer: event.customer });
  if (event.on === 'card') {
    const { name } = event.event;
    if (name === 'hangupButtonClick' || name === 'skipButtonClick' || name === 'closeButtonClick') {
      return hangUp(call, event.at);
    }
    if (name === 'addCommentButtonClick') {
      return [call, [{ do: 'report', report: { t: 'comment', leg: call.leg, text: event.event.text } }]];
    }
    if (name === 'qualityMeterClick') {
      return [call, [{ do: 'report', report: { t: 'vote', leg: call.leg, vote: event.event.vote } }]];
    }
  }
  switch (call.phase) {
    case 'offered':
    case 'answering':
      return incoming(call, event);
    case 'prepared':
      return prepared(call, event);
    case 'calling':
      return calling(call, event);
    case 'resuming':
      return resuming(call, event);
    case 'talking':
    case 'transferring':
      return talking(call, event);
    case 'closing':
      return overButShown(call, event);
  }
}

function incoming(call: Call, event: CallEvent): Step {
  switch (event.on) {
    case 'withdrawn':
      return withdrawn(call, event.elsewhere, event.at);
    case 'over':
      return finish(call, { status: '304', reason: event.reason, at: event.at });
    case 'unseen':
      return call.phase === 'offered' ? unseen(call, event.reason, event.at) : nothing(call);
    case 'established':
      return established(call, event.at);
    case 'microphone':
      if (call.phase === 'offered') return nothing(call);
      return closing(call, { ui: 'error', status: '480', text: MICROPHONE[event.why] }, event.at, [
        { do: 'hangup', refuse: 480 },
      ]);
    case 'noPath':
      return closing(call, { ui: 'error', status: '480', text: noPath(event.relayRefused) }, event.at);
    case 'card':
      if (event.event.name !== 'answerButtonClick' || call.phase === 'answering') return nothing(call);
      return [
        { ...call, phase: 'answering' },
        [
          { do: 'tone', tone: 'none' },
          { do: 'ui', state: 'connectingIncoming' },
          { do: 'status', text: words.connecting },
          { do: 'answer' },
        ],
      ];
    default:
      return nothing(call);
  }
}

function prepared(call: Call, event: CallEvent): Step {
  if (event.on === 'card' && event.event.name === 'makeCallButtonClick') return dial(call, call.leg, []);
  if (event.on === 'cardGone' || event.on === 'wake') return hangUp(call, event.at);
  return nothing(call);
}

function calling(call: Call, event: CallEvent): Step {
  switch (event.on) {
    case 'progress':
      // Early media brings the network's own ringing or announcement; a tone of ours would drown it.
      return [
        call,
        [
          { do: 'tone', tone: event.media ? 'none' : 'ringback' },
          { do: 'status', text: words.ringingThere },
        ],
      ];
    case 'established':
      return established(call, event.at);
    case 'rejected':
      return closing(call, refusal(event.status, event.cause), event.at);
    case 'over':
      return closing(call, { ...refusal(0), text: event.reason }, event.at);
    case 'adrift':
      return closing(call, { ...refusal(0), text: words.adrift }, event.at, [{ do: 'hangup', refuse: 480 }]);
    case 'microphone':
      return closing(call, { ui: 'error', status: 'OTHER', text: MICROPHONE[event.why] }, event.at);
    case 'noPath':
      return closing(call, { ui: 'error', status: 'OTHER', text: noPath(event.relayRefused) }, event.at);
    default:
      return nothing(call);
  }
}

/** The PBX is done with this call, the card isn't: it says what went wrong until the person has seen it. */
function overButShown(call: Call, event: CallEvent): Step {
  if (call.lingers)
    return event.on === 'consultation' && event.news === 'gone' ? hangUp(call, event.at) : nothing(call);
  if (event.on === 'cardGone' || event.on === 'wake') return hangUp(call, event.at);
  if (event.on !== 'card') return nothing(call);
  // In a call list the person goes on to the next number, whose card takes this one's place.
  if (event.event.name === 'nextButtonClick') return hangUp(call, event.at);
  if (event.event.name === 'makeCallButtonClick' && call.redial) {
    return dial({ ...call, redial: false, ending: null }, event.leg, adoptAgain(call, event.leg, event.at));
  }
  if (event.event.name === 'notifyAdminButtonClick') {
    return [call, [{ do: 'status', text: words.noCredit(call.line) }]];
  }
  return nothing(call);
}

function established(call: Call, at: number): Step {
  return [
    { ...call, phase: 'talking', answeredAt: at },
    [
      { do: 'tone', tone: 'none' },
      { do: 'report', report: { t: 'answered', leg: call.leg, at } },
      { do: 'ui', state: 'connected' },
      { do: 'timer', run: true },
      { do: 'status', text: words.connected },
    ],
  ];
}

function dial(call: Call, leg: string, first: readonly Effect[]): Step {
  const { dial: number, line } = call;
  return [
    { ...call, phase: 'calling', leg },
    [
      ...first,
      { do: 'tone', tone: 'none' },
      { do: 'ui', state: 'connectingOutgoing' },
      { do: 'status', text: words.calling },
      { do: 'invite', leg, number, line },
    ],
  ];
}

/** A second attempt is a new leg of the same CALL_ID: the ledger follows the newest one. */
function adoptAgain({ callId, number, line }: Call, leg: string, startedAt: number): Effect[] {
  return callId === null ? [] : [{ do: 'report', report: { t: 'adopt', callId, leg, number, line, startedAt } }];
}

/** The CRM has said who this is. */
function introduced(call: Call): Step {
  const title = call.direction === 'in' ? words.callFrom(call) : words.callTo(call);
  const effects: Effect[] = [{ do: 'title', text: title }];
  if (call.phase === 'offered' && call.customer?.deal)
    effects.push({ do: 'status', text: words.ringing(call.line, call.customer.deal) });
  return [call, effects];
}
