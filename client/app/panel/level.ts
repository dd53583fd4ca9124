import { need } from '../../pages/dom.ts';

/** A look at the level is enough this often for a bar that seems to move by itself (ms). */
const LOOK_MS = 60;
/** A microphone that nobody stops is closed: the browser shows its red dot as long as it is open (ms). */
const LIMIT_MS = 30_000;
/** Louder than this somebody spoke; a quiet room stays below (0-1). */
const HEARD = 0.02;

/** An open microphone whose level can be read. */
export interface OpenMicrophone {
  /** Root mean square of the newest samples, 0-1. */
  level(): number;
  close(): void;
}

/** What the check needs of the browser. */
export interface LevelDeps {
  /** Opens a microphone; '' = the browser's own choice. Rejects with the browser's own error. */
  open(id: string): Promise<OpenMicrophone>;
  setInterval(callback: () => void, ms: number): unknown;
  clearInterval(timer: unknown): void;
}

/** Why there is no level, in words for the person (names of DOMException, W3C Media Capture section 10.3.1). */
export function refusalWords(error: unknown): string {
  const name = error instanceof Error ? error.name : '';
  if (name === 'NotAllowedError')
    return 'The browser has blocked the microphone. Click the icon left of the address, allow it and reload the page.';
  if (name === 'NotFoundError' || name === 'OverconstrainedError')
    return 'This microphone is not plugged in. Choose another one.';
  if (name === 'NotReadableError') return 'Another program uses the microphone. Close it and try again.';
  return 'The microphone could not be opened.';
}

/** Root mean square of samples in -1..1. */
export function loudness(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return samples.length === 0 ? 0 : Math.sqrt(sum / samples.length);
}

/** The button that opens the microphone, and the bar that shows what it hears. */
export function levelCheck(root: ParentNode, microphone: () => string, deps: LevelDeps) {
  const button = need(root, '#checkMicrophone', HTMLButtonElement);
  const meter = need(root, '#level', HTMLMeterElement);
  const says = need(root, '#level-says', HTMLElement);
  let stop: (() => void) | null = null;

  const say = (text: string) => {
    if (says.textContent !== text) says.textContent = text;
  };
  const showOn = (on: boolean) => {
    button.setAttribute('aria-pressed', String(on));
    button.textContent = on ? 'Stop' : 'Check the microphone';
    meter.hidden = !on;
  };
  const watch = (open: OpenMicrophone) => {
    let looks = 0;
    let heard = false;
    const timer = deps.setInterval(() => {
      meter.value = open.level();
      heard ||= meter.value > HEARD;
      say(heard ? 'The microphone hears you.' : 'Say something: the bar must move.');
      if (++looks * LOOK_MS >= LIMIT_MS) stop?.();
    }, LOOK_MS);
    return () => {
      deps.clearInterval(timer);
      open.close();
      if (!heard) say('Nothing was heard. Is it muted, or the wrong one?');
    };
  };
  const start = async () => {
    button.disabled = true;
    try {
      const close = watch(await deps.open(microphone()));
      showOn(true);
      stop = () => {
        stop = null;
        close();
        showOn(false);
      };
    } catch (error) {
      say(refusalWords(error));
    }
    button.disabled = false;
  };
  button.addEventListener('click', () => void (stop ? stop() : start()));
  return { stop: () => stop?.() };
}

/** A microphone of this browser with its level. The click that asked for it lets the audio run. */
export async function openMicrophone(id: string): Promise<OpenMicrophone> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: id ? { deviceId: { exact: id } } : true });
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  return {
    level: () => {
      analyser.getFloatTimeDomainData(samples);
      return loudness(samples);
    },
    close: () => {
      for (const track of stream.getTracks()) track.stop();
      void context.close();
    },
  };
}
