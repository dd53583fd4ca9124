/** Where the far end's sound comes out. */
export interface Speaker {
  srcObject: unknown;
  play(): Promise<void>;
}

/**
 * Gives the far end's stream to an `<audio>` element. Not WebAudio: its context may stay suspended in a frame that nobody
 * can click, and an element is allowed by `allow="autoplay"`.
 * @param blocked told when the browser refuses to play
 */
export function remoteSound(speaker: Speaker, blocked: () => void): (stream: unknown) => void {
  return (stream) => {
    speaker.srcObject = stream;
    speaker.play().catch(blocked);
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
