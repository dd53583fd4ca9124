import type { SettingsView } from '../../src/protocol/settings.ts';
import { need } from '../pages/dom.ts';
import { controlOf, fillCalls, messageFor, readCalls, showDependents } from './call-fields.ts';
import { type Rows, type RowValues, rowsOf } from './rows.ts';

/** One problem at one field, as `PUT /api/settings` names it. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

const KEPT = '•••••• (kept)';
const LISTS = ['lines', 'agents', 'iceServers'] as const;
type List = (typeof LISTS)[number];

/** What the person wrote, as the API takes it; numbers that are none become null, and the API says so at the field. */
export function toBody<Top extends object>(top: Top, lists: Readonly<Record<List, readonly RowValues[]>>) {
  return {
    ...top,
    lines: lists.lines.map(({ leads, ...line }) => ({ ...line, ...(leads ? { leads: true } : {}) })),
    agents: lists.agents.map((agent) => ({
      ...agent,
      userId: /^\s*\d+\s*$/.test(agent.userId ?? '') ? Number(agent.userId) : null,
    })),
    iceServers: lists.iceServers.map((server) => ({
      ...server,
      urls: (server.urls ?? '').split(/[\s,]+/).filter(Boolean),
    })),
  };
}

const TOP = ['pbxUrl', 'sipDomain', 'callHeader'] as const;

function fill(form: HTMLFormElement, rows: Record<List, Rows>, view: SettingsView): void {
  for (const name of TOP) need(form, `[name="${name}"]`, HTMLInputElement).value = view[name];
  fillCalls(form, view.calls);
  for (const list of LISTS) rows[list].clear();
  for (const { number, name, leads } of view.lines) rows.lines.append({ number, name, leads: leads ? 'yes' : '' });
  for (const { userId, name, sipUser, authorizationUser, hasPassword } of view.agents) {
    rows.agents.append(
      { userId: String(userId), name, sipUser, authorizationUser },
      hasPassword ? { password: KEPT } : {},
    );
  }
  for (const { urls, username, hasCredential } of view.iceServers) {
    rows.iceServers.append(
      { urls: [urls].flat().join(' '), username: username ?? '' },
      hasCredential ? { credential: KEPT } : {},
    );
  }
}

/** Where the message of `path` belongs: its text element and its control, where it has one. */
function place(form: HTMLElement, sent: Record<List, readonly Element[]>, path: string) {
  const [first = '', index, name = ''] = path.split('.');
  if (first in sent) {
    const list = form.querySelector(`[data-list="${first}"]`);
    if (index === undefined)
      return { text: list?.querySelector<HTMLElement>('[data-list-error]') ?? null, input: null };
    const row = sent[first as List][Number(index)];
    return {
      text: row?.querySelector<HTMLElement>(`[data-error="${CSS.escape(name)}"]`) ?? null,
      input: row?.querySelector<HTMLInputElement>(`[data-field="${CSS.escape(name)}"]`) ?? null,
    };
  }
  const input = controlOf(form, first === 'calls' ? `calls.${index}` : first);
  return { text: input && form.querySelector<HTMLElement>(`#${CSS.escape(input.id)}-error`), input };
}

/** The earlier of two elements on the page. */
const earlier = (a: HTMLElement | null, b: HTMLElement) =>
  a && !(a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_PRECEDING) ? a : b;

function clearErrors(form: HTMLElement): void {
  for (const text of form.querySelectorAll<HTMLElement>('.field__error')) {
    text.hidden = true;
    text.textContent = '';
  }
  for (const input of form.querySelectorAll('[aria-invalid]')) input.removeAttribute('aria-invalid');
}

/**
 * The settings form as the script sees it.
 *
 * @param changed called after each change by the person
 */
export function settingsForm(form: HTMLFormElement, changed: () => void) {
  const table = (list: List) => rowsOf(need(form, `[data-list="${list}"]`, HTMLElement), changed);
  const rows: Record<List, Rows> = { lines: table('lines'), agents: table('agents'), iceServers: table('iceServers') };
  let sent: Record<List, readonly Element[]> = { lines: [], agents: [], iceServers: [] };
  form.addEventListener('input', () => {
    showDependents(form);
    changed();
  });

  return {
    fill(view: SettingsView): void {
      fill(form, rows, view);
      showDependents(form);
    },

    /** Reads the form for sending, and remembers which row is which for {@link showErrors}. */
    read() {
      clearErrors(form);
      const filled = { lines: rows.lines.filled(), agents: rows.agents.filled(), iceServers: rows.iceServers.filled() };
      const pick = <T>(of: (entry: { row: Element; values: RowValues }) => T): Record<List, T[]> => ({
        lines: filled.lines.map(of),
        agents: filled.agents.map(of),
        iceServers: filled.iceServers.map(of),
      });
      sent = pick(({ row }) => row);
      const top = Object.fromEntries(TOP.map((name) => [name, need(form, `[name="${name}"]`, HTMLInputElement).value]));
      return toBody(
        { ...top, calls: readCalls(form) },
        pick(({ values }) => values),
      );
    },

    /**
     * Shows each problem at its field and puts the focus on the topmost.
     *
     * @returns the messages that have no place in the form
     */
    showErrors(errors: readonly FieldError[]): string[] {
      const homeless: string[] = [];
      let first: HTMLElement | null = null;
      for (const { path, message } of errors) {
        const { text, input } = place(form, sent, path);
        if (text) {
          // Several patterns of one list can be wrong.
          const words = messageFor(path, message, input?.value ?? '');
          text.textContent = [text.textContent, words].filter(Boolean).join(' ');
          text.hidden = false;
        } else {
          homeless.push(message);
        }
        input?.closest('.field')?.removeAttribute('hidden');
        input?.setAttribute('aria-invalid', 'true');
        if (input) first = earlier(first, input);
      }
      first?.focus();
      return homeless;
    },
  };
}
