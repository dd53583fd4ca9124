import { countryOf } from '../numbers/country.ts';
import type { SettingsView } from '../protocol/settings.ts';
import { CREDENTIAL_MISSING, type FieldError, iceKey, isTurn, PASSWORD_MISSING } from './document.ts';

/** What the rules depend on besides the form. */
export interface FormRules {
  /** Development: `ws://` to a PBX on loopback is allowed. */
  readonly allowLocal: boolean;
  /** The Worker makes TURN credentials itself (TURN_SECRET), so a TURN server needs none of its own. */
  readonly mintsTurn: boolean;
}

/**
 * What can be read of a form, right or wrong: the checks that look at several fields run beside those that look at one, so
 * that a person sees every problem at the first try. What is not there is '' or null.
 */
export interface Legible {
  readonly pbxUrl: string;
  readonly sipDomain: string;
  readonly lines: readonly string[];
  readonly iceServers: readonly {
    readonly urls: readonly string[];
    readonly username: string;
    readonly credential: string;
  }[];
  readonly agents: readonly { readonly userId: number | null; readonly password: string }[];
  readonly calls: {
    readonly recording: string;
    readonly recordingUrl: string;
    readonly country: string;
    readonly dialAs: string;
  };
}

const LOOPBACK = /^(?:localhost|[a-z0-9-]+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/i;

/** A number as people write it, without what they write for the eye. */
export const plainNumber = (number: string): string => number.replace(/[\s()-]/g, '');

const text = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');
const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
const list = (value: unknown) => (Array.isArray(value) ? value.map(record) : []);

/** Reads whatever was sent; never throws. */
export function legible(input: unknown): Legible {
  const form = record(input);
  const calls = record(form.calls);
  return {
    pbxUrl: text(form.pbxUrl),
    sipDomain: text(form.sipDomain),
    lines: list(form.lines).map(({ number }) => plainNumber(text(number))),
    iceServers: list(form.iceServers).map(({ urls, username, credential }) => ({
      urls: [urls].flat().map(text).filter(Boolean),
      username: text(username),
      credential: typeof credential === 'string' ? credential : '',
    })),
    agents: list(form.agents).map(({ userId, password }) => ({
      userId: typeof userId === 'number' ? userId : null,
      password: typeof password === 'string' ? password : '',
    })),
    calls: {
      recording: text(calls.recording),
      recordingUrl: text(calls.recordingUrl),
      country: text(calls.country).toUpperCase(),
      dialAs: text(calls.dialAs),
    },
  };
}

/**
 * What is wrong with the PBX's WebSocket URL; null when nothing is. A page on https may only open `wss:`
 * (mixed content), so `ws:` is for a PBX on the developer's own machine.
 */
export function pbxUrlProblem(value: string, allowLocal: boolean): string | null {
  if (value === '') return null;
  const url = URL.parse(value);
  if (!url || (url.protocol !== 'wss:' && url.protocol !== 'ws:'))
    return 'Write the WebSocket address of the PBX, such as wss://pbx.example.com:8089/ws.';
  if (url.protocol === 'ws:' && !(allowLocal && LOOPBACK.test(url.hostname)))
    return 'Use wss://: browsers refuse an unencrypted connection from a portal page.';
  if (url.username || url.password) return 'Leave user and password out of this address: each agent has their own.';
  if (url.hash) return 'Leave the part after # out of this address.';
  return null;
}

/** Marks every value after its first occurrence; what is missing repeats nothing. */
function repeated<T>(values: readonly T[], path: (index: number) => string, message: string): FieldError[] {
  const seen = new Set<T>();
  const errors: FieldError[] = [];
  values.forEach((value, index) => {
    if (value === null || value === '') return;
    if (seen.has(value)) errors.push({ path: path(index), message });
    seen.add(value);
  });
  return errors;
}

const when = (wrong: boolean, path: string, message: string): FieldError[] => (wrong ? [{ path, message }] : []);

function pbxErrors({ pbxUrl, sipDomain }: Legible, { allowLocal }: FormRules): FieldError[] {
  const problem = pbxUrlProblem(pbxUrl, allowLocal);
  return [
    ...(problem ? [{ path: 'pbxUrl', message: problem }] : []),
    ...when(
      pbxUrl !== '' && sipDomain === '',
      'sipDomain',
      'Write the SIP domain of the PBX, such as pbx.example.com.',
    ),
  ];
}

function callErrors({ calls: { recording, recordingUrl, country, dialAs } }: Legible): FieldError[] {
  const unknown = /^[A-Z]{2}$/.test(country) && countryOf(country) === null;
  const rewritten = dialAs === 'e164' || dialAs === 'national';
  return [
    ...when(
      recording === 'pbx' && recordingUrl === '',
      'calls.recordingUrl',
      'Write where the PBX keeps its records, such as https://pbx.example.com/rec/{call}.wav.',
    ),
    ...when(unknown, 'calls.country', 'No country has these two letters.'),
    ...when(
      rewritten && country === '',
      'calls.country',
      'Write the country: without it, nobody knows how a number is written in full.',
    ),
  ];
}

/** What no single field can know: two fields that need each other, and what is there twice. */
export function crossErrors(form: Legible, rules: FormRules): FieldError[] {
  return [
    ...pbxErrors(form, rules),
    ...form.iceServers.flatMap((server, index) =>
      when(
        isTurn(server) && !server.username && !rules.mintsTurn,
        `iceServers.${index}.username`,
        'A TURN server needs a user name and a password.',
      ),
    ),
    ...repeated(form.lines, (index) => `lines.${index}.number`, 'This number is in the list already.'),
    ...repeated(
      form.agents.map(({ userId }) => userId),
      (index) => `agents.${index}.userId`,
      'This employee is in the table already.',
    ),
    ...callErrors(form),
  ];
}

/**
 * The passwords that are neither given nor stored, as far as the form can be read. The object itself decides when a right
 * form is saved; this says the same beside other problems.
 */
export function missingSecrets(form: Legible, stored: SettingsView): FieldError[] {
  const passwords = new Set(stored.agents.filter((agent) => agent.hasPassword).map(({ userId }) => userId));
  const credentials = new Set(
    stored.iceServers
      .filter((server) => server.hasCredential)
      .map(({ urls, username = '' }) => iceKey({ urls: [urls].flat(), username })),
  );
  return [
    ...form.agents.flatMap(({ userId, password }, index) =>
      when(
        password === '' && (userId === null || !passwords.has(userId)),
        `agents.${index}.password`,
        PASSWORD_MISSING,
      ),
    ),
    ...form.iceServers.flatMap((server, index) =>
      when(
        server.username !== '' && server.credential === '' && !credentials.has(iceKey(server)),
        `iceServers.${index}.credential`,
        CREDENTIAL_MISSING,
      ),
    ),
  ];
}

/** Problems of several checks, one a field: the first that was found is the plainest. */
export function firstAtEachField(...errors: readonly (readonly FieldError[])[]): FieldError[] {
  const seen = new Set<string>();
  return errors.flat().filter(({ path }) => !seen.has(path) && seen.add(path));
}
