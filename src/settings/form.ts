import * as v from 'valibot';
import { err, ok, type Result } from '../http/result.ts';
import type { CallSettings, SettingsForm } from '../protocol/settings.ts';
import { CallsForm } from './calls-form.ts';
import { type FieldError, isTurn } from './document.ts';

/** The form's body may be larger than other bodies, because it carries the whole table of agents (bytes). */
export const FORM_LIMIT = 256 * 1024;
export const MAX_AGENTS = 1000;
export const MAX_LINES = 200;
export const MAX_ICE_SERVERS = 8;

/** What the rules depend on besides the form. */
export interface FormRules {
  /** Development: `ws://` to a PBX on loopback is allowed. */
  readonly allowLocal: boolean;
  /** The Worker makes TURN credentials itself (TURN_SECRET), so a TURN server needs none of its own. */
  readonly mintsTurn: boolean;
}

/** A checked form: every text trimmed, every list of URLs a list. */
export type CheckedForm = Omit<SettingsForm, 'iceServers' | 'calls'> & {
  readonly calls: CallSettings | null;
  readonly iceServers: readonly {
    readonly urls: readonly string[];
    readonly username: string;
    readonly credential: string;
  }[];
};

const text = (max: number) =>
  v.pipe(v.string('Write text here.'), v.trim(), v.maxLength(max, `Use at most ${max} characters.`));
const optionalText = (max: number) => v.optional(text(max), '');

/** A hostname (RFC 1123), an IPv4 address or a bracketed IPv6 address, with a port where needed. */
const HOST =
  /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;
/** RFC 7064 and RFC 7065: stun and turn URIs. */
const ICE_URL = /^(?:stuns?:[^\s?/@]+|turns?:[^\s?/@]+(?:\?transport=(?:udp|tcp))?)$/i;
/** RFC 3261 section 25.1: token. */
const TOKEN = /^[A-Za-z0-9.!%*_+`'~-]{1,64}$/;
const SIP_USER = /^[A-Za-z0-9._~+*-]{1,64}$/;
const LOOPBACK = /^(?:localhost|[a-z0-9-]+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/i;
const hasControl = (value: string) => [...value].some((char) => char < ' ' || char === '\u007f');

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

const IceServer = v.object({
  urls: v.pipe(
    v.union([v.string(), v.array(v.string())], 'Write at least one address.'),
    v.transform((urls) => (typeof urls === 'string' ? [urls] : urls).map((url) => url.trim()).filter(Boolean)),
    v.minLength(1, 'Write at least one address.'),
    v.maxLength(8, 'Use at most 8 addresses a server.'),
    v.check(
      (urls) => urls.every((url) => url.length <= 300 && ICE_URL.test(url)),
      'Write stun:host:port, turn:host:port or turns:host:port.',
    ),
  ),
  username: optionalText(256),
  credential: v.optional(v.pipe(v.string(), v.maxLength(256, 'Use at most 256 characters.')), ''),
});

const Line = v.object({
  number: v.pipe(
    text(40),
    v.transform((number) => number.replace(/[\s()-]/g, '')),
    v.regex(/^\+?[0-9*#]{1,32}$/, 'Write the number with digits only, such as +4930123456.'),
  ),
  name: optionalText(100),
  leads: v.exactOptional(v.boolean('Say yes or no.')),
});

const Agent = v.object({
  userId: v.pipe(
    v.number('Write the number of the employee in Bitrix24.'),
    v.safeInteger('Write the number of the employee in Bitrix24.'),
    v.minValue(1, 'Write the number of the employee in Bitrix24.'),
  ),
  name: optionalText(100),
  sipUser: v.pipe(
    text(64),
    v.regex(SIP_USER, 'Write the user part of the SIP address, such as 1001: letters, digits and . _ ~ + * - only.'),
  ),
  authorizationUser: v.pipe(
    optionalText(128),
    v.check((user) => !/[\s"\\:]/.test(user) && !hasControl(user), 'Leave spaces, quotes and colons out.'),
  ),
  password: v.optional(
    v.pipe(
      v.string(),
      v.maxLength(128, 'Use at most 128 characters.'),
      v.check((password) => !hasControl(password), 'This password contains a character that no keyboard types.'),
    ),
    '',
  ),
});

const Form = v.object(
  {
    pbxUrl: text(300),
    sipDomain: v.pipe(
      text(253),
      v.check((domain) => domain === '' || HOST.test(domain), 'Write the domain only, such as pbx.example.com.'),
    ),
    callHeader: v.pipe(
      optionalText(64),
      v.check((name) => name === '' || TOKEN.test(name), 'Write the name of a SIP header, such as X-Call-Id.'),
    ),
    lines: v.pipe(v.array(Line, 'Send a list of lines.'), v.maxLength(MAX_LINES, `Use at most ${MAX_LINES} lines.`)),
    iceServers: v.pipe(
      v.array(IceServer, 'Send a list of servers.'),
      v.maxLength(MAX_ICE_SERVERS, `Use at most ${MAX_ICE_SERVERS} servers.`),
    ),
    agents: v.pipe(
      v.array(Agent, 'Send a list of agents.'),
      v.maxLength(MAX_AGENTS, `Use at most ${MAX_AGENTS} agents.`),
    ),
    calls: v.optional(v.nullable(CallsForm), null),
  },
  'Send the settings as one JSON object.',
);

/** Marks every value after its first occurrence. */
function repeated<T>(values: readonly T[], path: (index: number) => string, message: string): FieldError[] {
  const seen = new Set<T>();
  const errors: FieldError[] = [];
  values.forEach((value, index) => {
    if (seen.has(value)) errors.push({ path: path(index), message });
    seen.add(value);
  });
  return errors;
}

function turnErrors(form: CheckedForm, rules: FormRules): FieldError[] {
  return form.iceServers.flatMap((server, index) =>
    isTurn(server) && !server.username && !rules.mintsTurn
      ? [{ path: `iceServers.${index}.username`, message: 'A TURN server needs a user name and a password.' }]
      : [],
  );
}

function crossErrors(form: CheckedForm, rules: FormRules): FieldError[] {
  const errors: FieldError[] = [];
  const urlProblem = pbxUrlProblem(form.pbxUrl, rules.allowLocal);
  if (urlProblem) errors.push({ path: 'pbxUrl', message: urlProblem });
  if (form.pbxUrl && !form.sipDomain)
    errors.push({ path: 'sipDomain', message: 'Write the SIP domain of the PBX, such as pbx.example.com.' });
  return [
    ...errors,
    ...turnErrors(form, rules),
    ...repeated(
      form.lines.map((line) => line.number),
      (index) => `lines.${index}.number`,
      'This number is in the list already.',
    ),
    ...repeated(
      form.agents.map((agent) => agent.userId),
      (index) => `agents.${index}.userId`,
      'This employee is in the table already.',
    ),
  ];
}

/**
 * Checks what the app's page sent. Every problem is named at its field, so that a person sees all of them at once.
 *
 * @example
 * checkForm(body, { allowLocal: false, mintsTurn: false })
 * // err([{ path: 'pbxUrl', message: 'Use wss://: …' }])
 */
export function checkForm(input: unknown, rules: FormRules): Result<CheckedForm, FieldError[]> {
  const parsed = v.safeParse(Form, input);
  if (!parsed.success)
    return err(parsed.issues.map((issue) => ({ path: v.getDotPath(issue) ?? '', message: issue.message })));
  const errors = crossErrors(parsed.output, rules);
  return errors.length > 0 ? err(errors) : ok(parsed.output);
}
