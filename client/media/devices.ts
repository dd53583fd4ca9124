import type { Device, DeviceChoice } from '../frame/panel.ts';
import type { Choice } from './choice.ts';

/** As `enumerateDevices` lists it. */
export interface Listed {
  readonly deviceId: string;
  readonly kind: string;
  readonly label: string;
}

/** Chromium lists these beside the devices that they stand for; '' is the same. */
const PSEUDO: ReadonlySet<string> = new Set(['', 'default', 'communications']);

/**
 * What the operator's panel offers.
 * @param listed all devices; without labels until the microphone was allowed once
 * @param maySpeak whether this frame may send sound to a device of its choice
 */
export function devicesOf(listed: readonly Listed[], choice: Choice, maySpeak: boolean): DeviceChoice {
  const ofKind = (kind: string, name: string): Device[] =>
    listed
      .filter((device) => device.kind === kind && !PSEUDO.has(device.deviceId))
      .map(({ deviceId, label }, index) => ({ id: deviceId, label: label || `${name} ${index + 1}` }));
  return {
    microphones: ofKind('audioinput', 'Microphone'),
    speakers: maySpeak ? ofKind('audiooutput', 'Speaker') : [],
    ...choice,
  };
}
