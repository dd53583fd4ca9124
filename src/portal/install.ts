import type { RestError } from '../bitrix24/errors.ts';
import type { Result } from '../http/result.ts';
import { backoffMs } from './backoff.ts';
import type { Parts } from './parts.ts';
import { writeBindReason } from './records.ts';
import { ensureEvents, ensureLines } from './setup.ts';

export interface InstallStep {
  readonly name: string;
  readonly ok: boolean;
  readonly message: string;
}

/** When the alarm does what an installation did not get to (ms). */
const SAFETY_NET_MS = 30_000;

/** Sets an installed portal up, step by step; what does not succeed is done again by the due jobs. */
export async function setUp(parts: Parts): Promise<InstallStep[]> {
  writeBindReason(parts.sql, 'install');
  parts.binder.learn({ t: 'installed' });
  // Behind the steps below, in case we die between them.
  for (const kind of ['bind', 'events', 'lines', 'sweep'] as const)
    parts.due.plan(kind, '', Date.now() + SAFETY_NET_MS);
  await parts.due.arm();
  const placement = await parts.binder.attempt();
  const events = await ensureEvents(parts.tokens, (await parts.addresses()).events);
  const lines = await ensureLines(parts.tokens, parts.rules());
  const settle = (kind: 'bind' | 'events' | 'lines', result: Result<unknown, RestError>) => {
    parts.due.cancel(kind, '');
    // Somebody is looking at the mark: as soon as any first retry, unless Bitrix24 has named a time.
    const soon = Date.now() + backoffMs(0, Math.random());
    if (!result.ok) parts.due.plan(kind, '', Math.max(soon, result.error.retryAt ?? 0));
  };
  settle('bind', placement);
  settle('events', events);
  settle('lines', lines);
  parts.changed();
  await parts.due.arm();
  const step = (name: string, result: Result<unknown, RestError>): InstallStep => ({
    name,
    ok: result.ok,
    message: result.ok ? '' : `${result.error.code}: ${result.error.message} It is tried again automatically.`,
  });
  return [
    step('The phone is on every page', placement),
    step('Calls and clicks on numbers reach the phone', events),
    step('The phone line is known to Bitrix24', lines),
  ];
}
