/** Where a far end's sound comes out. */
export interface Speaker {
  srcObject: unknown;
  play(): Promise<void>;
  remove(): void;
}

/** The far ends' sound, one element a leg: two calls are heard as the PBX sends them, and neither silences the other. */
export interface RemoteSound {
  /** @param stream null when the leg is over */
  hear(leg: string, stream: unknown): void;
  /** Tries again where the browser refused: after a touch of the page, or when something else may have changed its mind. */
  retry(): void;
  /** Whether the browser refuses to play this leg's sound. */
  blocked(leg: string): boolean;
}

/**
 * Plays through `<audio>` elements. Not WebAudio: its context may stay suspended in a frame that nobody can click, and an
 * element is allowed by `allow="autoplay"`.
 * @param open makes an element in the document
 */
export function remoteSound(open: (leg: string) => Speaker): RemoteSound {
  const speakers = new Map<string, Speaker>();
  const refused = new Set<string>();
  const play = (leg: string, speaker: Speaker) =>
    speaker.play().then(
      () => refused.delete(leg),
      () => speakers.get(leg) === speaker && refused.add(leg),
    );
  return {
    hear: (leg, stream) => {
      const speaker = speakers.get(leg) ?? (stream === null ? undefined : open(leg));
      if (!speaker) return;
      speaker.srcObject = stream;
      if (stream !== null) {
        speakers.set(leg, speaker);
        return void play(leg, speaker);
      }
      speaker.remove();
      speakers.delete(leg);
      refused.delete(leg);
    },
    retry: () => {
      for (const leg of refused) {
        const speaker = speakers.get(leg);
        if (speaker) void play(leg, speaker);
      }
    },
    blocked: (leg) => refused.has(leg),
  };
}

/** An audio element that lives in the frame's document. */
export function audioElement(id: string): HTMLAudioElement {
  const audio = document.createElement('audio');
  audio.id = id;
  audio.autoplay = true;
  audio.setAttribute('playsinline', '');
  document.body.append(audio);
  return audio;
}
