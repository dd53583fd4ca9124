import type { Answer } from '../bitrix24/bridge.ts';
import type { Effect } from '../call/types.ts';
import {
  type CardCommands,
  type CommandName,
  type CommandResult,
  ESC_CLOSES,
  readResult,
  type UiState,
} from './commands.ts';

/** Sends one command to the card of one frame. */
export type SendCommand = (frame: string, callId: string, command: string, params: unknown) => Promise<Answer>;

export interface CardDeps {
  readonly command: SendCommand;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  /** A command found no card in this frame any more. */
  onGone(frame: string): void;
}

/** The effects that a card carries out; the others belong to sound, PBX and object. */
export type CardEffect = Extract<
  Effect,
  { do: 'ui' | 'title' | 'status' | 'timer' | 'showHold' | 'showMute' | 'close' }
>;

/** One call's card, in as many frames as show it. */
export interface Card {
  /** `initialized` came in this frame: from now on it takes commands. */
  attach(frame: string): void;
  /** The frame is gone. */
  detach(frame: string): void;
  apply(effect: CardEffect): void;
}

/** The title that we set is overwritten by the card's own, which is built asynchronously after `initialized` (fact 3.4). */
const TITLE_AGAIN_MS = 400;
/**
 * A card that opens while the call is already talked (a page that took it over) has no clock until the CRM's part of it is
 * there: a start before that is lost without a word (fact 3.1), and one too many does nothing.
 */
const CLOCK_AGAIN_MS = [400, 1500, 4000];
/** ESC closes some states without an event; a repeated status text finds out. */
const PULSE_MS = 3000;
/** A page may go without a word, as when its browser is too busy to let it say one: its card is looked for, in ms. */
const LOOK_MS = 5000;

/** What to show on a portal that doesn't know a state. */
const FALLBACK: Partial<Record<UiState, UiState>> = {
  transferIncoming: 'incoming',
  transferring: 'connected',
  transferFailed: 'connected',
  transferConnected: 'connected',
  moneyError: 'error',
  redial: 'error',
};

/**
 * Drives the card of one CALL_ID. It keeps what the card should show, so that a frame whose `initialized` comes late (or a
 * second tab that shows the same call) is brought up to date at once. No command is sent before `initialized`.
 * @param callId asked for at each command: a call begins before the object has registered it
 */
export function createCard(callId: () => string, deps: CardDeps): Card {
  const frames = new Set<string>();
  const shown: { ui?: UiState; title?: string; status?: string; running?: boolean; held?: boolean; muted?: boolean } =
    {};
  let known: ReadonlySet<string> | null = null;
  let pulse: unknown;

  const send = async <Name extends CommandName>(frame: string, name: Name, params: CardCommands[Name]) => {
    const answer = await deps.command(frame, callId(), name, params);
    const result = readResult(name, answer);
    if (result === 'gone' && frames.delete(frame)) deps.onGone(frame);
    return { result, answer };
  };
  const all = <Name extends CommandName>(name: Name, params: CardCommands[Name]) => {
    for (const frame of frames) void send(frame, name, params);
  };

  const setUi = async (frame: string, wanted: UiState) => {
    const state = known === null || known.has(wanted) ? wanted : (FALLBACK[wanted] ?? wanted);
    const result = await sendUi(frame, state);
    const instead = FALLBACK[state];
    if (result === 'refused' && instead && shown.ui === wanted) await sendUi(frame, instead);
  };
  const sendUi = async (frame: string, uiState: UiState): Promise<CommandResult> => {
    // In the simple layout `connected` throws at the missing timer and never answers, unless told to leave it alone.
    const params = uiState === 'connected' ? { uiState, disableAutoStartTimer: true } : { uiState };
    return (await send(frame, 'CallCardSetUiState', params)).result;
  };

  const learnStates = async (frame: string) => {
    const { answer } = await send(frame, 'CallCardGetListUiStates', {});
    if (answer.answered && Array.isArray(answer.value) && answer.value.length)
      known = new Set(answer.value.map(String));
  };

  const bringUpToDate = (frame: string) => {
    const { ui, title, status, running, held, muted } = shown;
    if (ui) void setUi(frame, ui);
    if (running) startClock(frame);
    if (title !== undefined) void send(frame, 'CallCardSetCardTitle', { title });
    if (status !== undefined) void send(frame, 'CallCardSetStatusText', { statusText: status });
    if (held) void send(frame, 'CallCardSetHold', { held });
    if (muted) void send(frame, 'CallCardSetMute', { muted });
    deps.setTimeout(() => {
      if (shown.title !== undefined && frames.has(frame))
        void send(frame, 'CallCardSetCardTitle', { title: shown.title });
    }, TITLE_AGAIN_MS);
  };

  const startClock = (frame: string) => {
    const start = () => {
      if (shown.running && frames.has(frame)) void send(frame, 'CallCardStartTimer', {});
    };
    start();
    for (const ms of CLOCK_AGAIN_MS) deps.setTimeout(start, ms);
  };

  const beat = () => {
    deps.clearTimeout(pulse);
    if (!shown.ui || frames.size === 0) return;
    const closes = ESC_CLOSES.has(shown.ui);
    pulse = deps.setTimeout(
      () => {
        if (closes) all('CallCardSetStatusText', { statusText: shown.status ?? '' });
        // No state at all changes no card (fact 3.1).
        else all('CallCardSetUiState', {});
        beat();
      },
      closes ? PULSE_MS : LOOK_MS,
    );
  };

  const attach = (frame: string) => {
    frames.add(frame);
    if (known === null) void learnStates(frame);
    bringUpToDate(frame);
    beat();
  };
  const detach = (frame: string) => void frames.delete(frame);

  const close = () => {
    deps.clearTimeout(pulse);
    const last = [...frames];
    // Forgotten first: what the closed card answers is nobody's business any more.
    frames.clear();
    for (const frame of last) void send(frame, 'CallCardClose', {});
  };

  const apply = (effect: CardEffect) => {
    switch (effect.do) {
      case 'ui':
        shown.ui = effect.state;
        for (const frame of frames) void setUi(frame, effect.state);
        return beat();
      case 'title':
        shown.title = effect.text;
        return all('CallCardSetCardTitle', { title: effect.text });
      case 'status':
        shown.status = effect.text;
        return all('CallCardSetStatusText', { statusText: effect.text });
      case 'timer':
        shown.running = effect.run;
        return all(effect.run ? 'CallCardStartTimer' : 'CallCardStopTimer', {});
      case 'showHold':
        shown.held = effect.held;
        return all('CallCardSetHold', { held: effect.held });
      case 'showMute':
        shown.muted = effect.muted;
        return all('CallCardSetMute', { muted: effect.muted });
      case 'close':
        return close();
    }
  };

  return { attach, detach, apply };
}
