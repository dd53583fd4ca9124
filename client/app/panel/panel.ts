import { SEVERITY_ICONS } from '../../../src/status/view.ts';
import type { PanelAct } from '../../frame/panel.ts';
import { need } from '../../pages/dom.ts';
import { callList } from './calls.ts';
import { choices } from './choices.ts';
import type { Look } from './link.ts';
import { callViews, type PanelRules, spoken } from './view.ts';
import { type PhoneWords, phoneWords } from './words.ts';

const SVG = 'http://www.w3.org/2000/svg';

/** Like the Worker's badge (src/status/render.ts): shape, colour and word say the same. */
function badge({ severity, label }: PhoneWords): HTMLElement {
  const element = document.createElement('span');
  const svg = document.createElementNS(SVG, 'svg');
  const path = document.createElementNS(SVG, 'path');
  element.className = `badge badge--${severity}`;
  svg.setAttribute('class', 'badge__icon');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  path.setAttribute('d', SEVERITY_ICONS[severity]);
  svg.append(path);
  element.append(svg, label);
  return element;
}

function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** The operator's panel on the page: shows how the phone is, and hands on what the person does. */
export function panelOn(root: ParentNode, rules: PanelRules, act: (act: PanelAct) => void, now: () => number) {
  const section = need(root, '#phone', HTMLElement);
  const state = need(root, '#phone-badge', HTMLElement);
  const advice = need(root, '#phone-advice', HTMLElement);
  const none = need(root, '#no-calls', HTMLElement);
  const confer = need(root, '#confer', HTMLButtonElement);
  const notice = need(root, '#notice', HTMLElement);
  const said = need(root, '#said', HTMLElement);
  const list = callList(need(root, '#calls', HTMLElement), act);
  const chosen = choices(root, act, now);
  let label = '';

  confer.addEventListener('click', () => act({ act: 'confer' }));

  const showWords = (words: PhoneWords) => {
    if (label !== words.label) state.replaceChildren(badge(words));
    label = words.label;
    setText(advice, words.advice);
    advice.hidden = words.advice === '';
    section.dataset.severity = words.severity;
  };

  /** Called at each news of the phone, and each second for the timers. */
  const show = (look: Look): void => {
    const panel = look.t === 'panel' ? look.panel : null;
    // A phone that another browser took over still ends its calls, but takes no wishes.
    const alive = panel !== null && !['superseded', 'uninstalled', 'refused'].includes(panel.phone);
    const words = phoneWords(look);
    showWords(words);
    const views = panel ? callViews(panel, rules, now()) : [];
    list.show(views);
    none.hidden = views.length > 0 || !alive;
    confer.hidden = panel?.canConfer !== true;
    setText(notice, panel?.notice ?? '');
    notice.hidden = notice.textContent === '';
    setText(said, [words.advice, spoken(views, panel?.notice ?? '')].filter(Boolean).join(' '));
    chosen.show(alive ? panel : null);
  };
  return { show, microphone: chosen.microphone };
}
