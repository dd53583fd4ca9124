import type { Preferences } from '../../../src/protocol/frame.ts';
import type { Device, DeviceChoice, PanelAct } from '../../frame/panel.ts';
import { need } from '../../pages/dom.ts';
import { holdChange, preferenceFields, readPreferences } from './preferences.ts';

const DEVICE_KINDS = ['microphone', 'speaker', 'ringer'] as const;
type DeviceKind = (typeof DEVICE_KINDS)[number];
type Chosen = Pick<DeviceChoice, DeviceKind>;

/** The entries of a list of devices. One that was chosen and is not plugged in now stays in the list, by that name. */
export function deviceOptions(devices: readonly Device[], chosen: string): Device[] {
  const own = { id: '', label: 'The browser’s own choice' };
  const known = devices
    .filter(({ id }) => id !== '')
    .map(({ id, label }, index) => ({ id, label: label || `Device ${index + 1}` }));
  const missing = chosen !== '' && !known.some(({ id }) => id === chosen);
  return [own, ...known, ...(missing ? [{ id: chosen, label: 'Chosen before, not plugged in' }] : [])];
}

function fillSelect(select: HTMLSelectElement, options: readonly Device[], chosen: string): void {
  const shown = [...select.options].map(({ value, text }) => ({ id: value, label: text }));
  if (JSON.stringify(shown) !== JSON.stringify(options))
    select.replaceChildren(...options.map(({ id, label }) => new Option(label, id)));
  if (select.value !== chosen) select.value = chosen;
}

/**
 * The controls for what a person sets: preferences and devices. They show what the phone says, and are off while there is
 * no phone to take a change.
 */
export function choices(root: ParentNode, act: (act: PanelAct) => void, now: () => number) {
  const input = (id: string) => need(root, `#${id}`, HTMLInputElement);
  const select = (id: string) => need(root, `#${id}`, HTMLSelectElement);
  const [doNotDisturb, callWaiting] = [input('doNotDisturb'), input('callWaiting')];
  const [autoAnswerS, ringVolume, ringtone] = [input('autoAnswerS'), input('ringVolume'), select('ringtone')];
  const tryRing = need(root, '#tryRing', HTMLButtonElement);
  const devices = { microphone: select('microphone'), speaker: select('speaker'), ringer: select('ringer') };
  const speakers = need(root, '[data-speakers]', HTMLElement);
  const noSpeakers = need(root, '[data-no-speakers]', HTMLElement);
  const controls = [doNotDisturb, callWaiting, autoAnswerS, ringVolume, ringtone, tryRing, ...Object.values(devices)];
  const heldPreferences = holdChange<Preferences>(now);
  const heldDevices = holdChange<Chosen>(now);
  let chosen: Chosen = { microphone: '', speaker: '', ringer: '' };

  const read = () =>
    readPreferences({
      doNotDisturb: doNotDisturb.checked,
      callWaiting: callWaiting.checked,
      autoAnswerS: autoAnswerS.value,
      ringtone: ringtone.value,
      ringVolume: ringVolume.value,
    });
  const showPreferences = (preferences: Preferences) => {
    const fields = preferenceFields(preferences);
    doNotDisturb.checked = fields.doNotDisturb;
    callWaiting.checked = fields.callWaiting;
    // Somebody types in it.
    if (document.activeElement !== autoAnswerS) autoAnswerS.value = fields.autoAnswerS;
    ringtone.value = fields.ringtone;
    ringVolume.value = fields.ringVolume;
  };
  const changed = () => {
    const preferences = read();
    heldPreferences.change(preferences);
    act({ act: 'prefer', preferences });
  };
  for (const control of [doNotDisturb, callWaiting, autoAnswerS, ringVolume, ringtone])
    control.addEventListener('change', changed);
  autoAnswerS.addEventListener('blur', () => showPreferences(read()));
  tryRing.addEventListener('click', () => act({ act: 'tryRing' }));
  for (const kind of DEVICE_KINDS)
    devices[kind].addEventListener('change', () => {
      chosen = { ...chosen, [kind]: devices[kind].value };
      heldDevices.change(chosen);
      act({ act: 'choose', kind, id: devices[kind].value });
    });

  return {
    /** `null`: there is no phone that could take a change. */
    show(said: { readonly preferences: Preferences; readonly devices: DeviceChoice } | null): void {
      for (const control of controls) control.disabled = said === null;
      if (!said) return;
      showPreferences(heldPreferences.shown(said.preferences));
      const { microphone, speaker, ringer } = said.devices;
      chosen = heldDevices.shown({ microphone, speaker, ringer });
      fillSelect(devices.microphone, deviceOptions(said.devices.microphones, chosen.microphone), chosen.microphone);
      fillSelect(devices.speaker, deviceOptions(said.devices.speakers, chosen.speaker), chosen.speaker);
      fillSelect(devices.ringer, deviceOptions(said.devices.speakers, chosen.ringer), chosen.ringer);
      speakers.hidden = said.devices.speakers.length === 0;
      noSpeakers.hidden = said.devices.speakers.length > 0;
    },
    /** The microphone that is to be checked; '' = the browser's own choice. */
    microphone: () => chosen.microphone,
  };
}
