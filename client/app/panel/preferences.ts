import type { Preferences } from '../../../src/protocol/frame.ts';

/** The longest that a call may ring before it is answered by itself (s). */
export const AUTO_ANSWER_MAX_S = 30;
/** After this the phone has not taken a change: the control goes back to what the phone says (ms). */
export const CONFIRM_MS = 2000;

/** What the controls of the panel hold, as text. */
export interface PreferenceFields {
  readonly doNotDisturb: boolean;
  readonly callWaiting: boolean;
  readonly autoAnswerS: string;
  readonly ringtone: string;
  /** Percent. */
  readonly ringVolume: string;
}

const RINGTONES: readonly string[] = ['classic', 'soft', 'chime'] satisfies Preferences['ringtone'][];
const between = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));

/** The controls as preferences; what a person typed outside its range is taken to the nearest allowed value. */
export function readPreferences(fields: PreferenceFields): Preferences {
  const { doNotDisturb, callWaiting, autoAnswerS, ringtone, ringVolume } = fields;
  return {
    doNotDisturb,
    callWaiting,
    autoAnswerS: between(Math.round(Number(autoAnswerS) || 0), 0, AUTO_ANSWER_MAX_S),
    ringtone: RINGTONES.includes(ringtone) ? (ringtone as Preferences['ringtone']) : 'classic',
    ringVolume: between(Number(ringVolume) || 0, 0, 100) / 100,
  };
}

/** Preferences as the controls show them. */
export const preferenceFields = (preferences: Preferences): PreferenceFields => ({
  ...preferences,
  autoAnswerS: String(preferences.autoAnswerS),
  ringVolume: String(Math.round(preferences.ringVolume * 100)),
});

/**
 * Keeps a control at what the person has just chosen until the phone confirms it, so that the phone's news of each second
 * do not push a slider back that is being moved. Generic: preferences and devices both need it.
 */
export function holdChange<T>(now: () => number) {
  let wanted: { readonly value: T; readonly until: number } | null = null;
  const same = (a: T, b: T) => JSON.stringify(a) === JSON.stringify(b);
  return {
    change(value: T): void {
      wanted = { value, until: now() + CONFIRM_MS };
    },
    /** What to show when the phone says `said`. */
    shown(said: T): T {
      if (wanted && now() < wanted.until && !same(wanted.value, said)) return wanted.value;
      wanted = null;
      return said;
    },
  };
}
