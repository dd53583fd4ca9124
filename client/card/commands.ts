/**
 * The 9 commands of Bitrix24's call card (fact 3.1), typed. Where each is sent: docs/card.md.
 */

/** States that CallCardSetUiState takes (fact 3.2). */
export type UiState =
  | 'incoming'
  | 'transferIncoming'
  | 'outgoing'
  | 'connectingIncoming'
  | 'connectingOutgoing'
  | 'connected'
  | 'transferring'
  | 'transferFailed'
  | 'transferConnected'
  | 'error'
  | 'moneyError'
  | 'redial';

/** Command name -> its parameters. */
export interface CardCommands {
  CallCardSetMute: { readonly muted: boolean };
  CallCardSetHold: { readonly held: boolean };
  CallCardSetUiState: { readonly uiState?: UiState; readonly disableAutoStartTimer?: boolean };
  CallCardGetListUiStates: Record<string, never>;
  CallCardSetCardTitle: { readonly title: string };
  CallCardSetStatusText: { readonly statusText: string };
  CallCardClose: Record<string, never>;
  CallCardStartTimer: Record<string, never>;
  CallCardStopTimer: Record<string, never>;
}

export type CommandName = keyof CardCommands;

/** These two never answer in a browser: silence is their success. */
const SILENT: ReadonlySet<CommandName> = new Set(['CallCardStartTimer', 'CallCardStopTimer']);

/**
 * What a command came to.
 * - `done`: the portal said so, or can't say so
 * - `gone`: there is no card any more (E1); ESC closes some states without an event
 * - `refused`: the state is unknown to this portal (E2), or a field is missing (desktop app)
 * - `silent`: no answer; probably applied (fact 3.1), never to be repeated blindly
 */
export type CommandResult = 'done' | 'gone' | 'refused' | 'silent';

/** Reads the answer of a command; browser and desktop app answer in different shapes. */
export function readResult(
  command: CommandName,
  answer: { readonly answered: boolean; readonly value?: unknown },
): CommandResult {
  if (!answer.answered) return SILENT.has(command) ? 'done' : 'silent';
  const first: unknown = Array.isArray(answer.value) ? answer.value[0] : answer.value;
  const error = (first ?? null) as { result?: unknown; errorCode?: unknown } | null;
  if (typeof error !== 'object' || error?.result !== 'error') return 'done';
  return error.errorCode === 'Call card is undefined' ? 'gone' : 'refused';
}

/** States in which ESC closes the card without any event (fact 3.2). */
export const ESC_CLOSES: ReadonlySet<UiState> = new Set(['outgoing', 'error', 'moneyError', 'redial']);
