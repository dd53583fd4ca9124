import type { CardOffer } from '../../../backend/types.ts';
import type { PageUser } from '../../config.ts';
import { ask } from '../api.ts';
import type { PageOptions } from '../hooks.ts';
import type { Effect } from './commands.ts';
import { entityChanged, initialized, onLeave, type TransferTarget, transferPayload } from './payloads.ts';
import * as popups from './popups.ts';
import { type ButtonName, EVENT_OF, ruleOf, type UiState } from './states.ts';
import { enter, shown, start, stop, type Timer, ZERO } from './timer.ts';
import { CardView, type Person } from './view.ts';

export interface CardDeps {
  readonly options: () => PageOptions;
  readonly colleagues: readonly PageUser[];
  readonly emit: (event: string, ...payload: readonly unknown[]) => void;
  readonly used: () => boolean;
  readonly closed: (card: CallCard) => void;
  readonly now: () => number;
}

const WORDS: Readonly<Record<CardOffer['direction'], string>> = {
  incoming: 'Incoming call',
  outgoing: 'Outgoing call',
  callback: 'Callback',
};

/** One call card on one page: what it shows, what it tells the app, how it closes (facts 3.2 to 3.4). */
export class CallCard {
  readonly external: boolean;
  readonly #deps: CardDeps;
  readonly #view: CardView;
  readonly #timers: number[] = [];
  #offer: CardOffer;
  #state: UiState = 'idle';
  #escCloses = true;
  #layout: 'simple' | 'crm' = 'simple';
  #folded = false;
  #muted = false;
  #held = false;
  #timer: Timer = ZERO;
  #title: string;
  #status = '';
  #comment = '';
  #person: Person | null = null;
  #open = true;
  #closeAsked = false;

