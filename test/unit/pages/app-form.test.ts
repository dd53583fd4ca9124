// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { settingsForm, toBody } from '../../../client/app/form.ts';
import { need } from '../../../client/pages/dom.ts';
import { appPage } from '../../../src/app/page.ts';
import type { CallSettings, SettingsView } from '../../../src/protocol/settings.ts';
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
    now: '2026-11-22T10:00:00.000Z',
    data: {
      room: null,
      records: false,
      colleagues: { ticket: 't', userId: 1 },
      admin: { ticket: 't', memberId: 'm', settings: view, mintsTurn: false },
    },
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
  calls: DEFAULT_CALLS,
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

  it('shows each problem at its field, counted without the blank rows, and goes to the topmost', () => {
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
    expect(document.activeElement?.id).toBe('pbxUrl');
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

describe('the settings of calls', () => {
  const calls: CallSettings = {
    transfer: 'blind',
    dtmf: 'info',
    conference: '8{user}',
    recording: 'pbx',
    recordingUrl: 'https://pbx.example.com/{call}.wav',
    country: 'DE',
    extensionDigits: 4,
    dialAs: 'e164',
    dialPrefix: '9',
    forbidden: ['+1900*', '0900*'],
    emergency: ['112'],
    leads: 'by_line',
  };
  const control = (name: string) => {
    const found = document.querySelector<HTMLInputElement | HTMLTextAreaElement>(`[name="calls.${name}"]`);
    return found ?? expect.fail(`no ${name}`);
  };
  const type = (name: string, text: string) => {
    control(name).value = text;
    control(name).dispatchEvent(new Event('input', { bubbles: true }));
  };
  let form: ReturnType<typeof settingsForm>;

  beforeEach(() => {
    form = settingsForm(openPage(), () => {});
    form.fill({
      ...view,
      lines: [
        { number: '1', name: 'a', leads: true },
        { number: '2', name: 'b' },
      ],
      calls,
    });
  });

  it('come back as they went in, every one of them', () => {
    expect(form.read()).toMatchObject({
      calls,
      lines: [
        { number: '1', name: 'a', leads: true },
        { number: '2', name: 'b' },
      ],
    });
    expect(Object.keys(calls).toSorted()).toEqual(Object.keys(DEFAULT_CALLS).toSorted());
  });

  it('take lists a line each, without the blank ones', () => {
    type('forbidden', ' +1900* \n\n  \n0900*\n');
    expect(form.read().calls).toMatchObject({ forbidden: ['+1900*', '0900*'] });
  });

  it('name the line that a person sees, for each pattern that does not fit', () => {
    type('forbidden', '+1900*\n\nabc\nx y');
    form.read();
    form.showErrors([
      { path: 'calls.forbidden.1', message: 'Write a number.' },
      { path: 'calls.forbidden.2', message: 'Write a number.' },
      { path: 'calls.country', message: 'No country.' },
    ]);
    expect(document.querySelector('#calls-forbidden-error')?.textContent).toBe(
      'Line 3 (abc): Write a number. Line 4 (x y): Write a number.',
    );
    expect(document.querySelector('#calls-country-error')?.textContent).toBe('No country.');
    expect(document.activeElement).toBe(control('country'));
  });

  it('leave a number of digits that is none to the API', () => {
    for (const [typed, sent] of [
      ['4', 4],
      [' 0 ', 0],
      ['', 0],
      ['four', null],
      ['-1', null],
    ] as const) {
      type('extensionDigits', typed);
      expect(form.read().calls).toMatchObject({ extensionDigits: sent });
    }
  });

  it('show the records’ address only where the PBX records, and with an error in any case', () => {
    const hidden = () => control('recordingUrl').closest<HTMLElement>('.field')?.hidden;
    expect(hidden()).toBe(false);
    type('recording', 'off');
    expect(hidden()).toBe(true);
    form.showErrors([{ path: 'calls.recordingUrl', message: 'Odd.' }]);
    expect(hidden()).toBe(false);
  });

  it('show a tick at each line only where leads depend on the line', () => {
    const ticks = () => document.querySelector('[data-list="lines"]')?.classList.contains('grid--leads');
    expect(ticks()).toBe(true);
    type('leads', 'never');
    expect(ticks()).toBe(false);
  });
});

it('an employee’s number that is none is left to the API, which says so at the field', () => {
  const numbers = ['17', ' 17 ', '', 'abc', '1.5', '-1'].map(
    (userId) => toBody({}, { lines: [], agents: [{ userId }], iceServers: [] }).agents[0]?.userId,
  );
  expect(numbers).toEqual([17, 17, null, null, null, null]);
});
