/** Milliseconds of a tone, and of the silence after it: what PBXs read reliably. */
const TONE_MS = 100;
const GAP_MS = 70;

export interface ToneOptions {
  readonly duration: number;
  readonly interToneGap: number;
}

/** The body of a DTMF key as INFO, for a PBX that negotiated no telephone-event. */
export function dtmfInfo(key: string) {
  return {
    contentDisposition: 'render',
    contentType: 'application/dtmf-relay',
    content: `Signal=${key}\r\nDuration=${TONE_MS}`,
  };
}

/** Sends a key in the audio stream (RFC 4733), or by INFO where that isn't possible. */
export function sendKey(
  key: string,
  inStream: ((key: string, options: ToneOptions) => boolean) | null,
  byInfo: (body: ReturnType<typeof dtmfInfo>) => void,
): void {
  if (!inStream?.(key, { duration: TONE_MS, interToneGap: GAP_MS })) byInfo(dtmfInfo(key));
}
