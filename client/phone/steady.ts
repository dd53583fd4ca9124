export interface SteadyDeps {
  setInterval(callback: () => void, ms: number): unknown;
  /** Calls back as often from a worker (client/ticker/), where the browser has one. */
  tick(callback: () => void): void;
  now(): number;
}

/**
 * An interval that a hidden page keeps: browsers slow its timers down to one a minute, those of a worker run on. Either
 * clock will do, so a worker that never came up, or died, costs nothing; two that tick for the same time count once.
 */
export function steady(callback: () => void, ms: number, { setInterval, tick, now }: SteadyDeps): void {
  let last = now();
  const beat = () => {
    if (Math.abs(now() - last) < ms / 2) return;
    last = now();
    callback();
  };
  setInterval(beat, ms);
  tick(beat);
}
