import type { CrmMatch, Timeman } from '../portal/customers.ts';
import type { Presence } from '../protocol/status.ts';

/** A person with a SIP account, as their phone stands now. */
export interface RouteAgent {
  readonly userId: number;
  /** User part of the SIP address: what the PBX rings. */
  readonly extension: string;
  readonly name: string;
  readonly presence: Presence;
  /** Whether a phone is open, was heard lately and is registered. */
  readonly reachable: boolean;
  /** Whether a page of theirs is just loading: a ring fails now, and not in a few seconds. */
  readonly returning: boolean;
  readonly talking: boolean;
  readonly doNotDisturb: boolean;
  /** State of the working day; '' = the portal keeps none, or did not say. */
  readonly timeman: Timeman;
}

/** The answer of `GET /api/route`. */
export interface RouteAnswer {
  /** The caller in the one form that the CRM is asked with. */
  readonly number: string;
  /** `known`: the CRM has this number; `unavailable`: it did not answer in time, so only the phones were looked at. */
  readonly crm: 'known' | 'unknown' | 'unavailable';
  readonly customer: { readonly type: string; readonly id: number; readonly name: string } | null;
  /** Extension of the responsible person, where it can be rung now or, while a page of theirs loads, in a few seconds. */
  readonly responsible: string | null;
  /** Everybody else who can be rung now. */
  readonly free: readonly string[];
  readonly agents: readonly RouteAgent[];
}

/**
 * Whether somebody's working day allows a call. `EXPIRED` is a day that began before midnight and was not closed: a night
 * shift, or forgotten; the phone that is open decides, as where no days are kept.
 */
export const isAtWork = (timeman: Timeman): boolean => timeman !== 'CLOSED' && timeman !== 'PAUSED';

/** Whether a call would ring and could be answered. */
export const canTake = (agent: RouteAgent): boolean =>
  agent.reachable && !agent.talking && !agent.doNotDisturb && isAtWork(agent.timeman);

/** Whether a responsible person is worth the wait for their page; nobody waits for a colleague who is merely free. */
const isWaitedFor = (agent: RouteAgent): boolean =>
  agent.returning && !agent.talking && !agent.doNotDisturb && isAtWork(agent.timeman);

/**
 * Who is to be rung for a caller: whoever is responsible in the CRM, the best match first, else anybody free.
 *
 * @param match null = unknown number; 'unavailable' = the CRM was not there to be asked
 * @param agents in the order of the settings
 */
export function decideRoute(
  number: string,
  match: CrmMatch | null | 'unavailable',
  agents: readonly RouteAgent[],
): RouteAnswer {
  const found = match === 'unavailable' ? null : match;
  const days = new Map(found?.responsible.map(({ userId, timeman }) => [userId, timeman]));
  const seen = agents.map((agent) => ({ ...agent, timeman: days.get(agent.userId) ?? agent.timeman }));
  const able = seen.filter(canTake);
  const responsible = (found?.responsible ?? [])
    .map(({ userId }) => seen.find((agent) => agent.userId === userId))
    .find((agent) => agent !== undefined && (canTake(agent) || isWaitedFor(agent)));
  return {
    number,
    crm: match === 'unavailable' ? 'unavailable' : found ? 'known' : 'unknown',
    customer: found && { type: found.type, id: found.id, name: found.name },
    responsible: responsible?.extension ?? null,
    free: able.filter((agent) => agent !== responsible).map(({ extension }) => extension),
    agents: seen,
  };
}

/**
 * The answer for a dial plan: `<responsible>|<free>&<free>`, either part empty. `|` and `&` stand in no extension.
 *
 * @example routeText(answer) // '1001|1002&1003'
 */
export const routeText = ({ responsible, free }: RouteAnswer): string => `${responsible ?? ''}|${free.join('&')}`;
