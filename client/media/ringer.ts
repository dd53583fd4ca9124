import type { Preferences } from '../../src/protocol/frame.ts';
import type { Tone } from '../call/types.ts';
import { patternOf } from './ringtones.ts';
import { toneFile } from './tones.ts';

/** What plays: an `<audio>` element, in a test something that remembers. */
export interface Player {
  src: string;
  loop: boolean;
  /** 0-1. */
  volume: number;
  play(): Promise<void>;
  pause(): void;
}

export type RingPreferences = Pick<Preferences, 'ringtone' | 'ringVolume'>;

/** At most one tone at a time. */
export interface Ringer {
  play(tone: Tone): void;
  /** A ring that sounds now changes at once. */
  prefer(preferences: RingPreferences): void;
  /** One round, so that a person hears the choice; not while a call sounds. */
  tryRing(): void;
  /** Tries again where the browser refused to play. */
  retry(): void;
}

export interface RingerDeps {
  /** Where it rings, for the whole room. */
  readonly room: Player;
  /** Where the person talks: a second call, and the other side's ringing. */
  readonly ear: Player;
  /** An address for a file, e.g. URL.createObjectURL. */
  url(file: Uint8Array<ArrayBuffer>): string;
  readonly preferences: RingPreferences;
}

/** In the ear, next to a voice: softer than what has to be heard from another room. */
const EAR_VOLUME = 0.3;

/**
 * A rejected play() is normal: a click in the portal's page may be no user activation for this frame. The card shows the
 * call in any case.
 */
export function createRinger(deps: RingerDeps): Ringer {
  const urls = new Map<string, string>();
  let preferences = deps.preferences;
  let playing: Tone = 'none';
  let refused = false;

  const source = (tone: Exclude<Tone, 'none'>) => {
    const name = tone === 'ring' ? preferences.ringtone : tone;
    const src = urls.get(name) ?? deps.url(toneFile(patternOf(tone, preferences.ringtone)));
    urls.set(name, src);
    return src;
  };
  const silence = () => {
    deps.room.pause();
    deps.ear.pause();
  };
  const sound = (tone: Exclude<Tone, 'none'>, loop: boolean) => {
    const player = tone === 'ring' ? deps.room : deps.ear;
    player.src = source(tone);
    player.loop = loop;
    player.volume = tone === 'ring' ? preferences.ringVolume : EAR_VOLUME;
    player.play().then(
      () => {
        refused = false;
      },
      () => {
        refused = true;
      },
    );
  };

  return {
    play: (tone) => {
      if (tone === playing) return;
      playing = tone;
      silence();
      if (tone !== 'none') sound(tone, true);
    },
    prefer: (wanted) => {
      const other = wanted.ringtone !== preferences.ringtone;
      preferences = wanted;
      deps.room.volume = wanted.ringVolume;
      if (other && playing === 'ring') sound('ring', true);
    },
    tryRing: () => {
      if (playing === 'none') sound('ring', false);
    },
    retry: () => {
      if (refused && playing !== 'none') sound(playing, true);
    },
  };
}
