import type { NotReady } from '../protocol/frame.ts';
import type { PersonPresence, Presence } from '../protocol/status.ts';
import { duration } from '../status/view.ts';

/** A presence in words, colour and shape: `icon` is SVG path data in a box of 16. */
interface PresenceLook {
  readonly label: string;
  readonly tone: 'ok' | 'busy' | 'off' | 'bad';
  readonly icon: string;
}

/** In the order in which people are listed: whoever looks wants to reach somebody. */
const LOOKS: Readonly<Record<Presence, PresenceLook>> = {
  reachable: { label: 'Reachable', tone: 'ok', icon: 'M3.5 8.5l3 3 6-7' },
  talking: { label: 'Talking', tone: 'busy', icon: 'M2.5 5.5h11v5h-6l-3 3v-3h-2z' },
  do_not_disturb: { label: 'Do not disturb', tone: 'off', icon: 'M4 8h8' },
  not_ready: { label: 'Not ready', tone: 'bad', icon: 'M4 4l8 8M12 4l-8 8' },
  away: { label: 'Away', tone: 'off', icon: 'M8 3.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0 -9' },
};

const ORDER = Object.keys(LOOKS) as readonly Presence[];

const REASONS: Readonly<Record<NotReady, string>> = {
  starting: 'starting',
  microphone_denied: 'microphone blocked',
  wrong_password: 'SIP account refused by the PBX',
  not_registered: 'not registered at the PBX',
  pbx_unreachable: 'no connection to the PBX',
};

/** One person as they are listed. */
export interface PersonView extends PresenceLook {
  readonly who: string;
  /** Why a phone is not ready; '' = nothing to say. */
  readonly why: string;
  /** e.g. `for 3 min`, `just now`. */
  readonly since: string;
}

const nameOf = ({ name, userId }: PersonPresence): string => name ?? `Employee ${userId}`;

function sinceOf({ presence, since }: PersonPresence, now: string): string {
  if (since === null) return presence === 'away' ? 'never here yet' : '';
  // Whole minutes: a figure that changes at every look draws the eye for nothing.
  const minutes = Math.floor((Date.parse(now) - Date.parse(since)) / 60_000);
  return minutes < 1 ? 'just now' : `for ${duration(minutes * 60_000)}`;
}

/** @param now ISO 8601; like `since` by the server's clock, so that the reader's does not matter */
export const personView = (person: PersonPresence, now: string): PersonView => ({
  ...LOOKS[person.presence],
  who: nameOf(person),
  why: person.reason ? REASONS[person.reason] : '',
  since: sinceOf(person, now),
});

/** Whoever can be reached first, each group by name. */
export const byPresence = (people: readonly PersonPresence[]): PersonPresence[] =>
  people.toSorted(
    (a, b) =>
      ORDER.indexOf(a.presence) - ORDER.indexOf(b.presence) ||
      nameOf(a).localeCompare(nameOf(b), 'en') ||
      a.userId - b.userId,
  );

/** How many stand how. @example countsOf(people) // '3 reachable, 1 talking' */
export const countsOf = (people: readonly PersonPresence[]): string =>
  ORDER.map((presence) => [people.filter((person) => person.presence === presence).length, presence] as const)
    .filter(([count]) => count > 0)
    .map(([count, presence]) => `${count} ${LOOKS[presence].label.toLowerCase()}`)
    .join(', ');
