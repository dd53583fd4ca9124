import * as v from 'valibot';
import type { CallSettings } from '../protocol/settings.ts';

/** What holds until an admin has said something else. */
export const DEFAULT_CALLS: CallSettings = {
  transfer: 'attended',
  dtmf: 'stream',
  conference: '',
  recording: 'off',
  recordingUrl: '',
  country: '',
  extensionDigits: 0,
  dialAs: 'as_written',
  dialPrefix: '',
  forbidden: [],
  emergency: [],
  leads: 'unknown',
};

const MAX_PATTERNS = 100;

const trimmed = (max: number) =>
  v.pipe(v.string('Write text here.'), v.trim(), v.maxLength(max, `Use at most ${max} characters.`));

const patterns = v.pipe(
  v.array(
    v.pipe(trimmed(40), v.regex(/^\+?[0-9#*]{1,39}$/, 'Write a number; * stands for any digits, such as +1900*.')),
    'Send a list of patterns.',
  ),
  v.maxLength(MAX_PATTERNS, `Use at most ${MAX_PATTERNS} patterns.`),
);

const recordingAddress = (url: string) => {
  if (url === '') return true;
  const parsed = URL.parse(url.replaceAll('{call}', '1').replaceAll('{leg}', '1'));
  return parsed?.protocol === 'https:' && !parsed.username && !parsed.password && /\{(?:call|leg)\}/.test(url);
};

/** The form's part about calls. What an older page leaves out keeps its default. */
export const CallsForm = v.object({
  transfer: v.optional(v.picklist(['attended', 'blind'], 'Choose how to transfer.'), DEFAULT_CALLS.transfer),
  dtmf: v.optional(v.picklist(['stream', 'info'], 'Choose how keys are sent.'), DEFAULT_CALLS.dtmf),
  conference: v.optional(
    v.pipe(trimmed(64), v.regex(/^(?:[A-Za-z0-9._*#+-]|\{user\})*$/, 'Write an extension, such as 8000 or 8{user}.')),
    DEFAULT_CALLS.conference,
  ),
  recording: v.optional(v.picklist(['off', 'browser', 'pbx'], 'Choose who records.'), DEFAULT_CALLS.recording),
  recordingUrl: v.optional(
    v.pipe(
      trimmed(500),
      v.check(recordingAddress, 'Write an https address that contains {call} or {leg}, without user and password.'),
    ),
    DEFAULT_CALLS.recordingUrl,
  ),
  country: v.optional(
    v.pipe(trimmed(2), v.toUpperCase(), v.regex(/^(?:[A-Z]{2})?$/, 'Write two letters, such as DE.')),
    DEFAULT_CALLS.country,
  ),
  extensionDigits: v.optional(
    v.pipe(
      v.number('Write a number from 0 to 8.'),
      v.integer('Write a number from 0 to 8.'),
      v.minValue(0, 'Write a number from 0 to 8.'),
      v.maxValue(8, 'Write a number from 0 to 8.'),
    ),
    DEFAULT_CALLS.extensionDigits,
  ),
  dialAs: v.optional(
    v.picklist(['e164', 'national', 'as_written'], 'Choose how numbers are dialled.'),
    DEFAULT_CALLS.dialAs,
  ),
  dialPrefix: v.optional(
    v.pipe(trimmed(8), v.regex(/^[0-9*#]*$/, 'Use digits, * and # only.')),
    DEFAULT_CALLS.dialPrefix,
  ),
  forbidden: v.optional(patterns, DEFAULT_CALLS.forbidden as string[]),
  emergency: v.optional(patterns, DEFAULT_CALLS.emergency as string[]),
  leads: v.optional(
    v.picklist(['never', 'unknown', 'by_line'], 'Choose for whom leads are made.'),
    DEFAULT_CALLS.leads,
  ),
});
