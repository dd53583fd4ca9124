// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { settingsForm, toBody } from '../../../client/app/form.ts';
import { need } from '../../../client/pages/dom.ts';
import { appPage } from '../../../src/app/page.ts';
import type { SettingsView } from '../../../src/protocol/settings.ts';
import { DEFAULT_CALLS } from '../../../src/settings/calls-form.ts';

const view: SettingsView = {
  pbxUrl: 'wss://pbx.example.com/ws',
  sipDomain: 'pbx.example.com',
  callHeader: 'X-Call-Id',
  lines: [{ number: '+4930123456', name: 'Sales' }],
  iceServers: [{ urls: ['turn:a', 'turn:b'], username: 'u', hasCredential: true }],
  agents: [
    { userId: 1, name: 'Ann', sipUser: '1001', authorizationUser: '', hasPassword: true },
    { userId: 17, name: 'Bob', sipUser: '1002', authorizationUser: 'bob', hasPassword: true },
  ],
  calls: DEFAULT_CALLS,
};

function openPage(): HTMLFormElement {
  const page = appPage({
    title: 'Webphone',
    styles: '/s.css',
    script: '/a.js',
    session: {
      ticket: 't',
      expiresIn: 900,
      user: { id: 1, admin: true, name: 'Ann' },
      sip: null,
      ice: [],
      lines: [],
      callHeader: null,
      room: 'r',
      strikeMs: 5000,
    },
    status: null,
    data: { room: null, records: false, admin: { ticket: 't', memberId: 'm', settings: view, mintsTurn: false } },
  }).toString();
  document.body.innerHTML = page.slice(page.indexOf('<main'), page.indexOf('</main>'));
  return need(document, '#settings', HTMLFormElement);
}

const inputs = (list: string, field: string) => [
  ...document.querySelectorAll<HTMLInputElement>(`[data-list="${list}"] tbody [data-field="${field}"]`),
];
const click = (selector: string) => need(document, selector, HTMLButtonElement).click();
const written = {
  pbxUrl: view.pbxUrl,
  sipDomain: view.sipDomain,
  callHeader: view.callHeader,
  lines: [{ number: '+4930123456', name: 'Sales' }],
  agents: [
    { userId: 1, name: 'Ann', sipUser: '1001', authorizationUser: '', password: '' },
    { userId: 17, name: 'Bob', sipUser: '1002', authorizationUser: 'bob', password: '' },
  ],
  iceServers: [{ urls: ['turn:a', 'turn:b'], username: 'u', credential: '' }],
};

describe('the settings form', () => {
  let element: HTMLFormElement;
  let form: ReturnType<typeof settingsForm>;
  const changed = vi.fn();

  beforeEach(() => {
    changed.mockReset();
    element = openPage();
    form = settingsForm(element, changed);
    form.fill(view);
  });

  it('sends back what it was given, passwords left out', () => {
    expect(form.read()).toEqual(written);
  });

  it('shows that a password is stored, and never one', () => {
    expect(inputs('agents', 'password').map((input) => [input.value, input.placeholder])).toEqual([
      ['', expect.stringContaining('kept')],
      ['', expect.stringContaining('kept')],
    ]);
  });

  it('drops a removed row and one that was left blank', () => {
    click('[data-list="agents"] tbody tr:first-child [data-remove]');
    click('[data-list="lines"] [data-add]');
    expect(form.read()).toEqual({ ...written, agents: [written.agents[1]] });
    expect(changed).toHaveBeenCalledTimes(2);
  });

  it('says so when a table is empty', () => {
    click('[data-list="lines"] [data-remove]');
    expect(need(document, '[data-list="lines"] [data-empty]', HTMLElement).hidden).toBe(false);
    click('[data-list="lines"] [data-add]');
    expect(need(document, '[data-list="lines"] [data-empty]', HTMLElement).hidden).toBe(true);
  });

  it('shows each problem at its field, counted without the blank rows, and goes to the first', () => {
    click('[data-list="agents"] tbody tr:first-child [data-remove]');
    click('[data-list="agents"] [data-add]');
    click('[data-list="agents"] [data-add]');
    const [, , third] = inputs('agents', 'sipUser');
    if (!third) throw new Error('three rows');
    third.value = '10 03';
    form.read();
    const homeless = form.showErrors([
      { path: 'agents.1.sipUser', message: 'No spaces.' },
      { path: 'pbxUrl', message: 'Use wss://.' },
      { path: 'lines', message: 'Too many.' },
    ]);
    expect(homeless).toEqual([]);
    expect(third.getAttribute('aria-invalid')).toBe('true');
    expect(third.closest('td')?.querySelector('.field__error')?.textContent).toBe('No spaces.');
    expect(document.querySelector('#pbxUrl-error')?.textContent).toBe('Use wss://.');
    expect(document.querySelector('[data-list="lines"] [data-list-error]')?.textContent).toBe('Too many.');
    expect(document.activeElement).toBe(third);
  });

  it('forgets old problems at the next try and keeps those without a place', () => {
    form.read();
    expect(form.showErrors([{ path: 'nowhere', message: 'Odd.' }])).toEqual(['Odd.']);
    form.showErrors([{ path: 'pbxUrl', message: 'Bad.' }]);
    form.read();
    expect(document.querySelectorAll('[aria-invalid]')).toHaveLength(0);
    expect(need(document, '#pbxUrl-error', HTMLElement).hidden).toBe(true);
  });

  it('tells each change by the person', () => {
    need(document, '[name="pbxUrl"]', HTMLInputElement).dispatchEvent(new Event('input', { bubbles: true }));
    expect(changed).toHaveBeenCalledOnce();
  });
});

it('an employee’s number that is none is left to the API, which says so at the field', () => {
  const numbers = ['17', ' 17 ', '', 'abc', '1.5', '-1'].map(
    (userId) => toBody({}, { lines: [], agents: [{ userId }], iceServers: [] }).agents[0]?.userId,
  );
  expect(numbers).toEqual([17, 17, null, null, null, null]);
});
