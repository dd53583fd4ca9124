import type { FrameMessage } from '../protocol/frame.ts';

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
