import type { FromEncoder, ToEncoder } from './encoder.ts';

/** Where the parts of the browser's sound engine come from. */
export interface GraphUrls {
  readonly worklet: readonly string[];
  readonly encoder: readonly string[];
}

/** The sound of one leg on its way to the encoder. */
export interface Graph {
  use(local: MediaStreamTrack, remote: MediaStream): void;
  pause(paused: boolean): void;
  /** The last bytes come before `ended`. */
  end(): void;
  /** At once, without the last bytes. */
  close(): void;
}

export interface GraphNews {
  bytes(bytes: Uint8Array<ArrayBuffer>, lost: number): void;
  ended(): void;
  /** Something broke: nothing more comes. */
  failed(): void;
  /** The browser lets no sound be processed (autoplay rules), or does again. */
  suspended(suspended: boolean): void;
}

/** A suspended context is asked again this often (ms): a touch of the portal's page may have allowed it. */
const RESUME_MS = 1000;

/** The first address that can be loaded: a deploy may have removed the file that this build names. */
async function firstThat<T>(urls: readonly string[], load: (url: string) => Promise<T>): Promise<T> {
  for (const url of urls.slice(0, -1)) {
    const loaded = await load(url).catch(() => null);
    if (loaded !== null) return loaded;
  }
  return load(urls.at(-1) ?? '');
}

/** A module worker that has really started: a missing file is told by an event only. */
const startWorker = (url: string) =>
  new Promise<Worker>((resolve, reject) => {
    const worker = new Worker(url, { type: 'module' });
    worker.onmessage = () => resolve(worker);
    worker.onerror = () => {
      worker.terminate();
      reject(new Error('the encoder could not be loaded'));
    };
  });

/**
 * Mixes both sides in a context of its own and hands them to a worklet, which passes them to an encoder in a Web Worker: the
 * page's thread, which a browser slows down in a hidden tab, sees only mp3.
 */
export async function openGraph(urls: GraphUrls, news: GraphNews): Promise<Graph> {
  // No loudspeaker is opened where the browser knows how (the option is ignored elsewhere).
  const context = new AudioContext({ latencyHint: 'playback', sinkId: { type: 'none' } } as AudioContextOptions);
  try {
    const [, encoder] = await Promise.all([
      firstThat(urls.worklet, async (url) => {
        await context.audioWorklet.addModule(url);
        return true;
      }),
      firstThat(urls.encoder, startWorker),
    ]);
    return wire(context, encoder, news);
  } catch (error) {
    await context.close();
    throw error;
  }
}

function wire(context: AudioContext, encoder: Worker, news: GraphNews): Graph {
  // Left and right are added up to one before they reach the worklet, and so are the two sides.
  const tap = new AudioWorkletNode(context, 'tap', { channelCount: 1, channelCountMode: 'explicit' });
  // A node that leads nowhere may not be asked to work; this one's output is silence.
  tap.connect(context.destination);
  const { port1, port2 } = new MessageChannel();
  const say = (message: ToEncoder, transfer: Transferable[] = []) => encoder.postMessage(message, transfer);
  tap.port.postMessage(port1, [port1]);
  say({ t: 'open', port: port2, rate: context.sampleRate }, [port2]);

  let sources: MediaStreamAudioSourceNode[] = [];
  const close = () => {
    clearInterval(resuming);
    encoder.terminate();
    tap.port.postMessage('close');
    context.close().catch(() => {});
  };
  const fail = () => {
    close();
    news.failed();
  };
  encoder.onmessage = ({ data }: MessageEvent<FromEncoder>) => {
    if (data.t === 'bytes') return news.bytes(data.bytes, data.lost);
    if (data.t === 'end') {
      close();
      news.ended();
    }
  };
  encoder.onerror = fail;
  tap.onprocessorerror = fail;

  let silent = false;
  const look = () => {
    const now = context.state !== 'running';
    if (now) context.resume().catch(() => {});
    if (now !== silent) news.suspended(now);
    silent = now;
  };
  const resuming = setInterval(look, RESUME_MS);
  context.resume().catch(() => {});

  return {
    use: (local, remote) => {
      for (const source of sources) source.disconnect();
      sources = [new MediaStream([local]), remote].map((stream) => context.createMediaStreamSource(stream));
      for (const source of sources) source.connect(tap);
    },
    pause: (paused) => say({ t: 'pause', paused }),
    end: () => {
      for (const source of sources) source.disconnect();
      say({ t: 'end' });
    },
    close,
  };
}
