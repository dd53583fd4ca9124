import * as v from 'valibot';
import { err, ok, type Result } from '../http/result.ts';
import type { CallSettings, SettingsForm } from '../protocol/settings.ts';
import { CallsForm } from './calls-form.ts';
import { crossErrors, type FormRules, firstAtEachField, legible, plainNumber } from './cross.ts';
import type { FieldError } from './document.ts';

/** The form's body may be larger than other bodies, because it carries the whole table of agents (bytes). */
export const FORM_LIMIT = 256 * 1024;
export const MAX_AGENTS = 1000;
export const MAX_LINES = 200;
export const MAX_ICE_SERVERS = 8;

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
const hasControl = (value: string) => [...value].some((char) => char < ' ' || char === '\u007f');

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
    v.transform(plainNumber),
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

/**
 * Checks what the app's page sent. Every problem is named at its field, so that a person sees all of them at once.
 *
 * @example
 * checkForm(body, { allowLocal: false, mintsTurn: false })
 * // err([{ path: 'pbxUrl', message: 'Use wss://: …' }])
 */
export function checkForm(input: unknown, rules: FormRules): Result<CheckedForm, FieldError[]> {
  const parsed = v.safeParse(Form, input);
  const issues = (parsed.issues ?? []).map((issue) => ({ path: v.getDotPath(issue) ?? '', message: issue.message }));
  const errors = firstAtEachField(issues, crossErrors(legible(input), rules));
  return parsed.success && errors.length === 0 ? ok(parsed.output) : err(errors);
}
