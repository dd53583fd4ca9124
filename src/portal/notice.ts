import type { NotReady } from '../protocol/frame.ts';
import type { Unreached } from './presence.ts';

/** A person is told at most this often that their phone does not ring (ms): once a day (docs/rules.md, rule 8). */
export const NOTICE_EVERY_MS = 24 * 60 * 60_000;
/** A fault may mend itself; only one that lasts is told (ms). */
export const NOTICE_AFTER_MS = 60_000;

/** What a person reads in their Bitrix24 notifications: what happened, and what to do. null = it is no lasting fault. */
const TEXTS: Readonly<Record<NotReady, string | null>> = {
  starting: null,
  microphone_denied:
    'Your phone cannot ring: the browser has blocked the microphone. Click the icon left of the address of this page, allow the microphone and reload the page.',
  wrong_password:
    'Your phone cannot ring: the PBX does not accept your SIP account. Ask your administrator to check it on the app\u2019s page.',
  not_registered:
    'Your phone cannot ring: the PBX does not register it. Ask your administrator to check your SIP account on the app\u2019s page.',
  pbx_unreachable:
    'Your phone cannot ring: the PBX cannot be reached from your browser. It tries again by itself; if this lasts, tell your administrator.',
};

/** The sentence for a phone that is not ready, or null where there is nothing to say. */
export const noticeFor = (reason: NotReady): string | null => TEXTS[reason];

/**
 * Whether a person is to be told now.
 *
 * @param lastAt Unix ms of the last notice of this kind; null = never
 * @param every ms
 */
export const mayNotify = (lastAt: number | null, now: number, every = NOTICE_EVERY_MS): boolean =>
  lastAt === null || now - lastAt >= every;

/** A person who clicks and clicks is told at most this often that nobody dials (ms). */
export const CLICK_NOTICE_EVERY_MS = 60_000;

/** Why nobody dialled a call that Bitrix24 had started. `not_taken`: a phone was there, or coming, and did not take it. */
export type NotDialled = Unreached | 'not_taken';

/** For the call's record in the CRM, and for whoever clicked. */
const NOT_DIALLED: Readonly<Record<NotDialled, { readonly record: string; readonly person: string }>> = {
  no_phone: { record: 'No phone of the employee was open', person: 'no phone of yours is open' },
  silent: {
    record: 'The page with the employee\u2019s phone was asleep or without a connection',
    person: 'the page with your phone is asleep or without a connection',
  },
  not_taken: {
    record: 'The phone of the employee was not open or not ready',
    person: 'your phone was not open or not ready',
  },
};

/** What the CRM's record says of a call that nobody dialled. */
export const recordOf = (why: NotDialled): string => NOT_DIALLED[why].record;

/**
 * What a person reads about a call that no phone of theirs was there to make.
 *
 * @param callback the customer has asked to be called back; else the person has clicked
 * @example notMade('+4930123', 'no_phone', false)
 * // 'Your call to +4930123 was not made, because no phone of yours is open: open a page ... and click the number again.'
 */
export const notMade = (number: string, why: NotDialled, callback: boolean): string =>
  callback
    ? `${number} has asked to be called back, but ${NOT_DIALLED[why].person}: open a page of Bitrix24 in your browser and call them.`
    : `Your call to ${number} was not made, because ${NOT_DIALLED[why].person}: open a page of Bitrix24 in your browser and click the number again.`;

/** Name of the due job that tells somebody of such a call. */
export const callNotice = (why: NotDialled, callKey: string): string => `call|${why}|${callKey}`;

/** Reads callNotice; null = the job is about a person's phone. */
export function readCallNotice(name: string): { why: NotDialled; callKey: string } | null {
  const [mark, why = '', ...key] = name.split('|');
  if (mark !== 'call') return null;
  return { why: why in NOT_DIALLED ? (why as NotDialled) : 'not_taken', callKey: key.join('|') };
}
