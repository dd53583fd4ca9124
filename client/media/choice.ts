/** The person's devices in this browser; '' = the browser's own choice. */
export interface Choice {
  readonly microphone: string;
  readonly speaker: string;
  readonly ringer: string;
}

export type DeviceKind = keyof Choice;

/** The part of localStorage that is used. */
export interface Shelf {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

const NONE: Choice = { microphone: '', speaker: '', ringer: '' };
const KINDS = Object.keys(NONE) as DeviceKind[];

/** Device ids are random per site and browser, and say nothing without it; the longest known have 64 characters. */
const LONGEST = 256;

function readChoice(text: string | null): Choice {
  if (text === null) return NONE;
  const stored = JSON.parse(text) as Record<string, unknown> | null;
  const id = (kind: DeviceKind) => {
    const value = stored?.[kind];
    return typeof value === 'string' && value.length <= LONGEST ? value : '';
  };
  return { microphone: id('microphone'), speaker: id('speaker'), ringer: id('ringer') };
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
    set: (kind: DeviceKind, id: string): void => {
      if (!KINDS.includes(kind) || id.length > LONGEST) return;
      choice = { ...choice, [kind]: id };
      try {
        shelf().setItem(key, JSON.stringify(choice));
      } catch {}
    },
  };
}
