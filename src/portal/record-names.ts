import type { CallSettings } from '../protocol/settings.ts';
import { type CallRecord, sipCallId } from './ledger.ts';

/**
 * File name of a call's record: UTC time of the call and the number's digits. Bitrix24 takes only names that end in .mp3
 * or .wav (fact 4.1).
 *
 * @example recordName({ startedAt: 1795082400000, number: '+44 20' }, 'mp3') // '20261119-100000-4420.mp3'
 */
export function recordName(call: Pick<CallRecord, 'startedAt' | 'number'>, extension: 'mp3' | 'wav'): string {
  const time = new Date(call.startedAt).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  const digits = call.number.replaceAll(/\D/g, '').slice(0, 32);
  return `${time}${digits && `-${digits}`}.${extension}`;
}

/** The PBX's own name of a call, from its key; a name that was used before has its count behind a `#`. */
const groupOf = (key: string): string | null => (key.startsWith('g:') ? key.slice(2).replace(/#\d+$/, '') : null);

/**
 * Where the PBX has the record of a call. `{call}` is the PBX's name of the call; where it gave none (outgoing calls, as a
 * rule) the SIP Call-ID stands for both.
 *
 * @returns null where no record is to be expected: nobody answered, or the setting is empty
 */
export function recordAddress(
  settings: Pick<CallSettings, 'recording' | 'recordingUrl'>,
  call: Pick<CallRecord, 'key' | 'answeredLeg'>,
): string | null {
  if (settings.recording !== 'pbx' || settings.recordingUrl === '' || call.answeredLeg === null) return null;
  const leg = encodeURIComponent(sipCallId(call.answeredLeg));
  const group = groupOf(call.key);
  const name = group === null ? leg : encodeURIComponent(group);
  return settings.recordingUrl.replaceAll('{call}', name).replaceAll('{leg}', leg);
}

/** What the PBX's file is; Bitrix24 knows nothing else. */
export const extensionOf = (address: string): 'mp3' | 'wav' =>
  /\.wav$/i.test(URL.parse(address)?.pathname ?? '') ? 'wav' : 'mp3';
