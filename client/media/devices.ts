import type { Device, DeviceChoice } from '../frame/panel.ts';
import type { Choice, DeviceKind, Remembered } from './choice.ts';
import type { Present } from './follow.ts';

/** As `enumerateDevices` lists it. */
export interface Listed extends Present {
  readonly kind: string;
  readonly label: string;
}

/** Chromium lists these beside the devices that they stand for; '' is the same. */
const PSEUDO: ReadonlySet<string> = new Set(['', 'default', 'communications']);

const KIND_OF: Readonly<Record<DeviceKind, string>> = {
  microphone: 'audioinput',
  speaker: 'audiooutput',
  ringer: 'audiooutput',
};

/** The chosen device among those that are plugged in; '' = the browser's own, also while the chosen one is away. */
export function idOf(kind: DeviceKind, { id, label }: Remembered, listed: readonly Listed[]): string {
  if (id === '') return '';
  const real = listed.filter((device) => device.kind === KIND_OF[kind] && !PSEUDO.has(device.deviceId));
  const found = real.find(({ deviceId }) => deviceId === id) ?? real.find((device) => label && device.label === label);
  return found?.deviceId ?? '';
}

/**
 * What the operator's panel offers.
 * @param listed all devices; without labels until the microphone was allowed once
 * @param maySpeak false once the browser has refused to send sound to a device of our choice
 */
export function devicesOf(listed: readonly Listed[], choice: Choice, maySpeak: boolean): DeviceChoice {
  const ofKind = (kind: DeviceKind, name: string): Device[] =>
    listed
      .filter((device) => device.kind === KIND_OF[kind] && !PSEUDO.has(device.deviceId))
      .map(({ deviceId, label }, index) => ({ id: deviceId, label: label || `${name} ${index + 1}` }));
  const chosen = (kind: DeviceKind) => idOf(kind, choice[kind], listed);
  return {
    microphones: ofKind('microphone', 'Microphone'),
    speakers: maySpeak ? ofKind('speaker', 'Speaker') : [],
    microphone: chosen('microphone'),
    speaker: chosen('speaker'),
    ringer: chosen('ringer'),
  };
}
