import type { StatusDocument } from '../../src/protocol/status.ts';
import { clock, portalCard, summaryLine } from '../../src/status/render.ts';
import { byUrgency } from '../../src/status/view.ts';

/** The parts of the page that change. */
export interface StatusElements {
  readonly asof: HTMLElement;
  readonly summary: HTMLElement;
  readonly portals: HTMLElement;
  readonly empty: HTMLTemplateElement;
}

function setHtml(element: Element, markup: string): void {
  // Compared as the browser writes it: an unchanged sentence must not be read out again by a screen reader.
  const draft = element.ownerDocument.createElement('template');
  draft.innerHTML = markup;
  if (draft.innerHTML !== element.innerHTML) element.replaceChildren(draft.content);
}

function cardFrom(markup: string, page: Document): HTMLElement {
  const draft = page.createElement('template');
  draft.innerHTML = markup;
  return draft.content.firstElementChild as HTMLElement;
}

/** Takes over which details a person has open. */
function keepOpen(before: Element, after: Element): void {
  for (const open of before.querySelectorAll<HTMLDetailsElement>('details[open]')) {
    const same = after.querySelector<HTMLDetailsElement>(`details[data-part="${open.dataset.part}"]`);
    if (same) same.open = true;
  }
}

const summaryOfOpen = (element: Element | null) =>
  element instanceof HTMLElement && element.tagName === 'SUMMARY' ? element.parentElement?.dataset.part : undefined;

/** Replaces a card's content in place, so that the card itself, its open details and the focus stay. */
function updateCard(card: HTMLElement, fresh: HTMLElement): void {
  keepOpen(card, fresh);
  if (card.className === fresh.className && card.innerHTML === fresh.innerHTML) return;
  const active = card.ownerDocument.activeElement;
  const focused = active && card.contains(active) ? summaryOfOpen(active) : undefined;
  card.className = fresh.className;
  card.replaceChildren(...fresh.childNodes);
  if (focused) card.querySelector<HTMLElement>(`details[data-part="${focused}"] > summary`)?.focus();
}

function showPortals({ portals, empty }: StatusElements, { generatedAt, portals: rows }: StatusDocument): void {
  if (rows.length === 0) {
    if (!portals.querySelector('.empty')) portals.replaceChildren(empty.content.cloneNode(true));
    return;
  }
  const known = new Map(
    [...portals.querySelectorAll<HTMLElement>('[data-portal]')].map((card) => [card.dataset.portal, card]),
  );
  const cards = byUrgency(rows).map((row) => {
    const fresh = cardFrom(portalCard(row, generatedAt).toString(), portals.ownerDocument);
    const card = known.get(row.memberId);
    if (!card) return fresh;
    updateCard(card, fresh);
    return card;
  });
  const unchanged =
    portals.children.length === cards.length && cards.every((card, index) => portals.children[index] === card);
  // Moving an element takes its focus away: only when the order or the set of portals changed.
  if (!unchanged) portals.replaceChildren(...cards);
}

/** Shows a newer document on the page that the Worker rendered. */
export function show(elements: StatusElements, status: StatusDocument): void {
  setHtml(elements.asof, clock(status.generatedAt).toString());
  setHtml(elements.summary, summaryLine(status).toString());
  showPortals(elements, status);
}
