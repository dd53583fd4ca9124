import type { World } from '../harness/world.ts';
import type { Expected } from './calls.ts';

/** What the fake portals know of one customer's calls. */
interface OnRecord {
  readonly live: readonly string[];
  readonly finished: readonly {
    readonly callId: string;
    readonly userId: number;
    readonly type: number;
    readonly duration: number;
    readonly statusCode: string;
    readonly line: string;
    readonly startedAt: number;
  }[];
}

/** Start as a browser told it, against the play's own clock (ms). */
const START_TOLERANCE_MS = 3000;

function recordsByNumber(world: World): Map<string, OnRecord> {
  const found = new Map<string, OnRecord>();
  for (const portal of world.fake.world.portals.values()) {
    const of = (number: string) => found.get(number) ?? { live: [], finished: [] };
    for (const call of portal.calls.values())
      found.set(call.number, { ...of(call.number), live: [...of(call.number).live, call.callId] });
    for (const call of portal.finished)
      found.set(call.number, { ...of(call.number), finished: [...of(call.number).finished, call] });
  }
  return found;
}

function problemsOf(expected: Expected, record: OnRecord | undefined): string[] {
  const [call, ...more] = record?.finished ?? [];
  if (!call) return [`never finished; live at the portal: ${record?.live.join(', ') || 'none'}`];
  const problems: string[] = [];
  const check = (right: boolean, what: string) => {
    if (!right) problems.push(what);
  };
  check(more.length === 0, `finished ${more.length + 1} times`);
  check((record?.live.length ?? 0) === 0, `registered again: ${record?.live.join(', ')} is still open`);
  check(expected.users.includes(call.userId), `user ${call.userId}, not ${expected.users.join(' or ')}`);
  check(call.type === expected.type, `type ${call.type}, not ${expected.type}`);
  check(
    expected.statuses.some((status) => status === call.statusCode),
    `status ${call.statusCode}, not ${expected.statuses}`,
  );
  const [least, most] = expected.duration;
  check(call.duration >= least && call.duration <= most, `${call.duration} s, not ${least} to ${most} s`);
  check(
    Math.abs(call.startedAt - expected.startedAt) <= START_TOLERANCE_MS,
    `began ${call.startedAt - expected.startedAt} ms beside`,
  );
  return problems;
}

/** What was played, and how the players' connections fared from then on: what is told late may be told after the play. */
function historyOf({ history, cast }: Expected): string[] {
  const since = history[0] ?? '';
  return [...history, ...cast.flatMap(({ story }) => story.filter((line) => line >= since))].sort().slice(0, 80);
}

/**
 * Holds what the portals have on record against what was played.
 *
 * @returns one text for each call that is wrong, with its history; empty = each call is there once, and right
 */
export function verdict(world: World, played: readonly Expected[]): string[] {
  const records = recordsByNumber(world);
  const wrong = played.flatMap((expected) => {
    const problems = problemsOf(expected, records.get(expected.number));
    records.delete(expected.number);
    return problems.length === 0
      ? []
      : [`${expected.number}: ${problems.join('; ')}\n    ${historyOf(expected).join('\n    ')}`];
  });
  return [...wrong, ...[...records.keys()].map((number) => `${number}: nobody played such a call`)];
}
