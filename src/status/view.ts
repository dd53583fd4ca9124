import type { PortalStatus } from '../protocol/status.ts';

/** How much a row wants a person: colours and order follow from it, and a word always goes with the colour. */
export type Severity = 'bad' | 'warn' | 'ok' | 'off';

/** A shape for each, so that colour alone says nothing: SVG path data in a box of 16. */
export const SEVERITY_ICONS: Readonly<Record<Severity, string>> = {
  bad: 'M4 4l8 8M12 4l-8 8',
  warn: 'M8 3v6M8 12v.5',
  ok: 'M3.5 8.5l3 3 6-7',
  off: 'M4 8h8',
};

export interface Verdict {
  readonly severity: Severity;
  /** One or two words for the badge. */
  readonly label: string;
  /** What is going on and what to do, in plain words. */
  readonly advice: string;
}

type Rule = (row: PortalStatus) => Verdict | null;

const count = (n: number, one: string, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;

/** One phone without its PBX may be one person's network; more of them are the PBX. */
const PBX_FROM = 2;

/** Of the phones that are open: how many could not ring, and how many of them because their PBX is out of reach. */
function unready({ agents }: PortalStatus): { readonly open: number; readonly all: number; readonly pbx: number } {
  const open = (agents.people ?? []).filter(({ presence }) => presence !== 'away');
  const all = open.filter(({ presence, reason }) => presence === 'not_ready' && reason !== 'starting');
  const pbx = all.filter(({ reason }) => reason === 'pbx_unreachable');
  return { open: open.length, all: all.length, pbx: pbx.length };
}

/** Open steps beyond the live calls' own that are a moment's work and no backlog. */
const STEPS_IN_FLIGHT = 3;

/** The first rule that speaks wins, so they stand in order of urgency. */
const RULES: readonly Rule[] = [
  ({ binding }) =>
    binding === 'uninstalled'
      ? { severity: 'off', label: 'Uninstalled', advice: 'The portal removed the app. Nothing to do.' }
      : null,
  ({ binding }) =>
    binding === 'needs_admin'
      ? {
          severity: 'bad',
          label: 'Needs an admin',
          advice:
            'The phone is off here and our tokens cannot bring it back. Ask an administrator of the portal to open the app once: it repairs itself then.',
        }
      : null,
  ({ binding }) =>
    binding === 'disabled'
      ? {
          severity: 'bad',
          label: 'Phone is off',
          advice:
            'Bitrix24 removed the phone after too many slow loads. It is bound again by itself within seconds; if this stays for minutes, look at the load times and at the Worker’s log.',
        }
      : null,
  ({ tokens }) =>
    tokens.state === 'refused' || tokens.state === 'none'
      ? {
          severity: 'bad',
          label: 'No access',
          advice:
            'Bitrix24 refuses our tokens, so calls do not reach the CRM. Ask an administrator of the portal to open the app once, or to install it again.',
        }
      : null,
  (row) => {
    const { open, pbx } = unready(row);
    if (pbx < PBX_FROM) return null;
    const none = pbx === open;
    return {
      severity: none ? 'bad' : 'warn',
      label: none ? 'No PBX' : 'PBX unreachable',
      advice: `${none ? `None of the ${open} open phones reaches` : `${pbx} of the ${open} open phones do not reach`} the company’s PBX. Ask whoever runs it whether it is up and its certificate still valid.`,
    };
  },
  ({ binding, rebinds }) =>
    binding === 'rebinding'
      ? {
          severity: 'warn',
          label: 'Coming back',
          advice: `The phone is being switched on again${rebinds.lastReason ? ` (${rebinds.lastReason})` : ''}. Nothing to do unless this stays for more than ten minutes.`,
        }
      : null,
  ({ strikes }) =>
    strikes.today >= strikes.limit
      ? {
          severity: 'bad',
          label: 'At the limit',
          advice: `${count(strikes.today, 'slow load')} today: the next one makes Bitrix24 switch the phone off. Find out why the page loads slowly, now.`,
        }
      : null,
  ({ strikes }) =>
    strikes.today >= strikes.alarmAt
      ? {
          severity: 'warn',
          label: 'Slow loads',
          advice: `${count(strikes.today, 'slow load')} today; Bitrix24 allows ${strikes.limit} a day and then switches the phone off. Find out why the page loads slowly.`,
        }
      : null,
  ({ calls }) =>
    calls.backlog > calls.live + STEPS_IN_FLIGHT
      ? {
          severity: 'warn',
          label: 'Calls waiting',
          advice: `The phone works, but ${count(calls.backlog, 'step')} of finished calls wait for Bitrix24 to take them. They are tried again by themselves.`,
        }
      : null,
];

/** What a portal's row means for whoever runs the service. */
export function verdictOf(row: PortalStatus): Verdict {
  for (const rule of RULES) {
    const verdict = rule(row);
    if (verdict) return verdict;
  }
  const { all } = unready(row);
  const advice =
    all === 0
      ? 'Everything works; nothing to do.'
      : `The service works. ${count(all, 'open phone')} could not ring: People says whose and why, and they were told.`;
  return { severity: 'ok', label: 'Phone is on', advice };
}

const RANK: Record<Severity, number> = { bad: 0, warn: 1, ok: 2, off: 3 };

/** Problems first, then by domain: at night nobody scrolls. */
export function byUrgency(rows: readonly PortalStatus[]): PortalStatus[] {
  return rows.toSorted(
    (a, b) =>
      RANK[verdictOf(a).severity] - RANK[verdictOf(b).severity] ||
      b.strikes.today - a.strikes.today ||
      a.domain.localeCompare(b.domain, 'en'),
  );
}

/** The page's one sentence: how many portals need a person. */
export function summaryOf(rows: readonly PortalStatus[]): Verdict {
  const severities = rows.map((row) => verdictOf(row).severity);
  const of = (severity: Severity) => severities.filter((each) => each === severity).length;
  const bad = of('bad');
  const warn = of('warn');
  const working = severities.length - of('off');
  if (bad > 0)
    return {
      severity: 'bad',
      label: bad === 1 ? '1 portal needs you' : `${bad} portals need you`,
      advice: `${count(working, 'portal')} installed${warn > 0 ? `, ${warn} to keep an eye on` : ''}.`,
    };
  if (warn > 0)
    return {
      severity: 'warn',
      label: warn === 1 ? '1 portal to keep an eye on' : `${warn} portals to keep an eye on`,
      advice: `${count(working, 'portal')} installed, none is without its phone for good.`,
    };
  return {
    severity: 'ok',
    label: 'All is well',
    advice: `${count(working, 'portal')} installed, each with its phone on.`,
  };
}

const UNITS: readonly (readonly [string, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
];

/**
 * A length of time in its two largest units.
 *
 * @param ms 0 or more
 * @example duration(18_720_000) // '5 h 12 min'
 */
export function duration(ms: number): string {
  const first = UNITS.findIndex(([, size]) => ms >= size);
  if (first < 0) return '0 s';
  let rest = ms;
  const parts: string[] = [];
  for (const [unit, size] of UNITS.slice(first, first + 2)) {
    const n = Math.floor(rest / size);
    rest -= n * size;
    if (n > 0) parts.push(`${n} ${unit}`);
  }
  return parts.join(' ');
}

/**
 * A moment as seen from `now` (both ISO 8601); both come from the server, so the reader's clock does not matter.
 *
 * @example relative('2026-11-22T10:00:00Z', '2026-11-22T10:03:10Z') // '3 min ago'
 */
export function relative(at: string, now: string): string {
  const ms = Date.parse(at) - Date.parse(now);
  if (Number.isNaN(ms)) return at;
  if (Math.abs(ms) < 1000) return 'just now';
  // Seconds matter only below a minute: a figure that changes at every refresh draws the eye for nothing.
  const rounded = Math.abs(ms) < 60_000 ? Math.abs(ms) : Math.floor(Math.abs(ms) / 60_000) * 60_000;
  return ms > 0 ? `in ${duration(rounded)}` : `${duration(rounded)} ago`;
}

/** Milliseconds as a person reads them; a dash where nothing was measured. */
export function milliseconds(ms: number | null): string {
  if (ms === null) return '–';
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
