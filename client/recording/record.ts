import type { Graph, GraphNews } from './graph.ts';
import { pieceCutter } from './pieces.ts';
import type { Recorder, RecorderDeps, RecorderNews } from './recorder.ts';

/** Where the pieces of one leg go; see upload.ts. */
export interface Uploads {
  add(bytes: Uint8Array<ArrayBuffer>): void;
  end(): void;
  leave(): void;
}

export interface RecordDeps extends Pick<RecorderDeps, 'tell'> {
  openGraph(news: GraphNews): Promise<Graph>;
  openUploads(leg: string, trouble: (text: string) => void): Uploads;
}

interface Running {
  local: MediaStreamTrack;
  remote: MediaStream;
  /** null while it is being opened, and when it broke. */
  graph: Graph | null;
  paused: boolean;
  /** Asked to end while the graph was being opened. */
  stopped: boolean;
  readonly cut: ReturnType<typeof pieceCutter>;
  readonly uploads: Uploads;
  readonly trouble: { upload: string; sound: string };
  told: string;
}

const BROKEN = 'The call is not recorded: the browser’s sound engine has failed.';
const SUSPENDED = 'The call is not recorded yet: click into the page.';
const LATE = 'A part of the record is lost: this computer is too busy.';

/** Records legs: opens the sound of each, cuts what the encoder makes of it into pieces, and gives them to the upload. */
export function recordLegs(deps: RecordDeps): Recorder {
  const legs = new Map<string, Running>();

  const tell = (leg: string, on: Running) => {
    const { upload, sound } = on.trouble;
    const state: RecorderNews['state'] = on.stopped || sound === BROKEN ? 'off' : on.paused ? 'paused' : 'on';
    const news: RecorderNews = { leg, state, trouble: sound || upload };
    const text = JSON.stringify(news);
    if (text === on.told) return;
    on.told = text;
    deps.tell(news);
  };

  const finish = (leg: string, on: Running) => {
    const rest = on.cut.rest();
    if (rest) on.uploads.add(rest);
    on.uploads.end();
    if (legs.get(leg) === on) legs.delete(leg);
    tell(leg, on);
  };

  const newsOf = (leg: string, on: Running): GraphNews => ({
    bytes: (bytes, lost) => {
      const piece = on.cut.add(bytes);
      if (piece) on.uploads.add(piece);
      if (lost === 0) return;
      on.trouble.sound = LATE;
      tell(leg, on);
    },
    ended: () => finish(leg, on),
    failed: () => {
      on.graph = null;
      on.trouble.sound = BROKEN;
      finish(leg, on);
    },
    suspended: (suspended) => {
      on.trouble.sound = suspended ? SUSPENDED : '';
      tell(leg, on);
    },
  });

  const open = async (leg: string, on: Running) => {
    const news = newsOf(leg, on);
    const graph = await deps.openGraph(news).catch(() => null);
    if (!graph) return news.failed();
    if (on.stopped) {
      graph.close();
      return finish(leg, on);
    }
    on.graph = graph;
    graph.pause(on.paused);
    graph.use(on.local, on.remote);
    tell(leg, on);
  };

  const start = (leg: string, local: MediaStreamTrack, remote: MediaStream) => {
    const known = legs.get(leg);
    if (known) {
      if (known.stopped || (known.local === local && known.remote === remote)) return;
      known.local = local;
      known.remote = remote;
      known.graph?.use(local, remote);
      return;
    }
    const trouble = { upload: '', sound: '' };
    const uploads = deps.openUploads(leg, (text) => {
      trouble.upload = text;
      tell(leg, on);
    });
    const on: Running = {
      local,
      remote,
      graph: null,
      paused: false,
      stopped: false,
      cut: pieceCutter(),
      uploads,
      trouble,
      told: '',
    };
    legs.set(leg, on);
    void open(leg, on);
  };

  const pause = (leg: string, paused: boolean) => {
    const on = legs.get(leg);
    if (!on || on.stopped) return;
    on.paused = paused;
    on.graph?.pause(paused);
    tell(leg, on);
  };

  const stop = (leg: string) => {
    const on = legs.get(leg);
    if (!on || on.stopped) return;
    on.stopped = true;
    on.graph?.end();
  };

  const leave = () => {
    for (const [leg, on] of legs) {
      const rest = on.cut.rest();
      if (rest) on.uploads.add(rest);
      on.uploads.leave();
      on.graph?.close();
      legs.delete(leg);
    }
  };

  return { start, pause: (leg) => pause(leg, true), resume: (leg) => pause(leg, false), stop, leave };
}
