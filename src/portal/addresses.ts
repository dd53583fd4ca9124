import { type SignKeys, sign } from '../crypto/sign.ts';

/** The addresses that a portal is told to call us at. */
export interface PortalAddresses {
  readonly handler: string;
  /** Signed; opens nothing but a check. */
  readonly errorHandlerUrl: string;
  /** Signed; events also need the application_token. */
  readonly events: string;
}

/**
 * Addresses of one portal under the origin it was installed under. The signatures keep everybody else from waking
 * objects by guessing member_ids.
 *
 * @example (await addressesOf(keys, 'https://phone.example.com', memberId)).errorHandlerUrl
 */
export async function addressesOf(keys: SignKeys, origin: string, memberId: string): Promise<PortalAddresses> {
  const query = async (purpose: 'placement-error' | 'events') =>
    new URLSearchParams({ portal: memberId, key: await sign(keys, purpose, memberId) }).toString();
  return {
    handler: `${origin}/placement`,
    errorHandlerUrl: `${origin}/placement/error?${await query('placement-error')}`,
    events: `${origin}/events?${await query('events')}`,
  };
}
