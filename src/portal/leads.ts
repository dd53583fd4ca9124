import { isExtension, matchable } from '../numbers/match.ts';
import type { Line } from '../protocol/frame.ts';
import type { CallSettings } from '../protocol/settings.ts';

/** The portal's own words on calls and lines, as the admin last saved them. */
export interface PortalRules {
  readonly calls: CallSettings;
  readonly lines: readonly Line[];
}

/** Whether an unknown caller on this line becomes a lead (CRM_AUTO_CREATE of the line). */
export function lineMakesLeads(line: Pick<Line, 'leads'> | undefined, mode: CallSettings['leads']): boolean {
  if (mode === 'by_line') return line?.leads === true;
  return mode === 'unknown';
}

/** Our line of that number, in whatever form the PBX writes it: Bitrix24 makes a new line of a form that it doesn't know. */
export function lineOf(number: string, rules: PortalRules): Line | undefined {
  const wanted = matchable(number, rules.calls);
  return rules.lines.find((line) => line.number === number || matchable(line.number, rules.calls) === wanted);
}

/**
 * Whether Bitrix24 makes a lead of this call's number where the CRM knows nobody (CRM_CREATE of the register). Never of
 * a colleague, and never of nobody: a hidden number.
 */
export function makesLead(call: { readonly number: string; readonly line: string }, rules: PortalRules): boolean {
  if (!/\d/.test(call.number) || isExtension(call.number, rules.calls)) return false;
  return lineMakesLeads(lineOf(call.line, rules), rules.calls.leads);
}
