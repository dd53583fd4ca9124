/**
 * A device that the person chose; both '' = the browser's own choice. The label is the second try: where third-party
 * cookies are blocked, Chromium gives a frame new ids with each page.
 */
export interface Remembered {
  readonly id: string;
  readonly label: string;
}

/** The person's devices in this browser. */
export interface Choice {
  readonly microphone: Remembered;
  readonly speaker: Remembered;
  readonly ringer: Remembered;
}

export type DeviceKind = keyof Choice;

/** The part of localStorage that is used. */
export interface Shelf {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

const OWN: Remembered = { id: '', label: '' };
const NONE: Choice = { microphone: OWN, speaker: OWN, ringer: OWN };
const KINDS = Object.keys(NONE) as DeviceKind[];

/** Ids have 64 characters, names may be longer. */
const LONGEST = 256;
const fits = (value: unknown): value is string => typeof value === 'string' && value.length <= LONGEST;

function readChoice(text: string | null): Choice {
  const stored = (text === null ? null : JSON.parse(text)) as Partial<Record<DeviceKind, Partial<Remembered>>> | null;
  const read = (kind: DeviceKind): Remembered => {
    const { id, label } = stored?.[kind] ?? {};
    return fits(id) && fits(label) ? { id, label } : OWN;
  };
  return { microphone: read('microphone'), speaker: read('speaker'), ringer: read('ringer') };
}

/**
 * Remembers the choice in this browser: devices belong to a desk, not to a person. Where storage is refused, or holds what
 * is not ours, the choice lasts as long as the page.
 * @param shelf throws where third-party storage is blocked
 * @param key names the person's portal, as all portals of the cloud share one storage partition
 */
export function keepChoice(shelf: () => Shelf, key: string) {
  let choice = NONE;
  try {
    choice = readChoice(shelf().getItem(key));
  } catch {}
  return {
    get: (): Choice => choice,
    set: (kind: DeviceKind, device: Remembered): void => {
      if (!KINDS.includes(kind) || !fits(device.id) || !fits(device.label)) return;
      choice = { ...choice, [kind]: { id: device.id, label: device.label } };
      try {
        shelf().setItem(key, JSON.stringify(choice));
      } catch {}
    },
  };
}
