import type { AppLayout } from './applayout.ts';
import type { CallCard } from './card/card.ts';
import { decide } from './card/commands.ts';
import { COMMANDS, type CommandName, EVENTS } from './card/states.ts';
import type { FakePortalHooks } from './hooks.ts';

const isCommand = (name: string): name is CommandName => COMMANDS.some((command) => command === name);

/** The placement's interface for apps: lists, commands, events (facts 2.2 and 3). One per page. */
export class BackgroundWorker {
  readonly #hooks: FakePortalHooks;
  readonly #layouts = new Set<AppLayout>();
  #listed = false;
  #used = false;
  #card: CallCard | null = null;

  constructor(hooks: FakePortalHooks) {
    this.#hooks = hooks;
  }

  /** The page's telephony came up: from now on commands and events exist. Binds sent earlier are lost. */
  list(): void {
    this.#listed = true;
  }

  get commands(): readonly string[] {
    return this.#listed ? COMMANDS : [];
  }

  get events(): readonly string[] {
    return this.#listed ? EVENTS : [];
  }

  /** Whether an app has given a command to this card; changes payloads and what a reload does. */
  get used(): boolean {
    return this.#used;
  }

  attach(layout: AppLayout): void {
    this.#layouts.add(layout);
  }

  hold(card: CallCard | null): void {
    this.#card = card;
    this.#used = false;
  }

  /** Runs one command. false = no such command here, which is met with silence. */
  run(name: string, params: unknown, reply: (value: unknown) => void): boolean {
    if (!this.#listed || !isCommand(name)) return false;
    if (name !== 'CallCardGetListUiStates') this.#used = true;
    const card = this.#card;
    const usable = card?.open === true && card.external;
    const given = typeof params === 'object' && params !== null ? (params as Record<string, unknown>) : {};
    const facts = { usable, hasTimer: card?.hasTimer ?? false };
    const { effects, answers } = decide(name, given, facts, this.#hooks.options.worker);
    // The desktop answers first; in a browser the effect comes first (fact 3.1).
    if (this.#hooks.options.worker === 'desktop') answers.forEach(reply);
    for (const effect of effects) card?.apply(effect);
    if (this.#hooks.options.worker === 'browser') answers.forEach(reply);
    return true;
  }

  /** To every bound app on the page, whoever's call it is (fact 3.3). */
  emit(event: string, ...payload: readonly unknown[]): void {
    this.#hooks.events.push([event, payload[0]]);
    for (const layout of this.#layouts) layout.fire(`BackgroundCallCard::${event}`, payload[0]);
  }
}
