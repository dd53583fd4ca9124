/** Milliseconds of a tone, and of the silence after it: what PBXs read reliably. */
const TONE_MS = 100;
const GAP_MS = 70;

export interface ToneOptions {
  readonly duration: number;
  readonly interToneGap: number;
}

/** The body of a DTMF key as INFO, for a PBX that takes no telephone-event. */
export function dtmfInfo(key: string) {
  return {
    contentDisposition: 'render',
    contentType: 'application/dtmf-relay',
    content: `Signal=${key}\r\nDuration=${TONE_MS}`,
  };
}

/**
 * Sends a key in the audio stream (RFC 4733), or by INFO where that isn't possible or not wanted.
 * @param waiting tones that the browser has not begun yet: a new tone takes the place of all of these (W3C WebRTC,
 *   insertDTMF), so whoever presses keys faster than they sound would lose some
 * @param inStream null: by INFO
 */
export function sendKey(
  key: string,
  waiting: string,
  inStream: ((keys: string, options: ToneOptions) => boolean) | null,
  byInfo: (body: ReturnType<typeof dtmfInfo>) => void,
): void {
  if (!inStream?.(waiting + key, { duration: TONE_MS, interToneGap: GAP_MS })) byInfo(dtmfInfo(key));
}
