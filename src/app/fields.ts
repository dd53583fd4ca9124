import { type HtmlEscapedString, html } from '../pages/html.ts';

export interface Field {
  /** Name in the form; inside a row, name of the row's field. */
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly placeholder?: string;
  readonly inputMode?: 'text' | 'url' | 'tel' | 'numeric';
}

/** Ids have no dots, so that a `calls.transfer` can be pointed at by CSS without escapes. */
const idOf = (name: string): string => name.replaceAll('.', '-');

/** A label, the control itself, and room for a hint and for what is wrong. */
function labelled(
  name: string,
  label: string,
  hint: string | undefined,
  control: HtmlEscapedString,
): HtmlEscapedString {
  const id = idOf(name);
  return html`<div class="field" data-for="${name}">
<label for="${id}">${label}</label>
${control}
<p class="field__hint" id="${id}-hint">${hint ?? ''}</p>
<p class="field__error" id="${id}-error" hidden></p>
</div>`;
}

const described = (name: string) => `${idOf(name)}-hint ${idOf(name)}-error`;

/** A labelled input with room for a hint and for what is wrong with it. */
export function field({ name, label, hint, placeholder, inputMode = 'text' }: Field): HtmlEscapedString {
  return labelled(
    name,
    label,
    hint,
    html`<input id="${idOf(name)}" name="${name}" type="text" inputmode="${inputMode}" autocomplete="off" spellcheck="false"
 placeholder="${placeholder ?? ''}" aria-describedby="${described(name)}">`,
  );
}

/** A choice of a few; the first is what holds until somebody chooses. */
export function choice({
  name,
  label,
  hint,
  options,
}: Field & { readonly options: readonly (readonly [value: string, label: string])[] }): HtmlEscapedString {
  return labelled(
    name,
    label,
    hint,
    html`<select id="${idOf(name)}" name="${name}" aria-describedby="${described(name)}">${options.map(
      ([value, text]) => html`<option value="${value}">${text}</option>`,
    )}</select>`,
  );
}

/** A list of texts, one a line. */
export function lineList({ name, label, hint, placeholder }: Field): HtmlEscapedString {
  return labelled(
    name,
    label,
    hint,
    html`<textarea id="${idOf(name)}" name="${name}" rows="3" autocomplete="off" spellcheck="false"
 placeholder="${placeholder ?? ''}" aria-describedby="${described(name)}"></textarea>`,
  );
}

export interface Cell {
  readonly name: string;
  readonly label: string;
  readonly type?: 'text' | 'password' | 'checkbox';
  readonly inputMode?: 'text' | 'url' | 'tel' | 'numeric';
  readonly placeholder?: string;
}

const cell = ({ name, label, type = 'text', inputMode = 'text', placeholder = '' }: Cell): HtmlEscapedString =>
  html`<td data-label="${label}" data-cell="${name}"><input data-field="${name}" type="${type}" inputmode="${inputMode}" aria-label="${label}"
 autocomplete="${type === 'password' ? 'new-password' : 'off'}" spellcheck="false" placeholder="${placeholder}">
<p class="field__error" data-error="${name}" hidden></p></td>`;

/**
 * A table whose rows a person adds and removes. The row itself is a template that the page's script copies; its inputs
 * carry `data-field`, so that an error at `agents.3.sipUser` finds its place.
 */
export function rowsTable({
  list,
  caption,
  add,
  remove,
  cells,
}: {
  list: string;
  caption: string;
  add: string;
  remove: string;
  cells: readonly Cell[];
}): HtmlEscapedString {
  return html`<div class="grid" data-list="${list}">
<table>
<caption class="sr">${caption}</caption>
<thead><tr>${cells.map(({ name, label }) => html`<th scope="col" data-cell="${name}">${label}</th>`)}<th><span class="sr">Remove</span></th></tr></thead>
<tbody></tbody>
</table>
<p class="grid__empty" data-empty hidden>None yet.</p>
<p class="field__error" data-list-error hidden></p>
<template><table><tbody><tr>${cells.map(cell)}<td class="grid__remove"><button type="button" class="button button--quiet" data-remove aria-label="${remove}" title="${remove}">✕<span class="grid__word"> ${remove}</span></button></td></tr></tbody></table></template>
<button type="button" class="button" data-add>${add}</button>
</div>`;
}
