import type { AppData } from '../../src/app/data.ts';
import { SETTINGS_OPTION } from '../frame/identity.ts';
import { need, pageData, parentBridge } from '../pages/dom.ts';
import { settingsForm } from './form.ts';
import { type SaveDesk, type Saved, save } from './save.ts';

/** How long the portal may take to keep the option; nobody waits for it (ms). */
const TELL_MS = 10_000;

const data = pageData<AppData>('app-data');
const element = need(document, '#settings', HTMLFormElement);
const button = need(document, '#save', HTMLButtonElement);
const outcome = need(document, '#outcome', HTMLElement);
const desk: SaveDesk = {
  fetch: (...args) => fetch(...args),
  bridge: parentBridge(),
  memberId: data.memberId,
  ticket: data.ticket,
};

function say(text: string, tone: 'plain' | 'ok' | 'bad'): void {
  outcome.textContent = text;
  outcome.dataset.tone = tone;
}

const form = settingsForm(element, () => say('Not saved yet.', 'plain'));

/** What stands beside the button when saving failed; the fields themselves say more. */
function failed(saved: Extract<Saved, { ok: false }>, homeless: readonly string[]): string {
  if (saved.fields.length === 0) return saved.message;
  if (homeless.length > 0) return `Not saved: ${homeless.join(' ')}`;
  return saved.fields.length === 1
    ? 'Not saved: one field needs your attention.'
    : `Not saved: ${saved.fields.length} fields need your attention.`;
}

/** Frames keep a day what they know of lines and accounts; this makes them ask again when their page is opened next. */
function tellFrames(): void {
  void desk.bridge?.call('setAppOption', { name: SETTINGS_OPTION, value: String(Date.now()) }, TELL_MS);
}

async function submit(): Promise<void> {
  const body = form.read();
  button.disabled = true;
  say('Saving…', 'plain');
  const saved = await save(desk, body);
  button.disabled = false;
  if (saved.ok) {
    tellFrames();
    form.fill(saved.view);
    say('Saved. Browsers take it over when a page is opened next.', 'ok');
    return;
  }
  const homeless = form.showErrors(saved.fields);
  say(failed(saved, homeless), 'bad');
}

element.addEventListener('submit', (event) => {
  event.preventDefault();
  void submit();
});
form.fill(data.settings);
element.hidden = false;
