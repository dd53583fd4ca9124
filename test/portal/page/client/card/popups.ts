import type { PageUser } from '../../config.ts';
import { el } from './dom.ts';
import type { TransferTarget } from './payloads.ts';

/** The card's small panels. Each tells its choice to one function and knows nothing of the card. */

export const dialpad = (press: (key: string) => void): HTMLElement => {
  const keys = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'].map((key) => {
    const button = el('button', { type: 'button', 'data-key': key, class: 'key' }, key);
    button.addEventListener('click', () => press(key));
    return button;
  });
  return el('div', { class: 'popup popup-keys', 'data-popup': 'dialpad' }, ...keys);
};

/** Bitrix24's quality question: 1 to 5, sent as text (fact 3.3). */
export const quality = (rate: (stars: string) => void): HTMLElement => {
  const stars = ['1', '2', '3', '4', '5'].map((value) => {
    const button = el('button', { type: 'button', 'data-quality': value, class: 'star', title: `${value} of 5` }, '★');
    button.addEventListener('click', () => rate(value));
    return button;
  });
  return el(
    'div',
    { class: 'popup popup-quality', 'data-popup': 'quality' },
    el('p', {}, 'How is the sound?'),
    ...stars,
  );
};

const row = (label: string, detail: string, data: Record<string, string>, pick: () => void): HTMLElement => {
  const button = el('button', { type: 'button', class: 'person', ...data }, label, el('small', {}, detail));
  button.addEventListener('click', pick);
  return button;
};

export const transfer = (colleagues: readonly PageUser[], pick: (target: TransferTarget) => void): HTMLElement => {
  const input = el('input', { type: 'tel', placeholder: 'Number', 'data-transfer-number': '' });
  const go = el('button', { type: 'button', 'data-transfer-go': '', class: 'small-button' }, 'Transfer');
  go.addEventListener('click', () => {
    if (input.value.trim() !== '') pick({ type: 'pstn', number: input.value.trim() });
  });
  const people = colleagues.map((user) =>
    row(user.name, user.inner === '' ? '' : `ext. ${user.inner}`, { 'data-transfer-user': String(user.id) }, () =>
      pick({ type: 'user', id: user.id }),
    ),
  );
  const menu = colleagues.map((user) =>
    row(user.name, 'recent', { 'data-transfer-menu': String(user.id) }, () =>
      pick({ type: 'user', id: String(user.id) }),
    ),
  );
  const queue = row('Sales', 'department', { 'data-transfer-queue': '1' }, () => pick({ type: 'queue', id: 1 }));
  return el(
    'div',
    { class: 'popup popup-transfer', 'data-popup': 'transfer' },
    el('div', { class: 'transfer-to' }, input, go),
    ...people,
    queue,
    el('p', {}, 'Recent'),
    ...menu,
  );
};

export const comment = (text: string, save: (text: string) => void, cancel: () => void): HTMLElement => {
  const area = el('textarea', { rows: '3', placeholder: 'What was this call about?', 'data-comment': '' });
  area.value = text;
  const saveButton = el('button', { type: 'button', 'data-comment-save': '', class: 'small-button' }, 'Save');
  const cancelButton = el(
    'button',
    { type: 'button', 'data-comment-cancel': '', class: 'small-button is-quiet' },
    'Cancel',
  );
  saveButton.addEventListener('click', () => save(area.value));
  cancelButton.addEventListener('click', cancel);
  return el('div', { class: 'popup popup-comment', 'data-popup': 'comment' }, area, saveButton, cancelButton);
};
