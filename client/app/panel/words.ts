import type { Panel, PanelCall } from '../../frame/panel.ts';
import type { Look } from './link.ts';

/** The phone's state as a badge and a sentence that says what to do. Severities are the badges' (client/pages/state.css). */
export interface PhoneWords {
  readonly severity: 'ok' | 'warn' | 'bad' | 'off';
  readonly label: string;
  readonly advice: string;
}

const PHONE: Readonly<Record<Panel['phone'], PhoneWords>> = {
  ready: { severity: 'ok', label: 'Ready', advice: '' },
  starting: { severity: 'warn', label: 'Starting', advice: 'The phone is connecting to the PBX.' },
  pbx_unreachable: {
    severity: 'bad',
    label: 'No connection',
    advice:
      'The PBX cannot be reached from this browser. It is tried again by itself; if this stays, tell your administrator.',
  },
  not_registered: {
    severity: 'bad',
    label: 'Not registered',
    advice:
      'The PBX does not take your phone at the moment. It is tried again by itself; if this stays, tell your administrator.',
  },
  wrong_password: {
    severity: 'bad',
    label: 'Account refused',
    advice: 'The PBX does not accept your SIP account. Ask your administrator to check user and password in this app.',
  },
  microphone_denied: {
    severity: 'bad',
    label: 'Microphone blocked',
    advice:
      'Allow the microphone: click the icon left of the address at the top of the browser, then reload the page. Without it nobody would hear you.',
  },
  superseded: {
    severity: 'off',
    label: 'In another browser',
    advice: 'Your phone rings in another browser or on another computer now. Reload this page to take it over.',
  },
  uninstalled: {
    severity: 'off',
    label: 'Uninstalled',
    advice: 'The app was removed from this portal. Ask an administrator to install it again.',
  },
  refused: {
    severity: 'bad',
    label: 'Signed out',
    advice: 'The phone service has closed this page’s session. Reload the page.',
  },
};

const LOOKING: PhoneWords = { severity: 'warn', label: 'Looking', advice: 'Looking for your phone in this browser.' };
const SILENT: PhoneWords = {
  severity: 'bad',
  label: 'Not found',
  advice:
    'No page of the portal with the phone is open in this browser. Reload this page; if that does not help, open any other page of Bitrix24 in a new tab and leave it open.',
};
const UNDISTURBED: PhoneWords = {
  severity: 'off',
  label: 'Do not disturb',
  advice: 'Calls are refused without ringing here, so that the PBX rings somebody else. You can still call out.',
};

/** How the phone is, for the head of the panel. */
export function phoneWords(look: Look): PhoneWords {
  if (look.t !== 'panel') return look.t === 'silent' ? SILENT : LOOKING;
  const { phone, preferences } = look.panel;
  return phone === 'ready' && preferences.doNotDisturb ? UNDISTURBED : PHONE[phone];
}

const PHASES: Readonly<Record<string, string>> = {
  offered: 'Incoming call',
  answering: 'Answering',
  prepared: 'Waits for you to press call on the card',
  calling: 'Calling',
  transferring: 'Being transferred',
  closing: 'Over',
  ended: 'Over',
};

/** What is going on with a call, in a word or two. A phase that this build does not know is shown as a plain call. */
export function stateWords({ phase, held }: Pick<PanelCall, 'phase' | 'held'>): string {
  return PHASES[phase] ?? (held ? 'On hold' : 'Talking');
}
