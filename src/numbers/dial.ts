import type { DiallingPlan } from '../protocol/frame.ts';

/** What the PBX is asked to dial, or why nothing is dialled. */
export type Dialled =
  | { readonly ok: true; readonly number: string }
  | { readonly ok: false; readonly reason: 'forbidden' | 'empty' };

/** Up to this many digits a number that no prefix marks is a service's short code, such as 116117. */
const SHORT_CODE = 6;
/** From this many digits on, a number that begins with the own country code is that country's, its + left out. */
const WHOLE_NUMBER = 11;

/**
 * A number as people and web pages write it, down to `+`, digits, `*` and `#`. What follows an extension mark (RFC 3966
 * `;ext=`, "ext.", "x") is left out, as is the `(0)` of "+49 (0)30".
 *
 * @example stripped('tel:+49 (0)30/123-45 ext. 6') // '+493012345'
 */
export function stripped(number: string): string {
  const kept = number
    .normalize('NFKC')
    .replace(/^\s*tel:/i, '')
    .replace(/[;,].*$|\s*(?:ext|x)\.?\s*\d+\s*$/i, '')
    .replace(/^(\s*\+[\d\s-]*)\(0\)/, '$1')
    .replace(/[^\d+*#]/g, '');
  return kept.slice(0, 1) + kept.slice(1).replaceAll('+', '');
}

/** Whether a number fits one of the patterns; `*` stands for any digits. */
const fits = (number: string, patterns: readonly string[]): boolean =>
  patterns.some((pattern) => {
    const [head = '', ...rest] = pattern.split('*');
    let at = head.length;
    if (!number.startsWith(head)) return false;
    if (rest.length === 0) return number === head;
    const tail = rest.pop() ?? '';
    for (const part of rest) {
      const found = number.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return number.length - tail.length >= at && number.endsWith(tail);
  });

/**
 * `+`, country code and national number (E.164), or null where the number does not say: a local one, a short code, a code
 * of the PBX.
 */
export function international(number: string, plan: DiallingPlan): string | null {
  const { countryCode, nationalPrefix, internationalPrefix } = plan;
  if (!/^\+?\d+$/.test(number) || number === internationalPrefix) return null;
  if (number.startsWith('+')) return number;
  if (internationalPrefix && number.startsWith(internationalPrefix))
    return `+${number.slice(internationalPrefix.length)}`;
  if (!countryCode || number.length <= SHORT_CODE) return null;
  if (nationalPrefix && number.startsWith(nationalPrefix))
    return `+${countryCode}${number.slice(nationalPrefix.length)}`;
  if (number.startsWith(countryCode) && number.length >= WHOLE_NUMBER) return `+${number}`;
  // North America dials a whole national number with or without its 1; elsewhere a number without prefix is the town's.
  const whole = nationalPrefix === '' || (nationalPrefix === countryCode && number.length === 10);
  return whole ? `+${countryCode}${number}` : null;
}

function national(e164: string, { countryCode, nationalPrefix, internationalPrefix }: DiallingPlan): string {
  const digits = e164.slice(1);
  if (countryCode && digits.startsWith(countryCode)) return nationalPrefix + digits.slice(countryCode.length);
  return internationalPrefix + digits;
}

/**
 * What the PBX is asked to dial for a number. Emergency numbers go out as they are written whatever else is set; a
 * forbidden number is recognised in each of its forms, so `0900*` also holds for `+49900...`. Extensions and the PBX's own
 * codes (`*97`) are left alone; a name (`anna`) is no number. Ships to the browser: no library here.
 *
 * @returns the user part of a SIP address; a `#` in it still needs its `%23` (RFC 3261 section 25.1)
 * @example dialled('030 12345', germany) // { ok: true, number: '+493012345' } with dialAs 'e164'
 */
export function dialled(number: string, plan: DiallingPlan): Dialled {
  const written = stripped(number);
  if (!/[\d*#]/.test(written)) return { ok: false, reason: 'empty' };
  if (fits(written, plan.emergency)) return { ok: true, number: written };
  const e164 = international(written, plan);
  const forms = e164 === null ? [written] : [written, e164, national(e164, plan)];
  if (forms.some((form) => fits(form, plan.forbidden))) return { ok: false, reason: 'forbidden' };
  if (/^[*#]/.test(written) || (/^\d+$/.test(written) && written.length <= plan.extensionDigits))
    return { ok: true, number: written };
  if (e164 === null || plan.dialAs === 'as_written') return { ok: true, number: plan.prefix + written };
  return { ok: true, number: plan.prefix + (plan.dialAs === 'e164' ? e164 : national(e164, plan)) };
}
