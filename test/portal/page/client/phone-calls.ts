import type { CardOffer } from '../../backend/types.ts';
import type { PageConfig } from '../config.ts';
import type { BackgroundWorker } from './background-worker.ts';
import { CallCard } from './card/card.ts';
import type { FakePortalHooks } from './hooks.ts';

/** Keys and lifetimes of what tabs tell each other (fact 3.4); milliseconds. */
const SHOWN_KEY = 'viExternalCard';
const SHOWN_TTL = 5_000;
const CLOSED_KEY = 'viExternalCardClosed';
const FOLDED_KEY = 'vox-folded-call-card';
const FOLDED_TTL = 15_000;

interface Stamped<Value> {
  readonly at: number;
  readonly value: Value;
}

const write = <Value>(key: string, value: Value): void => {
  const stamped: Stamped<Value> = { at: Date.now(), value };
  localStorage.setItem(key, JSON.stringify(stamped));
};

const read = <Value>(key: string, ttl: number): Value | null => {
  const text = localStorage.getItem(key);
  if (text === null) return null;
  const { at, value } = JSON.parse(text) as Stamped<Value>;
  return Date.now() - at < ttl ? value : null;
};

/** The page's phone calls: at most one card, whoever asks; other tabs are kept from showing it again. */
export class PhoneCalls {
  readonly #config: PageConfig;
  readonly #hooks: FakePortalHooks;
  readonly #worker: BackgroundWorker;
  #card: CallCard | null = null;

  constructor(config: PageConfig, hooks: FakePortalHooks, worker: BackgroundWorker) {
    this.#config = config;
    this.#hooks = hooks;
    this.#worker = worker;
    worker.list();
    window.addEventListener('storage', (event) => this.#otherTab(event));
    window.addEventListener('beforeunload', (event) => {
      if (this.#card?.leaving().prompt === true) event.preventDefault();
    });
    window.addEventListener('pagehide', () => this.#leave());
    this.#restore();
  }

  get card(): CallCard | null {
    return this.#card;
  }

  /** A card for an external call; ignored while any card is open here, or another tab has just shown it. */
  show(offer: CardOffer): void {
    const { busy } = this.#hooks.options;
    if (this.#config.desktop || busy || this.#card !== null || read(SHOWN_KEY, SHOWN_TTL) !== null) return;
    setTimeout(() => {
      if (this.#card?.callId === offer.callId) write(SHOWN_KEY, offer.callId);
    }, this.#hooks.options.guardDelay);
    this.#open(offer, true);
  }

  hide(callId: string): void {
    if (this.#card?.callId === callId) this.#card.askToClose();
  }

  /** A card of the portal itself: it takes the one place, and apps get E1 and no events. */
  openPortalCard(): void {
    if (this.#card === null) this.#open(blank('portal', ''), false);
  }

  #open(offer: CardOffer, external: boolean): void {
    // Held before it is made: `initialized` is sent from the constructor, and marks of an older card must be gone.
    this.#worker.hold(null);
    const card = new CallCard(offer, external, {
      options: () => this.#hooks.options,
      colleagues: this.#config.colleagues,
      emit: (event, ...payload) => this.#worker.emit(event, ...payload),
      used: () => this.#worker.used,
      closed: (closed) => this.#closed(closed),
      now: Date.now,
    });
    this.#card = card;
    this.#worker.hold(card);
  }

  #closed(card: CallCard): void {
    if (this.#card !== card) return;
    this.#card = null;
    this.#worker.hold(null);
    if (!card.external) return;
    localStorage.removeItem(SHOWN_KEY);
    write(CLOSED_KEY, card.callId);
  }

  /** Closing in one tab closes the others' cards, without a word to their apps. */
  #otherTab(event: StorageEvent): void {
    if (event.key !== CLOSED_KEY || event.newValue === null) return;
    const { value } = JSON.parse(event.newValue) as Stamped<string>;
    if (this.#card?.callId === value) this.#card.close();
  }

  #leave(): void {
    if (this.#card === null) return;
    localStorage.removeItem(SHOWN_KEY);
    if (this.#card.external && this.#card.leaving().restore) write(FOLDED_KEY, this.#card.offer);
  }

  /** A folded, unused card comes back after a load, but as a card of no app (fact 3.4). */
  #restore(): void {
    const offer = read<CardOffer>(FOLDED_KEY, FOLDED_TTL);
    localStorage.removeItem(FOLDED_KEY);
    if (offer === null || this.#card !== null) return;
    this.#open(offer, false);
    this.card?.fold(true);
  }
}

const blank = (callId: string, phoneNumber: string): CardOffer => ({
  callId,
  phoneNumber,
  lineNumber: '',
  lineName: '',
  entityType: '',
  entityId: 0,
  entityName: '',
  activityId: 0,
  bindings: [],
  direction: 'outgoing',
  simple: true,
});
