import type { Answer, Bridge } from '../bitrix24/bridge.ts';

/** What the portal answers when there is no card (E1, fact 3.1); said by us for a card that this page no longer shows. */
export const NO_CARD: Answer = { answered: true, value: [{ result: 'error', errorCode: 'Call card is undefined' }] };

/** Bitrix24's answers come at once or never (two commands never answer). */
export const COMMAND_TIMEOUT_MS = 2000;

/** The one card that a page can show. */
export interface Cards {
  /** Runs a command, if the card on this page is the one of `callId`. */
  run(callId: string, command: string, params: unknown): Promise<Answer>;
  /** The newest `initialized`; null before the first. Its card may be closed by now, which nobody tells us (fact 3.4). */
  newest(): { readonly callId: string; readonly name: string; readonly data: unknown } | null;
}

/**
 * Watches this page's card and names each event by the CALL_ID of the last `initialized`: the events themselves carry none.
 * Every app of the portal gets every external card's events, so what they mean is decided where the calls are known.
 * @param onUnheard a card was open before anybody listened: whose it is, is not known, and its buttons do nothing
 */
export function watchCards(
  bridge: Bridge,
  onEvent: (callId: string, name: string, data: unknown) => void,
  onUnheard?: () => void,
): Cards {
  let current = '';
  let opening: unknown;
  const heard = (name: string, data: unknown) => {
    if (name === 'initialized') {
      current = String((data as { CALL_ID?: unknown } | null)?.CALL_ID ?? '');
      opening = data;
    }
    if (current) onEvent(current, name, data);
  };
  // No state at all changes no card: E1 where there is none, E2 where there is one of an app (fact 3.1).
  const look = async () => {
    const answer = await bridge.call('CallCardSetUiState', {}, COMMAND_TIMEOUT_MS);
    if (!current && answer.answered && JSON.stringify(answer.value)?.includes('Invalid')) onUnheard?.();
  };
  bridge.bindCardEvents(heard, onUnheard && look);
  return {
    run: (callId, command, params) =>
      callId === current ? bridge.call(command, params, COMMAND_TIMEOUT_MS) : Promise.resolve(NO_CARD),
    newest: () => (current ? { callId: current, name: 'initialized', data: opening } : null),
  };
}

/** `initialized` of an outgoing call on one of our lines: somebody clicked a number and expects a phone. */
export function isOurClick(name: string, data: unknown, lines: readonly string[]): boolean {
  const card = data as { CALL_DIRECTION?: unknown; LINE_NUMBER?: unknown } | null;
  return name === 'initialized' && card?.CALL_DIRECTION === 'outgoing' && lines.includes(String(card.LINE_NUMBER));
}

/** A phone that can't take a call says so on the card of whoever clicked, in one sentence (rule 8 of the design). */
export function refuseClick(cards: Cards, callId: string, sentence: string): void {
  void cards.run(callId, 'CallCardSetUiState', { uiState: 'error' });
  void cards.run(callId, 'CallCardSetStatusText', { statusText: sentence });
}
