/** A microphone: as `enumerateDevices` lists it, or as an open track's settings name it. */
export interface Present {
  readonly deviceId: string;
  /** The same for all inputs and outputs of one piece of hardware. */
  readonly groupId: string;
}

/** Chromium's name for whatever the system's default is; listed beside the real devices. */
const DEFAULT = 'default';

/**
 * Which microphone to go over to when devices come and go, or the person chooses another one in a call. The wanted one
 * comes back as soon as it is there again; while it is away, any that works.
 * @param wanted id of the device that should be used; '' = the browser's own choice
 * @param using the device that is open; null when it has ended
 * @param present what is plugged in; empty where the browser doesn't tell
 * @returns an id, '' for the browser's own choice; null = stay
 * @example
 * const [headset, inner] = [{ deviceId: 'h', groupId: '1' }, { deviceId: 'i', groupId: '2' }];
 * switchTo({ wanted: 'h', using: inner, present: [headset, inner] }); // 'h'
 */
export function switchTo(facts: {
  readonly wanted: string;
  readonly using: Present | null;
  readonly present: readonly Present[];
}): string | null {
  const { wanted, using, present } = facts;
  const listed = (id: string) => present.find(({ deviceId }) => deviceId === id);
  if (wanted !== '' && wanted !== using?.deviceId && listed(wanted)) return wanted;
  if (using === null) return '';
  // An open track stays with the hardware that was the default when it was opened.
  const now = listed(using.deviceId);
  if (using.deviceId === DEFAULT && now) return now.groupId === using.groupId ? null : '';
  // A browser that hides the ids can't have lost anything that we would see.
  return present.some(({ deviceId }) => deviceId !== '') && !now ? '' : null;
}