  constructor(offer: CardOffer, external: boolean, deps: CardDeps) {
    this.#offer = offer;
    this.external = external;
    this.#deps = deps;
    this.#title = offer.phoneNumber;
    this.#view = new CardView({
      press: (button) => this.#press(button),
      addComment: () => this.#toggle('comment', () => this.#commentEditor()),
      fold: () => this.fold(true),
      unfold: () => this.fold(false),
    });
    this.#every(250, () => this.#view.tick(shown(this.#timer, deps.now())));
    document.addEventListener('keydown', this.#onKey);
    if (external) this.#announce();
    this.#enter('externalCard', false);
    this.#later(deps.options().titleDelay, () => this.#buildTitle());
    if (external && !offer.simple) this.#later(deps.options().crmDelay, () => void this.#loadCrm());
  }

  get callId(): string {
    return this.#offer.callId;
  }

  get offer(): CardOffer {
    return this.#offer;
  }

  get state(): UiState {
    return this.#state;
  }

  get folded(): boolean {
    return this.#folded;
  }

  get open(): boolean {
    return this.#open;
  }

  get hasTimer(): boolean {
    return this.#layout === 'crm';
  }

  apply(effect: Effect): void {
    const now = this.#deps.now();
    switch (effect.do) {
      case 'mute':
        this.#muted = effect.on;
        break;
      case 'hold':
        this.#held = effect.on;
        break;
      case 'state':
        this.#enter(effect.state, effect.startTimer);
        return;
      case 'title':
        this.#title = effect.title;
        break;
      case 'status':
        this.#status = effect.text;
        break;
      case 'close':
        this.askToClose();
        return;
      case 'startTimer':
        this.#timer = start(this.#timer, now);
        break;
      case 'stopTimer':
        this.#timer = stop(this.#timer, now);
        break;
    }
    this.#draw();
  }

  /** CallCardClose, hide and finish: closes at once, or when the comment is written, or after 65 s (fact 3.4). */
  askToClose(): void {
    if (this.#closeAsked) return;
    if (this.#view.openPopup() !== 'comment') {
      this.close();
      return;
    }
    this.#closeAsked = true;
    this.#later(this.#deps.options().autoCloseWait, () => this.close());
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    for (const timer of this.#timers) clearTimeout(timer);
    document.removeEventListener('keydown', this.#onKey);
    this.#view.remove();
    this.#deps.closed(this);
  }

  /** Folding and unfolding tell the app nothing. */
  fold(folded: boolean): void {
    this.#folded = folded;
    this.#view.popup(null);
    this.#draw();
  }

  /** What leaving the page would do now. */
  leaving(): { readonly prompt: boolean; readonly restore: boolean } {
    const harmless = this.#state === 'externalCard' || this.#escCloses;
    return onLeave({ folded: this.#folded, used: this.#deps.used(), harmless });
  }

  changeEntity(entityType: CardOffer['entityType'], entityId: number, entityName: string): void {
    this.#offer = { ...this.#offer, entityType, entityId, entityName };
    if (this.external) this.#deps.emit('entityChanged', entityChanged(this.#offer));
    void this.#loadCrm();
  }

  /** What the button "next" of a call list's card says; external cards have no such button. */
  nextInList(): void {
    this.#deps.emit('nextButtonClick');
  }

  #announce(): void {
    if (this.#deps.options().entityChangedFirst) this.#deps.emit('entityChanged', entityChanged(this.#offer));
    this.#deps.emit('initialized', initialized(this.#offer));
  }

  #enter(state: UiState, startsByItself: boolean): void {
    const rule = ruleOf(state, this.#offer.direction);
    this.#state = state;
    this.#escCloses = rule.escCloses ?? this.#escCloses;
    this.#timer = enter(this.#timer, rule.timer, startsByItself, this.#deps.now());
    // A comment that is being written outlives the change of state.
    if (this.#view.openPopup() !== 'comment') this.#view.popup(null);
    this.#draw();
  }

  #draw(): void {
    const { callId, direction, phoneNumber, lineName, lineNumber } = this.#offer;
    this.#view.draw({
      callId,
      external: this.external,
      direction,
      state: this.#state,
      layout: this.#layout,
      folded: this.#folded,
      muted: this.#muted,
      held: this.#held,
      title: this.#title,
      status: this.#status,
      number: phoneNumber,
      line: lineName === '' && lineNumber !== '' ? `line ${lineNumber}` : lineName,
      person: this.#person,
      comment: this.#comment,
    });
    this.#view.tick(shown(this.#timer, this.#deps.now()));
  }

  /** The card's own title arrives late and replaces an early CallCardSetCardTitle (fact 3.4). */
  #buildTitle(): void {
    const { direction, entityName, phoneNumber } = this.#offer;
    this.#title = this.external ? `${WORDS[direction]}: ${entityName === '' ? phoneNumber : entityName}` : 'Call list';
    this.#draw();
  }

  async #loadCrm(): Promise<void> {
    const { entityType, entityId } = this.#offer;
    this.#person = await ask<Person>('crm-card', { entityType, entityId });
    if (!this.#open) return;
    this.#layout = 'crm';
    this.#draw();
  }

  #press(button: ButtonName): void {
    const special = this.#special()[button];
    if (special === undefined) this.#emit(button);
    else special();
  }

  /** Buttons that do more than tell the app. */
  #special(): Partial<Record<ButtonName, () => void>> {
    return {
      mute: () => {
        this.#muted = !this.#muted;
        this.#draw();
        this.#emit('mute', this.#muted);
      },
      hold: () => {
        this.#held = !this.#held;
        this.#draw();
        this.#emit('hold', this.#held);
      },
      fold: () => this.fold(true),
      close: () => {
        this.#emit('close');
        this.close();
      },
      dialpad: () => this.#toggle('dialpad', () => popups.dialpad((key) => this.#emit('dialpad', key))),
      quality: () => this.#toggle('quality', () => popups.quality((stars) => this.#rate(stars))),
      transfer: () =>
        this.#toggle('transfer', () => popups.transfer(this.#deps.colleagues, (target) => this.#transfer(target))),
    };
  }

  #emit(button: ButtonName, ...payload: readonly unknown[]): void {
    const event = EVENT_OF[button];
    if (this.external && event !== null) this.#deps.emit(event, ...payload);
  }

  #rate(stars: string): void {
    this.#view.popup(null);
    this.#emit('quality', stars);
  }

  #transfer(target: TransferTarget): void {
    this.#view.popup(null);
    const payload = transferPayload(target, this.#deps.used(), this.#offer.phoneNumber);
    if (payload !== undefined) this.#emit('transfer', payload);
  }

  #commentEditor(): HTMLElement {
    const done = (): void => {
      this.#view.popup(null);
      if (this.#closeAsked) this.close();
    };
    const save = (text: string): void => {
      this.#comment = text;
      void ask('comment', { callId: this.callId, text });
      this.#draw();
      if (this.external) this.#deps.emit('addCommentButtonClick', text);
      done();
    };
    return popups.comment(this.#comment, save, done);
  }

  #toggle(name: string, build: () => HTMLElement): void {
    this.#view.popup(this.#view.openPopup() === name ? null : build());
  }

  /** Closing by ESC tells the app nothing (fact 3.2). */
  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && this.#escCloses && !this.#folded) this.close();
  };

  #later(ms: number, run: () => void): void {
    this.#timers.push(window.setTimeout(run, ms));
  }

  #every(ms: number, run: () => void): void {
    this.#timers.push(window.setInterval(run, ms));
  }
}
