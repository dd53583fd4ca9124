/// <reference path="../../node_modules/@breezystack/lamejs/type.d.ts" />
import { Mp3Encoder } from '@breezystack/lamejs';
import type { Block } from './blocks.ts';
import { encoding, RECORD_KBPS, RECORD_RATE } from './encoding.ts';

/** What the page says to the encoder. */
export type ToEncoder =
  | { readonly t: 'open'; readonly port: MessagePort; readonly rate: number }
  | { readonly t: 'pause'; readonly paused: boolean }
  | { readonly t: 'end' };

/** What the encoder says to the page; `ready` once it runs, `end` after the last bytes. */
export type FromEncoder =
  | { readonly t: 'ready' }
  | { readonly t: 'bytes'; readonly bytes: Uint8Array<ArrayBuffer>; readonly lost: number }
  | { readonly t: 'end' };

/** The Web Worker that makes mp3 of one leg's sound, beside the page's thread. */
let running: ReturnType<typeof encoding> | null = null;

const tell = (message: FromEncoder, transfer: Transferable[] = []) => postMessage(message, { transfer });

const open = (port: MessagePort, rate: number) => {
  const made = encoding(rate, new Mp3Encoder(1, RECORD_RATE, RECORD_KBPS), (bytes, lost) =>
    tell({ t: 'bytes', bytes, lost }, [bytes.buffer]),
  );
  running = made;
  port.onmessage = ({ data: block }: MessageEvent<Block>) => {
    made.hear(block);
    port.postMessage(block.samples, [block.samples.buffer]);
  };
};

addEventListener('message', ({ data }: MessageEvent<ToEncoder>) => {
  if (data.t === 'open') return open(data.port, data.rate);
  if (data.t === 'pause') return running?.pause(data.paused);
  running?.end();
  running = null;
  tell({ t: 'end' });
});
tell({ t: 'ready' });
