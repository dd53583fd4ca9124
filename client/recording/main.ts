import { openGraph } from './graph.ts';
import { recordLegs } from './record.ts';
import type { Recorder, RecorderDeps } from './recorder.ts';
import { uploader } from './upload.ts';

/** URLs of the worklet and of the encoder, filled in by the build; without a hash: the newest. */
declare const __WORKLET_URL__: string;
declare const __ENCODER_URL__: string;
const URLS = {
  worklet: [__WORKLET_URL__, '/client/worklet.js'],
  encoder: [__ENCODER_URL__, '/client/encoder.js'],
};

/** The browser's side of recording; loaded by the first recorded call. */
export function openRecorder(deps: RecorderDeps): Recorder {
  return recordLegs({
    tell: deps.tell,
    openGraph: (news) => openGraph(URLS, news),
    openUploads: (leg, trouble) =>
      uploader(leg, {
        fetch: (path, init) => fetch(path, init),
        ticket: deps.ticket,
        setTimeout: (callback, ms) => setTimeout(callback, ms),
        random: () => Math.random(),
        trouble,
      }),
  });
}
