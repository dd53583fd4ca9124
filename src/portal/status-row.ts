import type { Config } from '../config.ts';
import type { PortalStatus } from '../protocol/status.ts';
import type { LedgerStore } from './ledger-store.ts';
import { readLoads } from './loads.ts';
import type { LegRecords } from './record-store.ts';
import { type PortalRecord, readRebinds } from './records.ts';
import type { Standings } from './standings.ts';
import type { TokenKeeper } from './tokens.ts';

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

const problemOf = (records: LegRecords, callKey: string): { recordProblem?: string } => {
  const reason = records.ofCall(callKey).find(({ state }) => state === 'failed')?.reason;
  return reason ? { recordProblem: reason } : {};
};

/** The portal's row of /status.json at `now` (Unix ms). */
export function statusRow(
  sql: SqlStorage,
  config: Config,
  portal: PortalRecord,
  tools: { ledger: LedgerStore; records: LegRecords; standings: Standings; tokens: TokenKeeper },
  now: number,
): PortalStatus {
  const loads = readLoads(sql, now);
  const rebinds = readRebinds(sql);
  const tokens = tools.tokens.describe(now);
  const dayStart = now - (now % 86_400_000);
  const calls = tools.ledger.summary(dayStart);
  return {
    memberId: portal.memberId,
    domain: new URL(portal.endpoint).host,
    binding: portal.binding,
    handler: {
      url: `${portal.origin}/placement`,
      loads: loads.loads,
      slow: loads.slow,
      p50: loads.p50,
      p95: loads.p95,
      lastAt: iso(loads.lastAt),
    },
    strikes: {
      today: loads.today,
      total: loads.total,
      alarmAt: config.strikeAlarm,
      limit: config.strikeLimit,
      windowResetsAt: iso(loads.resetsAt),
      last: loads.last.map((strike) => ({
        at: new Date(strike.at).toISOString(),
        ms: strike.ms,
        source: strike.source,
      })),
      unverified: loads.unverified,
    },
    rebinds: { count: rebinds.count, lastAt: iso(rebinds.lastAt), lastReason: rebinds.lastReason },
    tokens: { state: tokens.state, expiresAt: iso(tokens.expiresAt), refreshedAt: iso(tokens.refreshedAt) },
    calls: {
      live: calls.live,
      today: calls.today,
      backlog: calls.backlog,
      last: calls.last.map((call) => ({
        callId: call.callId ?? '',
        direction: call.direction,
        number: call.number,
        state: call.state,
        at: new Date(call.startedAt).toISOString(),
        ...problemOf(tools.records, call.key),
      })),
    },
    agents: { ...tools.standings.summary(now), people: tools.standings.people(portal.accounts, now) },
  };
}
