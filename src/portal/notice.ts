import type { NotReady } from '../protocol/frame.ts';

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
 * @param lastAt Unix ms of the last notice; null = never
 */
export const mayNotify = (lastAt: number | null, now: number): boolean =>
  lastAt === null || now - lastAt >= NOTICE_EVERY_MS;

/** What a person reads about a call that no phone of theirs was there to make. */
export const notMade = (number: string, callback: boolean): string =>
  callback
    ? `${number} has asked to be called back, but your phone was not open or not ready. Open a page of Bitrix24 in your browser and call them.`
    : `Your call to ${number} was not made: your phone was not open or not ready. Open a page of Bitrix24 in your browser and click the number again.`;
