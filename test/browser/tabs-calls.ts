import { expect } from 'vitest';
import { until } from '../harness/until.ts';
import type { World } from '../harness/world.ts';
import type { AgentCall, DemoPbx, PbxEvent } from '../pbx/demo/demo-pbx.ts';

/** How a call stands at the PBX, which nobody argues with. */
export type Truth = 'rings here' | 'rings there' | 'talking' | 'over';

/** A call of a run. Each has a number of its own, so that the CRM's rows can be told apart. */
export interface PlayedCall {
  readonly number: string;
  readonly incoming: boolean;
  truth(): Truth;
  /**
   * Whether it was answered at the PBX, and for how long, whole seconds; 0 where the PBX has never heard the phone, whose page
   * went in that moment.
   */
  talked(): { readonly answered: boolean; readonly seconds: number };
  /** The customer's side ends it: hangs up, or gives up while it rings. */
  end(): void;
  over(): Promise<void>;
}

/** A call of a run that is over. */
export interface PastCall {
  readonly number: string;
  /** Plays its run again. */
  readonly seed: number;
  readonly talked: ReturnType<PlayedCall['talked']>;
}

type LegEvent = Extract<PbxEvent, { readonly call: string }>;

/** A customer calls the agent; a phone that goes away while it rings is rung again when the next one is there. */
export function customerCalls(pbx: DemoPbx, user: string, number: string): PlayedCall {
  const giveUp = new AbortController();
  let call: AgentCall | null = null;
  let seconds: number | null = null;
  const ringing = pbx.callAgent(user, { from: number, ringMs: 120_000, again: true, signal: giveUp.signal });
  const whole = ringing.then(async (settled) => {
    call = settled;
    seconds = (await settled.ended)?.seconds ?? 0;
  });
  return {
    number,
    incoming: true,
    truth: () => (call === null ? 'rings here' : call.result === 'answered' && seconds === null ? 'talking' : 'over'),
    talked: () => ({ answered: call?.result === 'answered', seconds: seconds ?? 0 }),
    end: () => {
      giveUp.abort();
      call?.hangup();
    },
    over: () => whole,
  };
}

/** The person clicks a number somewhere in the portal. */
export function clickedCall(world: World, pbx: DemoPbx, userId: number, number: string): PlayedCall {
  const clicked = world.fake.clickToCall({ userId, number }, world.portals[0].memberId);
  if (clicked === null) throw new Error('the portal has no line for outgoing calls');
  const isOurs = (event: PbxEvent) => event.type === 'call' && event.direction === 'from_agent' && event.to === number;
  const leg = (): string | undefined => {
    const event = pbx.events.findLast(isOurs);
    return event?.type === 'call' ? event.call : undefined;
  };
  const of = (type: PbxEvent['type']): LegEvent | undefined => {
    const name = leg();
    return pbx.events.find((event): event is LegEvent => 'call' in event && event.type === type && event.call === name);
  };
  const finished = () => world.fake.portal().finished.some(({ callId }) => callId === clicked.callId);
  const truth = (): Truth => {
    if (leg() === undefined) return finished() ? 'over' : 'rings there';
    if (of('ended') ?? of('failed')) return 'over';
    return of('answered') ? 'talking' : 'rings there';
  };
  return {
    number,
    incoming: false,
    truth,
    talked: () => {
      const end = of('ended');
      const talked = end?.type === 'ended' && end.heard;
      return { answered: of('answered') !== undefined, seconds: talked ? end.seconds : 0 };
    },
    // What still rings there is answered in a moment.
    end: () => pbx.hangupAll(),
    over: async () => {
      await until(`the end of the call to ${number}`, () => {
        if (truth() === 'talking') pbx.hangupAll();
        return truth() === 'over';
      });
    },
  };
}

/** The ledger may wait this long for a queue that rings on, and for whoever is away, before it finishes a call (ms). */
const PATIENCE_MS = 60_000;

/** Holds what the CRM has against what the PBX says: each call is there once, answered or not, with a length if talked. */
export async function compareWithCrm(world: World, played: readonly PastCall[]): Promise<void> {
  const portal = world.fake.portal();
  const open = () => [...portal.calls.values()].map(({ number }) => number);
  await until('each call to be finished', () => open().length === 0, PATIENCE_MS).catch(() => {});
  expect(open(), 'calls that were never finished').toEqual([]);
  const found = played.map(({ number, seed, talked }) => ({
    talked,
    name: `${number} of TABS_SEED=${seed}`,
    rows: portal.finished.filter((row) => row.number === number),
  }));
  expect(
    found.filter(({ rows }) => rows.length !== 1).map(({ name, rows }) => `${name}: ${rows.length}`),
    'calls that are not in the CRM once',
  ).toEqual([]);
  for (const { talked, name, rows } of found) {
    const row = rows[0];
    const { answered, seconds } = talked;
    const what = `${name}, answered at the PBX: ${answered}, ${seconds} s`;
    // A page that is left in the moment of the answer may not have heard of it.
    if (!answered || seconds > 0) expect(row?.statusCode === '200', what).toBe(answered);
    // The PBX counts whole seconds from its answer, the ledger from the browser's.
    if (answered && seconds > 2) expect(row?.duration, what).toBeGreaterThan(0);
    expect(row?.duration, what).toBeLessThanOrEqual(seconds + 2);
  }
}
