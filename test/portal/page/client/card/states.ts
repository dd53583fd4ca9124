/** The call card's states: which buttons an external card has, what its timer does, whether ESC closes it (fact 3.2). */

export const LISTED_STATES = [
  'incoming',
  'transferIncoming',
  'outgoing',
  'connectingIncoming',
  'connectingOutgoing',
  'connected',
  'transferring',
  'transferFailed',
  'transferConnected',
  'error',
  'moneyError',
  'redial',
] as const;

/** Accepted by SetUiState but not listed. */
export const HIDDEN_STATES = ['idle', 'sipPhoneError', 'externalCard'] as const;

export type UiState = (typeof LISTED_STATES)[number] | (typeof HIDDEN_STATES)[number];
export type Direction = 'incoming' | 'outgoing' | 'callback';

export type ButtonName =
  | 'answer'
  | 'skip'
  | 'call'
  | 'hangup'
  | 'hold'
  | 'mute'
  | 'quality'
  | 'fold'
  | 'transfer'
  | 'dialpad'
  | 'complete'
  | 'cancel'
  | 'close'
  | 'notifyAdmin'
  | 'redial';

export type TimerRule = 'reset' | 'start' | 'keep' | 'hide';

export interface StateRule {
  readonly buttons: readonly ButtonName[];
  readonly timer: TimerRule;
  /** null = as it was in the state before. */
  readonly escCloses: boolean | null;
}

const ringing: StateRule = { buttons: ['answer', 'skip'], timer: 'reset', escCloses: false };
const connecting: StateRule = { buttons: ['hangup'], timer: 'reset', escCloses: false };

const RULES: Readonly<Record<Exclude<UiState, 'idle'>, StateRule>> = {
  incoming: ringing,
  transferIncoming: ringing,
  outgoing: { buttons: ['call'], timer: 'reset', escCloses: true },
  connectingIncoming: connecting,
  connectingOutgoing: connecting,
  connected: {
    buttons: ['hold', 'mute', 'quality', 'fold', 'transfer', 'dialpad', 'hangup'],
    timer: 'start',
    escCloses: false,
  },
  transferring: { buttons: ['complete', 'cancel'], timer: 'keep', escCloses: false },
  transferFailed: { buttons: ['cancel'], timer: 'keep', escCloses: false },
  transferConnected: { buttons: ['hangup'], timer: 'keep', escCloses: false },
  error: { buttons: ['close'], timer: 'reset', escCloses: true },
  moneyError: { buttons: ['notifyAdmin', 'close'], timer: 'reset', escCloses: true },
  redial: { buttons: ['redial'], timer: 'reset', escCloses: true },
  sipPhoneError: { buttons: ['close'], timer: 'reset', escCloses: true },
  externalCard: { buttons: ['close', 'fold'], timer: 'hide', escCloses: null },
};

const IDLE_BUTTONS: Readonly<Record<Direction, readonly ButtonName[]>> = {
  incoming: ['close'],
  outgoing: ['redial', 'close'],
  callback: [],
};

export const ruleOf = (state: UiState, direction: Direction): StateRule =>
  state === 'idle' ? { buttons: IDLE_BUTTONS[direction], timer: 'reset', escCloses: true } : RULES[state];

export const isUiState = (value: unknown): value is UiState =>
  [...LISTED_STATES, ...HIDDEN_STATES].some((state) => state === value);

/** What the small panel of a folded card shows: a way out, and nothing while it rings (fact 3.4). */
export const foldedButtons = (state: UiState, direction: Direction): readonly ButtonName[] => {
  const { buttons } = ruleOf(state, direction);
  if (state === 'incoming' || state === 'transferIncoming') return [];
  return buttons.filter((button) => button === 'hangup' || button === 'close');
};

/** Event a button sends to the app, without the prefix; null where it sends none or sends it itself with a value. */
export const EVENT_OF: Readonly<Record<ButtonName, string | null>> = {
  answer: 'answerButtonClick',
  skip: 'skipButtonClick',
  call: 'makeCallButtonClick',
  redial: 'makeCallButtonClick',
  hangup: 'hangupButtonClick',
  complete: 'completeTransferButtonClick',
  cancel: 'cancelTransferButtonClick',
  close: 'closeButtonClick',
  notifyAdmin: 'notifyAdminButtonClick',
  hold: 'holdButtonClick',
  mute: 'muteButtonClick',
  transfer: 'transferButtonClick',
  dialpad: 'dialpadButtonClick',
  quality: 'qualityMeterClick',
  fold: null,
};

/** The 17 events of the placement, as getInterface lists them. */
export const EVENTS: readonly string[] = [
  'initialized',
  'entityChanged',
  'addCommentButtonClick',
  'muteButtonClick',
  'holdButtonClick',
  'transferButtonClick',
  'cancelTransferButtonClick',
  'completeTransferButtonClick',
  'hangupButtonClick',
  'nextButtonClick',
  'skipButtonClick',
  'answerButtonClick',
  'makeCallButtonClick',
  'closeButtonClick',
  'notifyAdminButtonClick',
  'dialpadButtonClick',
  'qualityMeterClick',
].map((name) => `BackgroundCallCard::${name}`);

/** The nine commands. */
export const COMMANDS = [
  'CallCardSetMute',
  'CallCardSetHold',
  'CallCardSetUiState',
  'CallCardGetListUiStates',
  'CallCardSetCardTitle',
  'CallCardSetStatusText',
  'CallCardClose',
  'CallCardStartTimer',
  'CallCardStopTimer',
] as const;

export type CommandName = (typeof COMMANDS)[number];
