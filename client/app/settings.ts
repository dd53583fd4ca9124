import type { AdminData } from '../../src/app/data.ts';
import type { Bridge } from '../bitrix24/bridge.ts';
import { SETTINGS_OPTION } from '../frame/identity.ts';
import { need } from '../pages/dom.ts';
import { settingsForm } from './form.ts';
import { type SaveDesk, type Saved, save } from './save.ts';

/** How long the portal may take to keep the option; nobody waits for it (ms). */
const TELL_MS = 10_000;

/** What stands beside the button when saving failed; the fields themselves say more. */
function failed(saved: Extract<Saved, { ok: false }>, homeless: readonly string[]): string {
  if (saved.fields.length === 0) return saved.message;
  if (homeless.length > 0) return `Not saved: ${homeless.join(' ')}`;
  return saved.fields.length === 1
    ? 'Not saved: one field needs your attention.'
    : `Not saved: ${saved.fields.length} fields need your attention.`;
}

/** The settings of the portal's administrators: fills the form and saves it. */
export function runSettings({ ticket, memberId, settings }: AdminData, bridge: Bridge | null): void {
  const element = need(document, '#settings', HTMLFormElement);
  const button = need(document, '#save', HTMLButtonElement);
  const outcome = need(document, '#outcome', HTMLElement);
  const desk: SaveDesk = { fetch: (...args) => fetch(...args), bridge, memberId, ticket };

  const say = (text: string, tone: 'plain' | 'ok' | 'bad') => {
    outcome.textContent = text;
    outcome.dataset.tone = tone;
  };
  const form = settingsForm(element, () => say('Not saved yet.', 'plain'));

  /** Frames keep a day what they know of lines and accounts; this makes them ask again when their page is opened next. */
  const tellFrames = () =>
    void bridge?.call('setAppOption', { name: SETTINGS_OPTION, value: String(Date.now()) }, TELL_MS);

  const submit = async () => {
    const body = form.read();
    button.disabled = true;
    say('Saving…', 'plain');
    const saved = await save(desk, body);
    button.disabled = false;
    if (saved.ok) {
      tellFrames();
      form.fill(saved.view);
      return say('Saved. Browsers take it over when a page is opened next.', 'ok');
    }
    say(failed(saved, form.showErrors(saved.fields)), 'bad');
  };

  element.addEventListener('submit', (event) => {
    event.preventDefault();
    void submit();
  });
  form.fill(settings);
  element.hidden = false;
}
