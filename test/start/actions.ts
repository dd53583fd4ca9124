import type { PbxEvent } from '../pbx/demo/demo-pbx.ts';
import type { DemoAction } from '../portal/page/config.ts';

/** How slow the handler is made: a load of more than 5 s counts as long (Bitrix24's maxLoadDelay). */
export const SLOW_MS = 6_000;

/** Long loads that close the door in the demo. A real portal takes eleven in a day; nobody wants to click that often. */
export const LOADS_TO_CLOSE = 3;

/** The words of the buttons. `statusUrl` and its password are known only while the demo runs. */
export const demoActions = (statusUrl: string, statusToken: string): DemoAction[] => [
  {
    id: 'call-me',
    label: 'Call me',
    hint: 'A customer calls you: the PBX rings, the call card opens. Answer, and you hear a melody, then yourself.',
  },
  {
    id: 'call-echo',
    label: 'Call the echo line',
    hint: 'What a click on a number does: Bitrix24 opens the card and the phone dials 600. You hear yourself.',
  },
  {
    id: 'slow',
    label: 'Make the handler slow',
    hint: `Frames take ${SLOW_MS / 1000} s. Reload ${LOADS_TO_CLOSE} times, until the log tells of the load: Bitrix24 removes the phone (really after 11), and it comes back by itself.`,
  },
  { id: 'fast', label: 'Fast again', hint: 'The handler answers at once. The next page has its phone again.' },
  {
    id: 'status',
    label: 'Open /status',
    hint: `What whoever runs the service sees. User: anything; password: ${statusToken}`,
    href: statusUrl,
  },
];

export const DEMO_INTRO =
  'This is a stand-in for a Bitrix24 portal, on your computer only. An invisible frame in this page is the webphone: it is registered at a small PBX. Allow the microphone when the browser asks, then press a button.';

const ENDED_BY = {
  agent: 'you hung up',
  pbx: 'the other side hung up',
  silence: 'no sound came for too long',
} as const;

/** One event of the PBX as a line for the terminal and the page's log; null = not worth a line. */
export function describe(event: PbxEvent): string | null {
  switch (event.type) {
    case 'registered':
      return `PBX: the phone ${event.user} is registered`;
    case 'unregistered':
      return `PBX: the phone ${event.user} is gone`;
    case 'refused':
      return `PBX: ${event.method} of ${event.user} refused (${event.reason.replaceAll('_', ' ')})`;
    case 'call':
      return `PBX: ${event.from} calls ${event.to}`;
    case 'ringing':
      return 'PBX: it rings';
    case 'answered':
      return 'PBX: answered';
    case 'hold':
      return 'PBX: on hold';
    case 'resume':
      return 'PBX: off hold';
    case 'replaced':
      return 'PBX: another page has the call';
    case 'dtmf':
      return `PBX: key ${event.key}`;
    case 'ended':
      return `PBX: call over after ${event.seconds} s, ${ENDED_BY[event.by]}`;
    case 'failed':
      return `PBX: not answered (${event.status})`;
  }
}
