import { blockFiller } from './blocks.ts';

/** Of AudioWorkletGlobalScope, which the DOM's types leave out. */
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

/** Samples of one part, by the standard. */
const QUANTUM = 128;

/** Hears the mixed sound on the audio thread and passes it to the encoder's port, past the page's own thread. */
class Tap extends AudioWorkletProcessor {
  #filler: ReturnType<typeof blockFiller> | null = null;
  #open = true;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<MessagePort | 'close'>) => {
      if (data === 'close') {
        this.#open = false;
        return;
      }
      const filler = blockFiller((block) => data.postMessage(block, [block.samples.buffer]));
      data.onmessage = (back: MessageEvent<Float32Array<ArrayBuffer>>) => filler.giveBack(back.data);
      this.#filler = filler;
    };
  }

  process([input]: Float32Array[][]): boolean {
    this.#filler?.hear(input?.[0], QUANTUM);
    return this.#open;
  }
}

registerProcessor('tap', Tap);
