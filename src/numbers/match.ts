import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { CallSettings } from '../protocol/settings.ts';
import { countryOf } from './country.ts';
import { stripped } from './dial.ts';

/** What decides which numbers are the same. */
export type MatchRules = Pick<CallSettings, 'country' | 'extensionDigits'>;

/** Shorter numbers are services' and PBXs' codes: no country knows a subscriber by them. */
const SUBSCRIBER = 7;

/** Whether a number is a colleague's telephone at the PBX. */
export const isExtension = (number: string, rules: MatchRules): boolean =>
  /^\d+$/.test(number) && number.length <= rules.extensionDigits;

/**
 * One form of a number, however a trunk, a person or a CRM wrote it: E.164 where it is a number of the world. Extensions,
 * short codes, names and callers who hide themselves stay as they are.
 *
 * @example matchable('030 123456', { country: 'DE', extensionDigits: 3 }) // '+4930123456'
 */
export function matchable(number: string, rules: MatchRules): string {
  const trimmed = number.trim();
  const plain = stripped(trimmed);
  if (plain === '' || /^[*#]/.test(plain) || /\p{L}{2}/u.test(trimmed.replace(/^tel:|ext/gi, ''))) return trimmed;
  if (isExtension(plain, rules) || plain.replace('+', '').length < SUBSCRIBER) return plain;
  const parsed = parsePhoneNumberFromString(plain, countryOf(rules.country) ?? undefined);
  return parsed?.isValid() ? parsed.number : plain;
}
