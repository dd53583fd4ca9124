import { type CommandName, isUiState, LISTED_STATES, type UiState } from './states.ts';

/** What a command does to the card. */
export type Effect =
  | { readonly do: 'mute'; readonly on: boolean }
  | { readonly do: 'hold'; readonly on: boolean }
  | { readonly do: 'state'; readonly state: UiState; readonly startTimer: boolean }
  | { readonly do: 'title'; readonly title: string }
  | { readonly do: 'status'; readonly text: string }
  | { readonly do: 'close' }
  | { readonly do: 'startTimer' }
  | { readonly do: 'stopTimer' };

/** Answers go to the command's callback in order; none = the command never answers. */
export interface Outcome {
  readonly effects: readonly Effect[];
  readonly answers: readonly unknown[];
}

export interface CardFacts {
  /** A card is open and belongs to an external app. */
  readonly usable: boolean;
  /** The CRM part is there: only then a timer exists (fact 3.1, the "simple" layout bug). */
  readonly hasTimer: boolean;
}

export type Worker = 'browser' | 'desktop';

const OK: readonly unknown[] = [[]];
const E1 = [{ result: 'error', errorCode: 'Call card is undefined' }];
const E2 = [{ result: 'error', errorCode: 'Invalid ui state' }];
const missing = (field: string) => ({ result: 'error', errorCode: `missing field ${field}` });

const answered = (effect: Effect): Outcome => ({ effects: [effect], answers: OK });
const refused = (...answers: unknown[]): Outcome => ({ effects: [], answers });

const text = (value: unknown): string => (value === undefined || value === null ? '' : String(value));

const setUiState = (params: Record<string, unknown>, card: CardFacts, worker: Worker): Outcome => {
  const { uiState } = params;
  if (!isUiState(uiState)) return refused(E2);
  const startTimer = uiState === 'connected' && params.disableAutoStartTimer !== true;
  const effect: Effect = { do: 'state', state: uiState, startTimer: startTimer && card.hasTimer };
  // The state is applied, then the missing timer throws, and nobody answers. The desktop has answered by then.
  if (startTimer && !card.hasTimer && worker === 'browser') return { effects: [effect], answers: [] };
  return answered(effect);
};

const timer = (effect: Effect, card: CardFacts, worker: Worker): Outcome => ({
  effects: card.hasTimer ? [effect] : [],
  // In a browser Start and Stop never answer.
  answers: worker === 'desktop' ? OK : [],
});

const lacking = (command: CommandName, params: Record<string, unknown>): Outcome | null => {
  if (command === 'CallCardSetMute' && params.muted === undefined) return refused(missing('muted'));
  if (command === 'CallCardSetHold' && params.held === undefined) return refused([missing('held')], []);
  if (command === 'CallCardSetCardTitle' && params.title === undefined) return refused([missing('title')]);
  if (command === 'CallCardSetStatusText' && params.statusText === undefined) return refused([missing('statusText')]);
  return null;
};

/** Effects and answers of one command (fact 3.1). */
export const decide = (
  command: CommandName,
  params: Record<string, unknown>,
  card: CardFacts,
  worker: Worker,
): Outcome => {
  if (command === 'CallCardGetListUiStates') return refused([...LISTED_STATES]);
  if (!card.usable) return refused(E1);
  const incomplete = worker === 'desktop' ? lacking(command, params) : null;
  if (incomplete !== null) return incomplete;
  switch (command) {
    case 'CallCardSetMute':
      return answered({ do: 'mute', on: Boolean(params.muted) });
    case 'CallCardSetHold':
      return answered({ do: 'hold', on: Boolean(params.held) });
    case 'CallCardSetUiState':
      return setUiState(params, card, worker);
    case 'CallCardSetCardTitle':
      return answered({ do: 'title', title: text(params.title) });
    case 'CallCardSetStatusText':
      return answered({ do: 'status', text: text(params.statusText) });
    case 'CallCardClose':
      return answered({ do: 'close' });
    case 'CallCardStartTimer':
      return timer({ do: 'startTimer' }, card, worker);
    case 'CallCardStopTimer':
      return timer({ do: 'stopTimer' }, card, worker);
  }
};
