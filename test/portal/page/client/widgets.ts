import { ask } from './api.ts';
import { el } from './card/dom.ts';

/** The page's small living parts: log, toasts, clock, calls panel, phone links, demo buttons. */

const LOG_LINES = 6;

/** One line in the home page's log; elsewhere nothing. */
export const say = (text: string): void => {
  const log = document.querySelector('[data-log]');
  if (log === null) return;
  const at = new Date().toLocaleTimeString('en-GB');
  log.prepend(el('li', {}, el('time', {}, at), text));
  while (log.childElementCount > LOG_LINES) log.lastElementChild?.remove();
};

export const toast = (text: string): void => {
  const note = el('div', { class: 'toast', 'data-toast': '' }, text);
  document.getElementById('toasts')?.append(note);
  setTimeout(() => note.remove(), 8000);
};

export const startClock = (): void => {
  const clock = document.querySelector('[data-clock]');
  if (clock === null) return;
  const show = (): void => {
    clock.textContent = new Date().toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  };
  show();
  setInterval(show, 5000);
};

let lastAsked = 0;

/** Fetches the calls table anew; the page shows the calls of its client, or all. */
export const refreshCalls = async (): Promise<void> => {
  if (document.querySelector('[data-calls]') === null) return;
  const asked = ++lastAsked;
  const answer = await fetch(`/__portal/calls?of=${encodeURIComponent(location.pathname)}`);
  const { result } = (await answer.json()) as { result: string };
  // A call that begins and ends at once is asked about twice: the newest question has the newest answer, whichever comes last.
  const table = document.querySelector('[data-calls]');
  if (asked === lastAsked && table !== null) table.outerHTML = result;
};

export const initPhoneLinks = (): void => {
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('[data-call]') : null;
    if (!(link instanceof HTMLElement)) return;
    event.preventDefault();
    void dial(link);
  });
};

const dial = async (link: HTMLElement): Promise<void> => {
  const { call, entityType, entityId } = link.dataset;
  const callId = await ask<string | null>('call', { number: call, entityType, entityId: Number(entityId) });
  if (callId === null) toast('No telephony is chosen for outgoing calls in this portal.');
  await refreshCalls();
};

export const initDemo = (): void => {
  for (const button of document.querySelectorAll('[data-demo]')) {
    button.addEventListener('click', () => void runDemo(button as HTMLButtonElement));
  }
};

const runDemo = async (button: HTMLButtonElement): Promise<void> => {
  button.disabled = true;
  const answer = await fetch(`/__demo/${button.dataset.demo}`, { method: 'POST' }).catch(() => null);
  const { text } = answer === null ? { text: 'The server does not answer.' } : await answer.json();
  if (text !== '') say(text);
  button.disabled = false;
};
