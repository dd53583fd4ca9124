/**
 * What a call's record needs of the phone, and what it gives back. The part that records is a bundle of its own
 * (client/recording/main.ts), fetched when the first recorded call is answered: who never records never pays for it.
 */

/** `off` also after a fault, which `trouble` names in one sentence; '' = nothing is wrong. */
export type RecorderNews = {
  readonly leg: string;
  readonly state: 'off' | 'on' | 'paused';
  readonly trouble: string;
};

/**
 * Records calls, each leg for itself. Commands never throw and do nothing for a leg that is not recorded; what they came
 * to is told as news.
 */
export interface Recorder {
  /**
   * Both sides of a leg from now on, mixed. Said again for a leg that is recorded (another microphone, a new remote
   * stream), it goes on with these sources. Muted or held: what the track carries, so silence of a disabled track.
   *
   * @param local the track that this leg sends, not a copy from before mute
   */
  start(leg: string, local: MediaStreamTrack, remote: MediaStream): void;
  /** Nothing is recorded until `resume`; the pause is cut out. */
  pause(leg: string): void;
  resume(leg: string): void;
  /** The call is over: the rest is uploaded and the record closed. */
  stop(leg: string): void;
  /** The page goes away: what is left is sent while there is still time (fetch keepalive). */
  leave(): void;
}

export interface RecorderDeps {
  /** A ticket for the upload; `refused`: the last one was not taken. null = nobody gives us one any more. */
  ticket(refused: boolean): Promise<string | null>;
  tell(news: RecorderNews): void;
}

/** What the recording bundle exports. */
export interface RecordingModule {
  openRecorder(deps: RecorderDeps): Recorder;
}

const NOT_LOADED = 'The call is not recorded: the recorder could not be loaded.';

/**
 * The recorder as the phone holds it: loads the bundle at the first `start` and hands everything on, in order.
 *
 * @param load imports the bundle; asked again at the next call when it failed
 * @example const recorder = createRecorder(() => import(url), { ticket: tickets.get, tell: desk.recording });
 */
export function createRecorder(load: () => Promise<RecordingModule>, deps: RecorderDeps): Recorder {
  let opened: Promise<Recorder> | null = null;
  let ready: Recorder | null = null;
  const open = () => {
    opened ??= load().then((module) => {
      ready = module.openRecorder(deps);
      return ready;
    });
    return opened;
  };
  // What comes while the bundle is on its way waits for it: a stop must not overtake its start.
  const then = (act: (recorder: Recorder) => void) => {
    if (ready) act(ready);
    else void opened?.then(act).catch(() => {});
  };
  return {
    start: (leg, local, remote) => {
      if (ready) return ready.start(leg, local, remote);
      open()
        .then((recorder) => recorder.start(leg, local, remote))
        .catch(() => {
          opened = null;
          deps.tell({ leg, state: 'off', trouble: NOT_LOADED });
        });
    },
    pause: (leg) => then((recorder) => recorder.pause(leg)),
    resume: (leg) => then((recorder) => recorder.resume(leg)),
    stop: (leg) => then((recorder) => recorder.stop(leg)),
    leave: () => ready?.leave(),
  };
}
