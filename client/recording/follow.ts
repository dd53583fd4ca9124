import type { Call } from '../call/types.ts';
import type { Panel } from '../frame/panel.ts';
import type { Recorder, RecorderDeps, RecorderNews } from './recorder.ts';

/** Both sides of a leg as they are now. */
export interface LegSound {
  readonly local: MediaStreamTrack;
  readonly remote: MediaStream;
}

export interface FollowDeps {
  openRecorder(deps: RecorderDeps): Recorder;
  ticket(refused: boolean): Promise<string | null>;
  /** null while a leg has no sound. */
  sound(leg: string): LegSound | null;
  /** What a leg's record is like has changed. */
  changed(): void;
  setTimeout(callback: () => void, ms: number): unknown;
}

/** How a leg's record stands, for the operator's panel. */
export type RecordState = Pick<RecorderNews, 'state' | 'trouble'>;

const NONE: RecordState = { state: 'off', trouble: '' };
/** A leg gets another track when a headset is plugged in; the record follows within this time (ms). */
const LOOK_MS = 500;

/** Records every call that is talked on, from the answer to its end, whatever tracks it has meanwhile. */
export function recordCalls(deps: FollowDeps) {
  const states = new Map<string, RecordState>();
  let legs: readonly string[] = [];
  let looking = false;

  const recorder = deps.openRecorder({
    ticket: deps.ticket,
    tell: ({ leg, state, trouble }) => {
      states.set(leg, { state, trouble });
      deps.changed();
    },
  });

  const look = () => {
    looking = legs.length > 0;
    if (!looking) return;
    for (const leg of legs) {
      const sound = deps.sound(leg);
      if (sound) recorder.start(leg, sound.local, sound.remote);
    }
    deps.setTimeout(look, LOOK_MS);
  };

  return {
    /** The calls of this browser as they are now; also one that has ended may be among them. */
    follow(calls: readonly Pick<Call, 'leg' | 'phase' | 'recorded'>[]): void {
      // A talk with a colleague that the ledger knows nothing of has no call in the CRM that it could be attached to.
      const talks = calls.filter(
        ({ phase, recorded }) => recorded && (phase === 'talking' || phase === 'transferring'),
      );
      const now = talks.map(({ leg }) => leg);
      for (const leg of legs) {
        if (now.includes(leg)) continue;
        recorder.stop(leg);
        states.delete(leg);
      }
      legs = now;
      if (!looking) look();
    },
    /** The person's own switch; pauses, never begins. */
    set(leg: string, on: boolean): void {
      if (on) recorder.resume(leg);
      else recorder.pause(leg);
    },
    stateOf: (leg: string): RecordState => states.get(leg) ?? NONE,
    leave: () => recorder.leave(),
  };
}

export type Recordings = ReturnType<typeof recordCalls>;

/** The panel with what is recorded; a fault of the record is said where nothing worse is wrong with the call. */
export function withRecords(panel: Panel, recordings: Recordings | null): Panel {
  if (!recordings) return panel;
  const calls = panel.calls.map((call) => {
    const { state, trouble } = recordings.stateOf(call.leg);
    return { ...call, recording: state, trouble: call.trouble || trouble };
  });
  return { ...panel, calls };
}
