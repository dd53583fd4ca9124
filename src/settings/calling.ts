import { prefixesOf } from '../numbers/country.ts';
import type { CallingRules } from '../protocol/frame.ts';
import type { CallSettings } from '../protocol/settings.ts';

/**
 * What one agent's browser needs of the portal's settings on calls.
 *
 * @param sipUser the agent's; stands for `{user}` in the address of the conference bridge
 */
export function callingOf(calls: CallSettings, sipUser: string): CallingRules {
  const { transfer, dtmf, conference, recording, extensionDigits, dialAs, dialPrefix, forbidden, emergency } = calls;
  return {
    transfer,
    dtmf,
    conference: conference ? conference.replaceAll('{user}', sipUser) : null,
    recording,
    dialling: { ...prefixesOf(calls.country), extensionDigits, dialAs, prefix: dialPrefix, forbidden, emergency },
  };
}
