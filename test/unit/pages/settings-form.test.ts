import { describe, expect, it } from 'vitest';
import { legible, missingSecrets, pbxUrlProblem } from '../../../src/settings/cross.ts';
import { EMPTY_SETTINGS, viewOf } from '../../../src/settings/document.ts';
import { checkForm, MAX_AGENTS, MAX_LINES } from '../../../src/settings/form.ts';

const rules = { allowLocal: false, mintsTurn: false };
const agent = (over: Record<string, unknown> = {}) => ({
  userId: 17,
  name: 'Ann',
  sipUser: '1001',
  authorizationUser: '',
  password: 'p',
  ...over,
});
const form = (over: Record<string, unknown> = {}) => ({
  pbxUrl: 'wss://pbx.example.com:8089/ws',
  sipDomain: 'pbx.example.com',
  callHeader: '',
  lines: [],
  iceServers: [],
  agents: [agent()],
  ...over,
});

/** The paths of everything that did not fit. */
function problems(over: Record<string, unknown>, more: Partial<typeof rules> = {}): string[] {
  const checked = checkForm(form(over), { ...rules, ...more });
  return checked.ok ? [] : checked.error.map(({ path }) => path);
}

describe('the PBX address', () => {
  it.each(['', 'wss://pbx.example.com', 'wss://pbx.example.com:8089/ws?x=1', 'wss://[2001:db8::1]/ws'])(
    'takes %j',
    (url) => expect(pbxUrlProblem(url, false)).toBeNull(),
  );

  it.each([
    'pbx.example.com',
    'https://pbx.example.com',
    'ws://pbx.example.com',
    'ws://localhost:8088',
    'wss://user:pass@pbx.example.com',
    'wss://pbx.example.com/#x',
    'javascript:alert(1)',
  ])('refuses %j', (url) => expect(pbxUrlProblem(url, false)).not.toBeNull());

  it('takes ws:// in development, and on loopback only', () => {
    for (const url of ['ws://localhost:8088/ws', 'ws://127.0.0.1:8088', 'ws://[::1]:8088', 'ws://pbx.localhost:1'])
      expect(pbxUrlProblem(url, true)).toBeNull();
    for (const url of ['ws://pbx.example.com', 'ws://localhost.example.com', 'ws://127.0.0.1.example.com'])
      expect(pbxUrlProblem(url, true)).not.toBeNull();
  });

  it('needs a SIP domain beside it, and none without it', () => {
    expect(problems({ sipDomain: '' })).toEqual(['sipDomain']);
    expect(problems({ sipDomain: '', pbxUrl: '' })).toEqual([]);
  });
});

describe('the fields', () => {
  it.each([
    ['a domain with a scheme', { sipDomain: 'sip:pbx.example.com' }, 'sipDomain'],
    ['a domain with a user', { sipDomain: 'a@pbx.example.com' }, 'sipDomain'],
    ['a header with a space', { callHeader: 'X Call' }, 'callHeader'],
    ['a header with a colon', { callHeader: 'X-Call:' }, 'callHeader'],
    ['a line that is no number', { lines: [{ number: 'sales', name: '' }] }, 'lines.0.number'],
    ['a line twice', { lines: [{ number: '+49 30 1' }, { number: '+49301' }] }, 'lines.1.number'],
    ['an employee twice', { agents: [agent(), agent({ sipUser: '1002' })] }, 'agents.1.userId'],
    ['an employee without a number', { agents: [agent({ userId: null })] }, 'agents.0.userId'],
    ['employee 0', { agents: [agent({ userId: 0 })] }, 'agents.0.userId'],
    ['half an employee', { agents: [agent({ userId: 1.5 })] }, 'agents.0.userId'],
    ['a SIP user with a domain', { agents: [agent({ sipUser: '1001@pbx' })] }, 'agents.0.sipUser'],
    ['a SIP user with a header in it', { agents: [agent({ sipUser: '1>\r\nX: y' })] }, 'agents.0.sipUser'],
    ['no SIP user', { agents: [agent({ sipUser: ' ' })] }, 'agents.0.sipUser'],
    ['a login with a quote', { agents: [agent({ authorizationUser: 'a"b' })] }, 'agents.0.authorizationUser'],
    ['a password with a line break', { agents: [agent({ password: 'a\nb' })] }, 'agents.0.password'],
    ['an ICE server by https', { iceServers: [{ urls: 'https://x' }] }, 'iceServers.0.urls'],
    ['an ICE server without an address', { iceServers: [{ urls: [] }] }, 'iceServers.0.urls'],
    ['a TURN server without a user', { iceServers: [{ urls: 'turn:t.example.com' }] }, 'iceServers.0.username'],
    ['no list of agents', { agents: 'all' }, 'agents'],
    [
      'too many agents',
      { agents: Array.from({ length: MAX_AGENTS + 1 }, (_, i) => agent({ userId: i + 1 })) },
      'agents',
    ],
    ['too many lines', { lines: Array.from({ length: MAX_LINES + 1 }, (_, i) => ({ number: `${i}` })) }, 'lines'],
  ])('refuses %s, at its field', (_, over, path) => expect(problems(over)).toEqual([path]));

  it('names every field that does not fit, not only the first', () => {
    expect(problems({ sipDomain: '?', callHeader: '?', agents: [agent({ sipUser: '' })] })).toEqual([
      'sipDomain',
      'callHeader',
      'agents.0.sipUser',
    ]);
  });

  it('takes numbers as people write them', () => {
    const checked = checkForm(form({ lines: [{ number: ' +49 (30) 123-456 ', name: ' Sales ' }] }), rules);
    expect(checked).toMatchObject({ ok: true, value: { lines: [{ number: '+4930123456', name: 'Sales' }] } });
  });

  it('leaves a password as it was typed', () => {
    const checked = checkForm(form({ agents: [agent({ password: ' p w ' })] }), rules);
    expect(checked).toMatchObject({ ok: true, value: { agents: [{ password: ' p w ' }] } });
  });

  it('takes a TURN server without a user where the service makes the credentials', () => {
    expect(problems({ iceServers: [{ urls: 'turn:t.example.com?transport=tcp' }] }, { mintsTurn: true })).toEqual([]);
  });

  it('drops what it does not know', () => {
    const checked = checkForm(form({ owner: 'me', agents: [agent({ hasPassword: true })] }), rules);
    expect(checked.ok && Object.keys(checked.value)).not.toContain('owner');
    expect(checked.ok && checked.value.agents[0]).not.toHaveProperty('hasPassword');
  });

  it.each([null, 'text', 7, []])('refuses %j, which is no form', (input) => {
    expect(checkForm(input, rules).ok).toBe(false);
  });
});

