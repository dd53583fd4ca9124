import type { PanelAct } from '../../frame/panel.ts';
import { qualityMark } from './mark.ts';
import type { ActView, CallView } from './view.ts';

type Texts = 'who' | 'about' | 'state' | 'timer' | 'trouble' | 'direction' | 'muted' | 'recording';

/** One call's elements; they live as long as the call, so that focus and hover stay where they are. */
interface Row {
  readonly element: HTMLLIElement;
  readonly texts: Readonly<Record<Texts, HTMLElement>>;
  readonly mark: ReturnType<typeof qualityMark>;
  readonly acts: HTMLElement;
  readonly buttons: Map<string, HTMLButtonElement>;
}

/** Elements made by name and class; the page's policy allows no inline style, and text is never HTML. */
function el<K extends keyof HTMLElementTagNameMap>(tag: K, className: string, ...children: Node[]) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
  element.hidden = text === '';
}

function newRow(): Row {
  const texts: Row['texts'] = {
    who: el('strong', 'call__who'),
    about: el('span', 'call__about dim'),
    state: el('span', 'call__state'),
    timer: el('span', 'call__timer'),
    trouble: el('p', 'call__trouble'),
    direction: el('span', 'call__direction'),
    muted: el('span', 'tag'),
    recording: el('span', 'tag tag--recording'),
  };
  texts.timer.setAttribute('role', 'timer');
  texts.trouble.setAttribute('role', 'alert');
  const mark = qualityMark();
  const acts = el('div', 'call__acts');
  acts.setAttribute('role', 'group');
  const head = el('div', 'call__head', texts.who, texts.about);
  const line = el(
    'div',
    'call__line',
    texts.direction,
    texts.state,
    texts.timer,
    texts.muted,
    texts.recording,
    mark.element,
  );
  return { element: el('li', 'call', head, line, texts.trouble, acts), texts, mark, acts, buttons: new Map() };
}

function fillActs(row: Row, acts: readonly ActView[], who: string, act: (act: PanelAct) => void): void {
  let focusLost = false;
  for (const [key, button] of row.buttons)
    if (!acts.some((shown) => shown.key === key)) {
      focusLost ||= document.activeElement === button;
      button.remove();
      row.buttons.delete(key);
    }
  acts.forEach((shown, index) => {
    let button = row.buttons.get(shown.key);
    if (!button) {
      button = el('button', '');
      button.type = 'button';
      row.buttons.set(shown.key, button);
    }
    if (button.textContent !== shown.label) button.textContent = shown.label;
    button.className = `button button--${shown.tone}`;
    button.setAttribute('aria-label', `${shown.label}: ${who}`);
    // A label that changes says the state already; pressed is for the eye.
    button.classList.toggle('button--on', shown.pressed === true);
    button.onclick = () => act(shown.act);
    if (row.acts.children[index] !== button) row.acts.insertBefore(button, row.acts.children[index] ?? null);
  });
  // The next key press must find the same call again.
  if (focusLost) (row.acts.querySelector('button') ?? document.getElementById('phone-title'))?.focus();
}

function fill(row: Row, view: CallView, act: (act: PanelAct) => void): void {
  row.element.dataset.leg = view.leg;
  row.element.dataset.tone = view.tone;
  const { texts } = row;
  setText(texts.who, view.who);
  setText(texts.about, view.about);
  setText(texts.direction, view.direction === 'Incoming' ? '↙' : '↗');
  texts.direction.title = view.direction;
  texts.direction.setAttribute('role', 'img');
  texts.direction.setAttribute('aria-label', view.direction);
  setText(texts.state, view.state);
  setText(texts.timer, view.timer);
  setText(texts.muted, view.muted ? 'Muted' : '');
  setText(texts.recording, view.recording);
  setText(texts.trouble, view.trouble);
  row.mark.show(view.quality);
  row.acts.setAttribute('aria-label', `Call with ${view.who}`);
  fillActs(row, view.acts, view.who, act);
}

/**
 * The list of calls on the page.
 *
 * @param act told what the person does
 */
export function callList(list: HTMLElement, act: (act: PanelAct) => void) {
  const rows = new Map<string, Row>();
  return {
    show(views: readonly CallView[]): void {
      for (const [leg, row] of rows)
        if (!views.some((view) => view.leg === leg)) {
          const focused = row.element.contains(document.activeElement);
          row.element.remove();
          rows.delete(leg);
          if (focused) document.getElementById('phone-title')?.focus();
        }
      views.forEach((view, index) => {
        const row = rows.get(view.leg) ?? newRow();
        rows.set(view.leg, row);
        fill(row, view, act);
        if (list.children[index] !== row.element) list.insertBefore(row.element, list.children[index] ?? null);
      });
    },
  };
}
