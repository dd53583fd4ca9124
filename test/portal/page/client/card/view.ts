import { el, lineIcon } from './dom.ts';
import { LOOKS } from './icons.ts';
import { type ButtonName, type Direction, EVENT_OF, foldedButtons, ruleOf, type UiState } from './states.ts';

export interface Person {
  readonly name: string;
  readonly company: string;
  readonly responsible: string;
  readonly calls: number;
}

/** Everything the card shows. */
export interface CardModel {
  readonly callId: string;
  readonly external: boolean;
  readonly direction: Direction;
  readonly state: UiState;
  readonly layout: 'simple' | 'crm';
  readonly folded: boolean;
  readonly muted: boolean;
  readonly held: boolean;
  readonly title: string;
  readonly status: string;
  readonly number: string;
  readonly line: string;
  readonly person: Person | null;
  readonly comment: string;
}

export interface CardActions {
  readonly press: (button: ButtonName) => void;
  readonly addComment: () => void;
  readonly fold: () => void;
  readonly unfold: () => void;
}

const roundButton = (name: ButtonName, model: CardModel, actions: CardActions): HTMLElement => {
  const look = LOOKS[name];
  const on = (name === 'mute' && model.muted) || (name === 'hold' && model.held);
  const event = EVENT_OF[name];
  const button = el(
    'button',
    {
      type: 'button',
      class: `round tone-${look.tone}${on ? ' is-on' : ''}`,
      title: look.label,
      'data-button': name,
      ...(event === null ? {} : { 'data-event': event }),
      ...(name === 'mute' || name === 'hold' ? { 'aria-pressed': String(on) } : {}),
    },
    el('i', {}, lineIcon(look.path, look.turned)),
    el('span', {}, look.label),
  );
  button.addEventListener('click', () => actions.press(name));
  return button;
};

const initials = (text: string): string =>
  text
    .split(/\s+/)
    .filter((word) => /^\p{L}/u.test(word))
    .slice(0, 2)
    .map((word) => word.slice(0, 1).toUpperCase())
    .join('') || '#';

const crmPart = (model: CardModel, actions: CardActions): HTMLElement[] => {
  const { person } = model;
  const comment = el(
    'button',
    { type: 'button', class: 'comment-button', 'data-button': 'addComment', 'data-event': 'addCommentButtonClick' },
    lineIcon(LOOKS.addComment.path),
    model.comment === '' ? 'Add a comment' : model.comment,
  );
  comment.addEventListener('click', actions.addComment);
  const facts = person === null || person.name === '' ? [el('b', {}, 'New client')] : personFacts(person);
  return [...facts, comment];
};

const before = (calls: number): string =>
  calls === 0 ? 'first call' : `${calls} ${calls === 1 ? 'call' : 'calls'} before`;

const personFacts = (person: Person): HTMLElement[] => [
  el('b', {}, person.name),
  el('span', {}, [person.company, before(person.calls)].filter(Boolean).join(' · ')),
  el('span', {}, person.responsible === '' ? '' : `Responsible: ${person.responsible}`),
];

/** Rebuilds a part only when what it shows has changed: a button must not vanish under a finger. */
class Part {
  readonly #build: (model: CardModel) => readonly HTMLElement[];
  readonly #keyOf: (model: CardModel) => unknown;
  readonly root: HTMLElement;
  #key = '';

  constructor(
    root: HTMLElement,
    keyOf: (model: CardModel) => unknown,
    build: (model: CardModel) => readonly HTMLElement[],
  ) {
    this.root = root;
    this.#keyOf = keyOf;
    this.#build = build;
  }

  draw(model: CardModel): void {
    const key = JSON.stringify(this.#keyOf(model));
    if (key === this.#key) return;
    this.#key = key;
    this.root.replaceChildren(...this.#build(model));
  }
}

const buttonsKey = ({ state, external, folded, muted, held, direction }: CardModel): unknown => [
  state,
  external,
  folded,
  muted,
  held,
  direction,
];

const buttonsOf = (model: CardModel): readonly ButtonName[] => {
  if (model.folded) return foldedButtons(model.state, model.direction);
  return model.external ? ruleOf(model.state, model.direction).buttons : ['close', 'fold'];
};

/** The card's element: head with clock, CRM part, popup, buttons. */
export class CardView {
  readonly root: HTMLElement;
  readonly #avatar = el('span', { class: 'card-avatar' });
  readonly #title = el('b', { 'data-card-title': '' });
  readonly #status = el('span', { 'data-card-status': '' });
  readonly #detail = el('small');
  readonly #clock = el('time', { class: 'card-timer', 'data-card-timer': '' });
  readonly #popupSlot = el('div', { class: 'popup-slot' });
  readonly #crm: Part;
  readonly #buttons: Part;

  constructor(actions: CardActions) {
    this.#crm = new Part(
      el('div', { class: 'card-crm', 'data-card-crm': '' }),
      ({ person, comment }) => [person, comment],
      (model) => crmPart(model, actions),
    );
    this.#buttons = new Part(el('div', { class: 'card-buttons' }), buttonsKey, (model) =>
      buttonsOf(model).map((name) => roundButton(name, model, actions)),
    );
    const words = el('div', { class: 'card-words' }, this.#title, this.#status, this.#detail);
    const head = el('div', { class: 'card-head' }, this.#avatar, words, this.#clock);
    head.addEventListener('dblclick', actions.fold);
    const unfold = el('button', { type: 'button', class: 'unfold', 'data-unfold': '', title: 'Open the card' }, '⤢');
    unfold.addEventListener('click', actions.unfold);
    this.root = el(
      'section',
      { class: 'card', 'data-card': '', role: 'dialog', 'aria-label': 'Call' },
      head,
      unfold,
      this.#crm.root,
      this.#popupSlot,
      this.#buttons.root,
    );
    document.body.append(this.root);
  }

  draw(model: CardModel): void {
    this.#mark(model);
    this.#avatar.textContent = initials(model.person?.name ? model.person.name : model.title);
    this.#title.textContent = model.title;
    this.#status.textContent = model.status;
    this.#detail.textContent = [model.number, model.line].filter(Boolean).join(' · ');
    this.#crm.root.hidden = model.layout !== 'crm' || model.folded;
    this.#crm.draw(model);
    this.#buttons.draw(model);
  }

  tick(time: string): void {
    this.#clock.textContent = time;
    this.#clock.hidden = time === '';
  }

  popup(panel: HTMLElement | null): void {
    this.#popupSlot.replaceChildren(...(panel === null ? [] : [panel]));
  }

  openPopup(): string | null {
    return this.#popupSlot.firstElementChild?.getAttribute('data-popup') ?? null;
  }

  remove(): void {
    this.root.remove();
  }

  #mark(model: CardModel): void {
    const set = (name: string, value: string): void => this.root.setAttribute(name, value);
    set('data-call-id', model.callId);
    set('data-ui-state', model.state);
    set('data-direction', model.direction);
    set('data-layout', model.layout);
    set('data-external', String(model.external));
    set('data-folded', String(model.folded));
  }
}
