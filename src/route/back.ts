/** Where a person's phone is, as far as it matters to a call that it did not take. */
export interface Whereabouts {
  /** When the phone that is open connected, Unix ms; null = none is open. */
  readonly cameAt: number | null;
  /** When a phone of the person was last seen, Unix ms; null = never. */
  readonly seenAt: number | null;
  readonly doNotDisturb: boolean;
}

/** How long a page load may take before nobody is expected any more, and how long the next page counts as new (ms). */
export const BACK_MS = 8000;

/**
 * Whether a call that could not be put through is worth another try: the person's page went a moment ago and its next one is
 * loading, or that one has just come up. Whoever is there for longer did not want the call, or could not take it.
 *
 * @param now Unix ms
 * @example isComingBack({ cameAt: null, seenAt: now - 1000, doNotDisturb: false }, now) // true
 */
export function isComingBack({ cameAt, seenAt, doNotDisturb }: Whereabouts, now: number): boolean {
  const at = cameAt ?? seenAt;
  return !doNotDisturb && at !== null && now - at < BACK_MS;
}
