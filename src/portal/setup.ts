import * as v from 'valibot';
import type { RestError } from '../bitrix24/errors.ts';
import type { Command } from '../bitrix24/rest.ts';
import { ok, type Result } from '../http/result.ts';
import type { Line } from '../protocol/frame.ts';
import type { PortalAddresses } from './addresses.ts';
import { bindingNeeds, PLACEMENT, type SeenPlacement } from './binding.ts';
import { lineMakesLeads, type PortalRules } from './leads.ts';
import { placementTexts } from './texts.ts';
import type { Caller } from './tokens.ts';

const PlacementRows = v.array(
  v.object({ placement: v.string(), handler: v.string(), options: v.optional(v.unknown()) }),
);

/** PHP answers an empty options map as a list. */
function errorHandlerOf(options: unknown): string | null {
  if (options === null || typeof options !== 'object' || Array.isArray(options)) return null;
  const url = (options as Record<string, unknown>).errorHandlerUrl;
  return typeof url === 'string' ? url : null;
}

function readPlacements(value: unknown): SeenPlacement[] {
  const rows = v.safeParse(PlacementRows, value);
  if (!rows.success) return [];
  return rows.output.map((row) => ({
    placement: row.placement,
    handler: row.handler,
    errorHandlerUrl: errorHandlerOf(row.options),
  }));
}

const notBound: RestError = {
  kind: 'unavailable',
  code: 'NOT_BOUND',
  message: 'Bitrix24 accepted the placement but does not show it.',
};

/**
 * Makes sure that the placement stands exactly as wanted: looks, binds where it does not, and looks again, because
 * only placement.get tells the truth (a bind that answers MAX_COUNT may or may not be ours).
 *
 * @returns whether something had to be bound
 */
export async function ensurePlacement(
  caller: Caller,
  addresses: PortalAddresses,
  title: string,
): Promise<Result<'found' | 'bound', RestError>> {
  const looked = await caller.batch({ get: { method: 'placement.get' } });
  if (!looked.ok) return looked;
  if (!looked.value.get.ok) return looked.value.get;
  const needs = bindingNeeds(readPlacements(looked.value.get.value), addresses);
  if (needs === 'nothing') return ok('found');
  const bind: Command = {
    method: 'placement.bind',
    params: {
      PLACEMENT,
      HANDLER: addresses.handler,
      TITLE: title,
      LANG_ALL: placementTexts(title),
      OPTIONS: { errorHandlerUrl: addresses.errorHandlerUrl },
    },
  };
  const get: Command = { method: 'placement.get' };
  const unbind: Command = { method: 'placement.unbind', params: { PLACEMENT } };
  const done =
    needs === 'bind'
      ? await caller.batch({ bind, get })
      : await caller.batch<'unbind' | 'bind' | 'get'>({ unbind, bind, get });
  if (!done.ok) return done;
  const after = done.value.get;
  if (!after.ok) return after;
  if (bindingNeeds(readPlacements(after.value), addresses) === 'nothing') return ok('bound');
  return done.value.bind.ok ? { ok: false, error: notBound } : done.value.bind;
}

/** The events that the service needs (fact 4.2, 5.2). */
export const EVENTS = ['ONEXTERNALCALLSTART', 'ONEXTERNALCALLBACKSTART', 'ONAPPUNINSTALL', 'ONAPPUPDATE'] as const;

const EventRows = v.array(v.object({ event: v.string(), handler: v.string() }));

/** Binds the missing events and unbinds those that still point to another origin of ours. */
export async function ensureEvents(caller: Caller, handler: string): Promise<Result<'found' | 'bound', RestError>> {
  const looked = await caller.batch({ get: { method: 'event.get' } });
  if (!looked.ok) return looked;
  if (!looked.value.get.ok) return looked.value.get;
  const parsed = v.safeParse(EventRows, looked.value.get.value);
  const rows = (parsed.success ? parsed.output : []).map((row) => ({ ...row, event: row.event.toUpperCase() }));
  const ours = (event: string) => rows.some((row) => row.event === event && row.handler === handler);
  const missing = EVENTS.filter((event) => !ours(event));
  const stale = rows.filter((row) => row.handler !== handler && EVENTS.some((event) => event === row.event));
  if (missing.length + stale.length === 0) return ok('found');
  const commands: Record<string, Command> = {};
  for (const [i, row] of stale.entries())
    commands[`unbind${i}`] = { method: 'event.unbind', params: { EVENT: row.event, HANDLER: row.handler } };
  for (const event of missing) commands[event] = { method: 'event.bind', params: { EVENT: event, HANDLER: handler } };
  const done = await caller.batch(commands);
  if (!done.ok) return done;
  for (const event of missing) {
    const bound = done.value[event];
    if (bound && !bound.ok && !/already/i.test(bound.error.message)) return bound;
  }
  return ok('bound');
}

/**
 * The line that stands for the app until the admin has set the real ones: without any line the app could not be
 * chosen for outgoing calls in Bitrix24's telephony settings.
 */
export const defaultLine = (title: string): Line => ({ number: '0000', name: title });

const LineRows = v.array(v.object({ NUMBER: v.pipe(v.union([v.string(), v.number()]), v.transform(String)) }));

/** Makes the app's external lines exactly these. Lines are per app, so none of another app's is touched. */
export async function ensureLines(
  caller: Caller,
  { lines, calls }: PortalRules,
): Promise<Result<'found' | 'bound', RestError>> {
  const looked = await caller.batch({ get: { method: 'telephony.externalLine.get' } });
  if (!looked.ok) return looked;
  if (!looked.value.get.ok) return looked.value.get;
  const parsed = v.safeParse(LineRows, looked.value.get.value);
  const known = new Set((parsed.success ? parsed.output : []).map((row) => row.NUMBER));
  const wanted = new Set(lines.map((line) => line.number));
  const commands: Record<string, Command> = {};
  for (const line of lines) {
    const params = {
      NUMBER: line.number,
      NAME: line.name,
      CRM_AUTO_CREATE: lineMakesLeads(line, calls.leads) ? 'Y' : 'N',
    };
    commands[`keep${line.number}`] = known.has(line.number)
      ? { method: 'telephony.externalLine.update', params }
      : { method: 'telephony.externalLine.add', params };
  }
  for (const number of known)
    if (!wanted.has(number))
      commands[`drop${number}`] = { method: 'telephony.externalLine.delete', params: { NUMBER: number } };
  // 50 commands is Bitrix24's limit for one batch.
  const entries = Object.entries(commands);
  for (let i = 0; i < entries.length; i += 50) {
    const done = await caller.batch(Object.fromEntries(entries.slice(i, i + 50)));
    if (!done.ok) return done;
    for (const [key, result] of Object.entries(done.value))
      if (key.startsWith('keep') && !result.ok && !/already exists/i.test(result.error.message)) return result;
  }
  return ok('bound');
}
