import { type CountryCode, isSupportedCountry, Metadata } from 'libphonenumber-js/min';
import type { DiallingPlan } from '../protocol/frame.ts';

/** Where nobody has said where the portal is, or in no country that has a telephone network of its own. */
const UNKNOWN = { countryCode: '', nationalPrefix: '', internationalPrefix: '00' } as const;

/** A country that the library knows, or null. */
export const countryOf = (country: string): CountryCode | null => (isSupportedCountry(country) ? country : null);

/** The library tells of all plans, but its types do not name these two. */
interface NumberingPlanPrefixes {
  callingCode(): string;
  nationalPrefix(): string | null | undefined;
  IDDPrefix(): string | undefined;
  defaultIDDPrefix(): string | undefined;
}

/**
 * The codes and prefixes that a country dials with. Where the way out leads over a choice of carriers (Brazil), the one
 * that the ITU recommends stands for them: `00`.
 *
 * @param country ISO 3166-1 alpha-2
 * @example prefixesOf('DE') // { countryCode: '49', nationalPrefix: '0', internationalPrefix: '00' }
 */
export function prefixesOf(
  country: string,
): Pick<DiallingPlan, 'countryCode' | 'nationalPrefix' | 'internationalPrefix'> {
  const known = countryOf(country);
  if (known === null) return UNKNOWN;
  const metadata = new Metadata();
  metadata.selectNumberingPlan(known);
  const plan = metadata.numberingPlan as unknown as NumberingPlanPrefixes;
  const out = [plan.IDDPrefix(), plan.defaultIDDPrefix()].find((prefix) => /^\d+$/.test(prefix ?? ''));
  return {
    countryCode: plan.callingCode(),
    nationalPrefix: plan.nationalPrefix() ?? '',
    internationalPrefix: out ?? UNKNOWN.internationalPrefix,
  };
}
