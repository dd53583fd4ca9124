/**
 * Who answers which number at the demo PBX. A pure table; docs/pbx-guide.md shows the same for a real PBX.
 */
export type Route =
  /** Sends back what it hears. */
  | { readonly to: 'echo' }
  /** A steady 440 Hz tone. */
  | { readonly to: 'tone' }
  /** Answers, plays a tone and hangs up after `ms`. */
  | { readonly to: 'short'; readonly ms: number }
  /** A made-up customer: rings for `ringMs`, answers with a melody, then echoes. */
  | { readonly to: 'customer'; readonly ringMs: number }
  | { readonly to: 'agent'; readonly user: string }
  /** A final SIP answer without a call. */
  | { readonly to: 'refusal'; readonly status: 404 | 486 };

const SERVICES: Readonly<Record<string, Route>> = {
  '600': { to: 'echo' },
  '602': { to: 'tone' },
  '604': { to: 'refusal', status: 486 },
  '608': { to: 'short', ms: 2000 },
};

/** A number of the public network: `+` and 7 to 15 digits (E.164), or the same after one or two zeros. */
const PUBLIC = /^(?:\+|00?)[1-9]\d{6,14}$/;

/**
 * Where a dialled number leads.
 * @param dialled user part of the Request-URI, e.g. `600`, `1002`, `+49301234567`
 * @param accounts SIP users of this PBX
 * @example route('604', ['1001']) // { to: 'refusal', status: 486 }
 */
export function route(dialled: string, accounts: readonly string[]): Route {
  const number = dialled.replaceAll(/[\s().-]/g, '');
  if (accounts.includes(number)) return { to: 'agent', user: number };
  const service = SERVICES[number];
  if (service) return service;
  return PUBLIC.test(number) ? { to: 'customer', ringMs: 1500 } : { to: 'refusal', status: 404 };
}
