import type { MicrophoneProblem } from '../call/types.ts';
import { MICROPHONE } from '../call/words.ts';
import { type Present, switchTo } from './follow.ts';

/** The microphone of this page: opened before a call needs it, closed when none does. */
export interface Microphone {
  /** null when it is open now; else why it is not. */
  open(): Promise<MicrophoneProblem | null>;
  /** The open microphone. Each peer connection needs a copy: SIP.js stops the tracks of a call that ends. */
  borrow(): MediaStream;
  close(): void;
  /** Whether asking makes sense: false when the answer is known to be no. */
  allowed(): Promise<boolean>;
  /** Another device has taken over while it is open: whoever borrowed has to go over to this track, or to a copy. */
  onTrack(listener: (track: MediaStreamTrack) => void): void;
  /** The person has chosen another device. */
  prefer(): void;
  /** Devices may have got names, and the chosen one may be among them. */
  look(): void;
}

/** The part of the browser that has the microphone. */
export interface MicrophoneDeps {
  getUserMedia(constraints: MediaStreamConstraints): Promise<MediaStream>;
  /** `document.permissionsPolicy` or its older name: an old portal's frame has no right to ask (fact 1.2). */
  frameMay(): boolean;
  /** `navigator.permissions.query({name: 'microphone'})`'s state; rejects where unknown. */
  permission(): Promise<string>;
  /** The microphones that are plugged in; rejects where the browser doesn't tell. */
  present(): Promise<readonly Present[]>;
  /** `devicechange`. */
  onPlugged(callback: () => void): void;
  /** Id of the device that the person chose, if it is there; '' = the browser's own choice. Asked after `present`. */
  preferred(): string;
  /** One sentence about a change of the microphone in a call. */
  say(sentence: string): void;
}

const AUDIO: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

// `exact`, because Chromium takes the default for an `ideal` one while that is open.
const constraints = (deviceId: string): MediaStreamConstraints => ({
  audio: deviceId === '' ? AUDIO : { ...AUDIO, deviceId: { exact: deviceId } },
  video: false,
});

/**
 * Why getUserMedia refused (W3C Media Capture and Streams 10.2).
 * @param name name of the DOMException
 */
export function microphoneProblem(name: string): MicrophoneProblem {
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'none';
  return 'busy';
}

/** A microphone that stays with the person: it follows their choice, and the devices that come and go in a call. */
export function createMicrophone(deps: MicrophoneDeps): Microphone {
  let stream: MediaStream | null = null;
  /** Where nothing is preferred: the device that was pulled out in this call. */
  let pulled = '';
  let inUse = false;
  let following: Promise<void> = Promise.resolve();
  const listeners: ((track: MediaStreamTrack) => void)[] = [];

  const track = () => stream?.getAudioTracks()[0];
  const using = (): Present | null => {
    const now = track();
    const { deviceId = '', groupId = '' } = now?.readyState === 'live' ? now.getSettings() : {};
    return now?.readyState === 'live' ? { deviceId, groupId } : null;
  };
  const stop = () => {
    for (const old of stream?.getTracks() ?? []) old.stop();
    stream = null;
  };

  const start = async (deviceId: string): Promise<MicrophoneProblem | null> => {
    if (!deps.frameMay()) return 'forbidden';
    try {
      const next = await deps.getUserMedia(constraints(deviceId));
      stop();
      stream = next;
      const id = using()?.deviceId ?? '';
      // Pulled out, or forbidden meanwhile. Not told when we stop it ourselves.
      track()?.addEventListener('ended', () => {
        if (stream !== next) return;
        pulled = id;
        follow(false);
      });
      return null;
    } catch (error) {
      const problem = microphoneProblem((error as Error).name);
      // A headset that stays at home must not make the phone mute.
      return problem === 'none' && deviceId !== '' ? start('') : problem;
    }
  };

  const change = async (chosen: boolean) => {
    if (!inUse) return;
    const present = await deps.present().catch(() => []);
    const before = using();
    const wanted = deps.preferred();
    const next = switchTo({ wanted: wanted || pulled, using: before, present }) ?? (chosen ? wanted : null);
    if (next === null || !inUse) return;
    const problem = await start(next);
    // Hung up while the device was starting.
    if (!inUse) return stop();
    const opened = track();
    if (problem === null && opened) for (const listener of listeners) listener(opened);
    if (problem === null) deps.say(`Microphone: ${opened?.label || 'another one'}`);
    else if (before === null) deps.say(MICROPHONE[problem]);
  };
  // One after the other: a headset that is plugged in says so several times.
  const follow = (chosen: boolean) => {
    following = following.then(() => change(chosen));
  };
  deps.onPlugged(() => follow(false));

  return {
    open: async () => {
      inUse = true;
      if (using()) return null;
      const problem = await start(deps.preferred());
      inUse = problem === null;
      return problem;
    },
    borrow: () => {
      if (!stream) throw new Error('the microphone is not open');
      return stream;
    },
    close: () => {
      inUse = false;
      pulled = '';
      stop();
    },
    allowed: async () => {
      if (!deps.frameMay()) return false;
      // A browser that can't tell will ask.
      return (await deps.permission().catch(() => 'prompt')) !== 'denied';
    },
    onTrack: (listener) => void listeners.push(listener),
    prefer: () => {
      pulled = '';
      follow(true);
    },
    look: () => follow(false),
  };
}