describe('every problem is named at the first try', () => {
  it('what one field knows, and what only two fields know together', () => {
    expect(
      problems({
        pbxUrl: 'http://pbx',
        callHeader: '?',
        lines: [{ number: '+49 30 1' }, { number: '+49301' }, { number: 'sales' }],
        agents: [agent(), agent({ sipUser: '10 02' }), agent({ userId: null })],
        calls: { recording: 'pbx', dialAs: 'e164' },
      }).toSorted(),
    ).toEqual([
      'agents.1.sipUser',
      'agents.1.userId',
      'agents.2.userId',
      'callHeader',
      'calls.country',
      'calls.recordingUrl',
      'lines.1.number',
      'lines.2.number',
      'pbxUrl',
    ]);
  });

  it('a field has one message, however many rules it breaks', () => {
    expect(problems({ agents: [agent({ userId: 0 }), agent({ userId: 0 })] })).toEqual([
      'agents.0.userId',
      'agents.1.userId',
    ]);
  });

  it('a password that is neither typed nor stored, beside the rest', () => {
    const stored = viewOf({
      ...EMPTY_SETTINGS,
      agents: [{ userId: 17, name: '', sipUser: '1', authorizationUser: '', password: 'sealed' }],
      iceServers: [{ urls: ['turn:a'], username: 'u', credential: 'sealed' }],
    });
    const sent = form({
      agents: [agent({ password: '' }), agent({ userId: 18, password: '' }), agent({ userId: null, password: '' })],
      iceServers: [
        { urls: 'turn:a', username: 'u' },
        { urls: 'turn:b', username: 'u' },
      ],
    });
    expect(missingSecrets(legible(sent), stored).map(({ path }) => path)).toEqual([
      'agents.1.password',
      'agents.2.password',
      'iceServers.1.credential',
    ]);
  });

  it.each([null, 7, 'x', [], { agents: [null, 3], lines: {}, calls: 'x', iceServers: [{ urls: [1, null] }] }])(
    'reads %j without failing',
    (input) => expect(() => legible(input)).not.toThrow(),
  );
});

describe('the settings of calls', () => {
  const calls = (over: Record<string, unknown>) => problems({ calls: over });

  it.each([
    ['the n-th pattern that is no number', { forbidden: ['+1900*', '0900', 'abc'] }, ['calls.forbidden.2']],
    ['an emergency number that is none', { emergency: ['112', ''] }, ['calls.emergency.1']],
    [
      'a record’s address without the call',
      { recording: 'pbx', recordingUrl: 'https://pbx/rec.wav' },
      ['calls.recordingUrl'],
    ],
    ['the PBX’s records without an address', { recording: 'pbx' }, ['calls.recordingUrl']],
    ['a country that there is not', { country: 'XX' }, ['calls.country']],
    ['a country’s name', { country: 'Germany' }, ['calls.country']],
    ['numbers in full without a country', { dialAs: 'national' }, ['calls.country']],
    ['nine digits', { extensionDigits: 9 }, ['calls.extensionDigits']],
    ['no digits', { extensionDigits: null }, ['calls.extensionDigits']],
    ['a bridge with a space', { conference: '8 000' }, ['calls.conference']],
    ['a prefix of letters', { dialPrefix: 'a' }, ['calls.dialPrefix']],
  ])('refuse %s, at its field', (_, over, paths) => expect(calls(over)).toEqual(paths));

  it('take a whole plan', () => {
    expect(
      calls({
        transfer: 'blind',
        dtmf: 'info',
        conference: '8{user}',
        recording: 'pbx',
        recordingUrl: 'https://pbx.example.com/rec/{call}.wav',
        country: 'de',
        extensionDigits: 4,
        dialAs: 'e164',
        dialPrefix: '9',
        forbidden: ['+1900*'],
        emergency: ['112'],
        leads: 'by_line',
      }),
    ).toEqual([]);
  });
});
