/**
 * What a person's first verified session leaves in the portal with `setUserOption`, and every later frame gets for free
 * in USER_OPTIONS. Only this person's frames learn `room`, from which channel and lock are named.
 */
export interface Identity {
  readonly uid: number;
  /** Whether this person has a SIP account. */
  readonly phone: boolean;
  readonly room: string;
  /** Unix ms of the session that found this out. */
  readonly at: number;
  /** Numbers of our lines: a frame without a phone still knows which click-to-call was meant for us. */
  readonly lines: readonly string[];
}

/** Name of the option in USER_OPTIONS. Its value is JSON text: Bitrix24 makes strings of numbers and booleans. */
export const USER_OPTION = 'b24phone';

/**
 * Name of the option in APP_OPTIONS that the app's page sets (unix ms) whenever an admin saved the settings: an identity
 * older than that may be wrong about lines and accounts, and is asked for again at the next page view.
 */
export const SETTINGS_OPTION = 'b24phone_settings_at';

const DAY_MS = 86_400_000;

type Options = Readonly<Record<string, unknown>> | null | undefined;

/** When an admin last saved the settings, Unix ms; 0 = never. */
export const settingsSavedAt = (appOptions: unknown): number => Number((appOptions as Options)?.[SETTINGS_OPTION] ?? 0);

/**
 * The stored identity, or null when there is none, it can't be read, is a day old, or older than the settings.
 * PHP gives an empty list where there are no options; that is an object without our key, too.
 */
export function readIdentity(userOptions: unknown, appOptions: unknown, now: number): Identity | null {
  const raw = (userOptions as Options)?.[USER_OPTION];
  let found: Partial<Identity> | null;
  try {
    found = typeof raw === 'string' ? JSON.parse(raw) : null;
  } catch {
    return null;
  }
  const { uid, phone, room, at, lines } = found ?? {};
  if (typeof uid !== 'number' || typeof phone !== 'boolean' || typeof room !== 'string' || typeof at !== 'number')
    return null;
  if (room.length < 20 || Math.abs(now - at) > DAY_MS || settingsSavedAt(appOptions) > at) return null;
  return { uid, phone, room, at, lines: Array.isArray(lines) ? lines : [] };
}
