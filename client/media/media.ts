import type { DeviceChoice } from '../frame/panel.ts';
import type { SipNews, SipPhone } from '../phone/sip.ts';
import { type DeviceKind, keepChoice } from './choice.ts';
import { devicesOf, idOf, type Listed } from './devices.ts';
import { createMicrophone, type Microphone } from './microphone.ts';
import { isFirefox, nestedMicrophone, openNested } from './nested.ts';
import { mayListen } from './policy.ts';
import { lazySampler, type QualityModule } from './quality/lazy.ts';
import { audioElement, type RemoteSound, remoteSound } from './remote.ts';
import { createRinger, type Ringer, type RingerDeps } from './ringer.ts';

/** What a person may set about the sound; the acts of the operator's panel. */
export interface SoundControls extends Pick<Ringer, 'prefer' | 'tryRing'> {
  devices(): DeviceChoice;
  choose(kind: DeviceKind, id: string): void;
  /** Something was plugged in, pulled out or chosen. */
  onDevices(listener: () => void): void;
}

/** All the sound of this page. */
export interface Media extends SoundControls {
  readonly microphone: Microphone;
  readonly tone: Ringer['play'];
  readonly hear: RemoteSound['hear'];
  /** The person has touched something: what the browser kept back may sound now. */
  touched(): void;
  /** Looks after the sound of the calls of this PBX. @returns what has to hear everything that the SIP side tells */
  watch(sip: Pick<SipPhone, 'stats'>, tell: (news: SipNews) => void): (news: SipNews) => void;
}

const toneUrl = (file: Uint8Array<ArrayBuffer>) => URL.createObjectURL(new Blob([file], { type: 'audio/wav' }));
const after = (callback: () => void, ms: number): unknown => setTimeout(callback, ms);
const stop = (timer: unknown): void => clearTimeout(timer as number);

/**
 * Opens the browser's side of all sound; what is decided, is decided elsewhere.
 * @param name names the person's portal, for what is remembered in this browser
 * @param loadQuality imports the bundle that measures a call's sound
 * @param doubt told when one side of a call begins to hear nothing: perhaps no connection carries anything
 */
export function openMedia(
  name: string,
  preferences: RingerDeps['preferences'],
  loadQuality: () => Promise<QualityModule>,
  doubt: () => void,
): Media {
  // Absent where the portal's page is not secure.
  const mediaDevices = navigator.mediaDevices as MediaDevices | undefined;
  const choice = keepChoice(() => localStorage, `b24phone:devices:${name}`);
  // Portals don't delegate `speaker-selection`. Chromium lets a frame with the microphone choose all the same: it is tried.
  let canChoose = 'setSinkId' in HTMLMediaElement.prototype;
  const listeners: (() => void)[] = [];
  let listed: readonly Listed[] = [];
  let say = (_sentence: string) => {};

  const room = audioElement('ring');
  const ear = audioElement('tone');
  const speakers = new Set<HTMLAudioElement>([ear]);
  const send = async (element: HTMLAudioElement, id: string) => {
    if (!canChoose || element.sinkId === id) return;
    await element.setSinkId(id).catch((error: Error) => {
      if (error.name === 'NotAllowedError') canChoose = false;
    });
  };
  const chosen = (kind: DeviceKind) => idOf(kind, choice.get()[kind], listed);
  const sendAll = () => {
    for (const element of speakers) void send(element, chosen('speaker'));
    void send(room, chosen('ringer'));
  };

  const ringer = createRinger({ room, ear, url: toneUrl, preferences });
  const remote = remoteSound(() => {
    const element = audioElement('remote');
    speakers.add(element);
    void send(element, chosen('speaker'));
    return {
      play: () => element.play(),
      remove: () => {
        speakers.delete(element);
        element.srcObject = null;
        element.remove();
      },
      set srcObject(stream: unknown) {
        element.srcObject = stream as MediaStream;
      },
    };
  });

  const own = async (wanted: MediaStreamConstraints) => {
    if (!mediaDevices) throw new DOMException('not a secure page', 'SecurityError');
    return mediaDevices.getUserMedia(wanted);
  };
  const list = async () => {
    listed = (await mediaDevices?.enumerateDevices()) ?? [];
    // A device that was pulled out takes its sound along, until it is sent elsewhere.
    sendAll();
    for (const listener of listeners) listener();
    return listed;
  };
  const relist = () => void list().catch(() => {});
  const microphone = createMicrophone({
    getUserMedia: isFirefox() ? nestedMicrophone(openNested, own) : own,
    frameMay: mayListen,
    permission: async () => (await navigator.permissions.query({ name: 'microphone' as PermissionName })).state,
    present: async () => (await list()).filter(({ kind }) => kind === 'audioinput'),
    onPlugged: (callback) => mediaDevices?.addEventListener('devicechange', callback),
    preferred: () => chosen('microphone'),
    say: (sentence) => say(sentence),
  });
  mediaDevices?.addEventListener('devicechange', relist);
  relist();

  return {
    microphone: {
      ...microphone,
      open: async () => {
        const problem = await microphone.open();
        // Only now do devices have names.
        if (problem === null) list().then(microphone.look, () => {});
        return problem;
      },
    },
    tone: ringer.play,
    hear: remote.hear,
    prefer: ringer.prefer,
    tryRing: ringer.tryRing,
    touched: () => {
      remote.retry();
      ringer.retry();
    },
    watch: (sip, tell) => {
      const sampler = lazySampler(loadQuality, {
        stats: sip.stats,
        blocked: remote.blocked,
        tell,
        doubt,
        setTimeout: after,
        clearTimeout: stop,
      });
      say = sampler.say;
      return sampler.heard;
    },
    devices: () => devicesOf(listed, choice.get(), canChoose),
    choose: (kind, id) => {
      choice.set(kind, { id, label: listed.find(({ deviceId }) => deviceId === id)?.label ?? '' });
      if (kind === 'microphone') microphone.prefer();
      else sendAll();
      for (const listener of listeners) listener();
    },
    onDevices: (listener) => void listeners.push(listener),
  };
}
