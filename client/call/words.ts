import type { NotReady } from '../../src/protocol/frame.ts';
import type { MicrophoneProblem, SoundTrouble } from './types.ts';

/**
 * Every sentence that a call puts on its card. One file, so that they read as one voice: what happened, then what to do.
 */

/** The other party as a person names them: the CRM's words first, then the PBX's, then the number. */
export interface Named {
  readonly number: string;
  readonly name: string;
  readonly customer?: { readonly name: string; readonly company: string; readonly deal: string } | null;
}

/** @example who({ number: '+4940', name: 'Ada' }) // 'Ada, +4940' */
export function who({ number, name, customer }: Named): string {
  const known = customer?.name || name;
  const company = customer?.company ?? '';
  return [known === number ? '' : known, company === known ? '' : company, number].filter(Boolean).join(', ');
}

/** The shortest name that tells them apart; a status text has little room. */
export const short = ({ number, name, customer }: Named): string => customer?.name || name || number;

export const words = {
  callFrom: (call: Named) => `Call from ${who(call)}`,
  callTo: (call: Named) => `Call to ${who(call)}`,
  ringing: (line: string, deal: string) => (line ? `Ringing on ${line}` : 'Ringing') + (deal ? ` · ${deal}` : ''),
  callbackAsked: 'Asked to be called back: press call',
  calling: 'Calling…',
  ringingThere: 'Ringing…',
  connecting: 'Connecting…',
  connected: 'Connected',
  resuming: 'Taking the call over…',
  notResumed: 'The call could not be taken over by this page',
  onHold: 'On hold',
  holdRefused: 'The PBX refused: hold is unchanged',
  noCredit: (line: string) => `Tell your administrator: no credit left on line ${line || 'in use'}`,
  lost: 'Connection lost, looking for another way…',
  adrift: 'The connection was lost while it rang',
  endedMeanwhile: 'The call ended while the connection was lost',

  transferring: (to: string) => `Transferring to ${to}…`,
  consulting: (to: string) => `Calling ${to}; the other party is on hold…`,
  consultationRings: (to: string) => `Ringing at ${to}…`,
  consultationTalks: (to: string) => `Talking with ${to}: complete or cancel the transfer`,
  consultationOver: (to: string) => `${to} is no longer on the line`,
  consultationFailed: (to: string, why: string) => `${to}: ${why}`,
  stillTalking: (to: string) => `The other party has hung up; you are talking with ${to}`,
  transferFailed: 'The transfer failed',
  transferFailedWith: (why: string) => `The transfer failed: ${why}`,
  transferNotAccepted: 'The PBX has not accepted the transfer yet',
  transferred: 'Transferred',
  noPhone: 'This colleague has no phone',
  noDepartment: 'A department has no number to transfer to: choose a person',
  noHold: 'The PBX did not put the other party on hold: no transfer',
  secondInTheWay: 'End the second call before you transfer with a word first',
  notInConference: 'End the conference before you transfer',

  secondCall: (call: Named) => `Second call: ${short(call)}. Hold answers it`,
  secondHeld: (call: Named) => `${short(call)} waits on hold. Hold swaps`,
  secondTalks: (call: Named) => `You are talking with ${short(call)}. Hold swaps`,
  wait: 'One moment: the PBX has not answered yet',

  conferring: 'Opening the conference…',
  conference: (parties: readonly Named[]) => `Conference with ${parties.map(short).join(' and ')}`,
  conferenceFailed: (why: string) => `The conference could not be opened: ${why}`,
  conferenceWithout: (call: Named) => `${short(call)} could not be brought into the conference`,
  conferenceRefused: 'the PBX did not let both parties in',

  busyHere: 'You are in another call: hang up first.',
  noNumber: 'There is no number to call.',
  forbidden: 'This number is blocked by your administrator.',
} as const;

/** Reasons that the ledger keeps for a call that nobody could answer here. */
export const reasons = {
  busy: 'Busy with another call',
  doNotDisturb: 'Do not disturb',
  noCard: 'No card opened: another card or a video call is open',
  notRegistered: 'Bitrix24 did not register the call in time',
  refused: (message: string) => `Bitrix24 refused to register the call: ${message}`,
} as const;

/** What is wrong with a call's sound, and what to do about it. */
export const SOUND: Readonly<Record<Exclude<SoundTrouble, 'none'>, string>> = {
  blocked: 'The browser keeps the sound back: click anywhere on the page.',
  no_incoming: 'No sound arrives from the other side.',
  no_microphone: 'Your microphone is silent: check it, or choose another one.',
  not_heard: 'Your voice does not reach the other side.',
  bad: 'The connection is bad: words may get lost.',
};

/** Why the microphone did not open. */
export const MICROPHONE: Readonly<Record<MicrophoneProblem, string>> = {
  forbidden: 'This page of the portal may not use the microphone: open another page, or ask your administrator.',
  denied: 'No microphone: allow it in the browser.',
  none: 'No microphone found: plug one in.',
  busy: 'The microphone does not start: another program may be using it.',
};

/** Why sound can't get through, in one sentence that says what to do. */
export const noPath = (relayRefused: boolean): string =>
  relayRefused
    ? 'The relay (TURN) server refuses this phone: reload the page, else ask your administrator.'
    : 'Your network lets no call through: check your connection, then try again.';

/** Why the phone can't call now, in one sentence that says what to do (rule 8 of the design). */
export const NOT_READY: Readonly<Record<Exclude<NotReady, 'starting'>, string>> = {
  microphone_denied: 'The browser keeps the microphone from this page: allow it at the address bar and reload.',
  not_registered: 'The phone is not registered at the PBX yet: try again in a moment.',
  wrong_password: 'The PBX refuses the password of your SIP account: ask your administrator to correct it.',
  pbx_unreachable: 'The PBX can’t be reached: check your network, then try again.',
};
