import type { FrameMessage } from '../protocol/frame.ts';
import { talkedFor } from './ledger.ts';

/**
 * A browser's times on our clock. A browser's clock may be hours late, and may be set right in the middle of a call:
 * `sent` says what it showed when the message left, so that its other times can be read as "so long ago". Nothing has
 * happened in the future, whatever a browser says.
 *
 * @param now ours, Unix ms
 */
export function onOurClock<T extends FrameMessage>(message: T, now: number): T {
  const late = 'sent' in message && message.sent !== undefined ? now - message.sent : 0;
  const ours = (at: number): number => Math.max(0, Math.min(now, at + late));
  if ('startedAt' in message) return { ...message, startedAt: ours(message.startedAt) };
  if ('at' in message) return { ...message, at: ours(message.at) };
  return message;
}

/** How far the two measures of a talk may be apart before the browser's clock is taken to have been set meanwhile (ms). */
const CLOCK_SET_MS = 10_000;

/**
 * Talk time of a leg in whole seconds. The browser's own count is exact; ours carries what its messages took on their way.
 * Ours counts where the two disagree by more than that: the browser's clock was set between the answer and the end.
 *
 * @param ended as {@link onOurClock} gives it
 * @param answeredAt when we say that the leg was answered, Unix ms; null = it was not
 * @example talkedSeconds({ at: 65_400, seconds: 62, sent: 1 }, 0) // 62
 */
export function talkedSeconds(
  ended: { readonly at: number; readonly seconds: number; readonly sent?: number },
  answeredAt: number | null,
): number {
  if (ended.sent === undefined || answeredAt === null) return ended.seconds;
  const apart = Math.max(0, ended.at - answeredAt) - ended.seconds * 1000;
  return Math.abs(apart) <= CLOCK_SET_MS ? ended.seconds : talkedFor(answeredAt, ended.at);
}
