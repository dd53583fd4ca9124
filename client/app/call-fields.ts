import type { CallSettings } from '../../src/protocol/settings.ts';

/** A control of the form that has a name. */
export type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

const TEXTS = [
  'transfer',
  'dtmf',
  'conference',
  'recording',
  'recordingUrl',
  'country',
  'dialAs',
  'dialPrefix',
  'leads',
] as const satisfies readonly (keyof CallSettings)[];
const LINE_LISTS = ['forbidden', 'emergency'] as const satisfies readonly (keyof CallSettings)[];

/** The control of that name, e.g. `calls.country`; null for a name that the form does not have. */
export const controlOf = (form: ParentNode, name: string): Control | null =>
  form.querySelector<Control>(`[name="${CSS.escape(name)}"]`);

const written = (form: ParentNode, name: keyof CallSettings) => controlOf(form, `calls.${name}`)?.value ?? '';

/** One text a line, each with the number of its line: blank ones are left out, and the API counts without them. */
export function textLines(text: string): { readonly line: number; readonly text: string }[] {
  return text
    .split('\n')
    .map((each, index) => ({ line: index + 1, text: each.trim() }))
    .filter((each) => each.text !== '');
}

/** What the person wrote about calls, as the API takes it; a number that is none becomes null, and the API says so. */
export function readCalls(form: ParentNode): Record<string, unknown> {
  const digits = written(form, 'extensionDigits').trim();
  return {
    ...Object.fromEntries(TEXTS.map((name) => [name, written(form, name)])),
    ...Object.fromEntries(LINE_LISTS.map((name) => [name, textLines(written(form, name)).map(({ text }) => text)])),
    extensionDigits: digits === '' ? 0 : /^\d+$/.test(digits) ? Number(digits) : null,
  };
}

export function fillCalls(form: ParentNode, calls: CallSettings): void {
  const set = (name: keyof CallSettings, value: string) => {
    const control = controlOf(form, `calls.${name}`);
    if (control) control.value = value;
  };
  for (const name of TEXTS) set(name, calls[name]);
  for (const name of LINE_LISTS) set(name, calls[name].join('\n'));
  set('extensionDigits', String(calls.extensionDigits));
}

/** Shows what depends on a choice only where it is needed: the records' address, and the lines' tick for leads. */
export function showDependents(form: ParentNode): void {
  const address = form.querySelector<HTMLElement>('[data-for="calls.recordingUrl"]');
  if (address) address.hidden = written(form, 'recording') !== 'pbx';
  form.querySelector('[data-list="lines"]')?.classList.toggle('grid--leads', written(form, 'leads') === 'by_line');
}

/**
 * A message at its control. One about the n-th pattern of a list names the line that a person sees.
 *
 * @example messageFor('calls.forbidden.1', 'Write a number.', '+1900*\n\nabc') // 'Line 3 (abc): Write a number.'
 */
export function messageFor(path: string, message: string, text: string): string {
  const index = /^calls\.\w+\.(\d+)$/.exec(path)?.[1];
  const found = index === undefined ? undefined : textLines(text)[Number(index)];
  return found ? `Line ${found.line} (${found.text}): ${message}` : message;
}
