/** A Wi-Fi's hiccup heals by itself within this, in ms. */
const GRACE_MS = 3000;
/** How long an ICE restart is given before the next one, in ms: the first, and the longest. */
const FIRST_MS = 4000;
const LONGEST_MS = 30_000;

export interface PathDeps {
  /** `iceConnectionState` now. */
  state(): string | undefined;
  /** A re-INVITE with new candidates (RFC 8445 9). */
  restart(): Promise<unknown>;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  /** Told once when the sound's way has died, and once when there is one again. */
  tell(alive: boolean): void;
}

export interface PathWatch {
  /** The state has changed. */
  changed(): void;
  /** The socket is back: what could not be sent while it was away can be now. @returns whether anything was broken */
  again(): boolean;
  stop(): void;
}

/**
 * Looks for another way when the sound's way dies: neither the browser nor SIP.js restarts ICE by itself.
 * It is tried again, less and less often, until there is one or the call ends.
 */
export function watchPath(deps: PathDeps): PathWatch {
  let timer: unknown;
  let told = true;
  let pause = FIRST_MS;
  const tell = (alive: boolean) => {
    if (alive !== told) deps.tell(alive);
    told = alive;
  };
  const wait = (callback: () => void, ms: number) => {
    deps.clearTimeout(timer);
    timer = deps.setTimeout(callback, ms);
  };
  const broken = () => deps.state() === 'disconnected' || deps.state() === 'failed';
  const restart = () => {
    if (!broken() && told) return;
    tell(false);
    wait(restart, pause);
    pause = Math.min(pause * 2, LONGEST_MS);
    void deps.restart();
  };
  return {
    changed: () => {
      const state = deps.state();
      if (state === 'connected' || state === 'completed') {
        deps.clearTimeout(timer);
        pause = FIRST_MS;
        tell(true);
      } else if (state === 'failed' && told) restart();
      else if (state === 'disconnected' && told) wait(restart, GRACE_MS);
    },
    again: () => {
      if (!broken() && told) return false;
      pause = FIRST_MS;
      restart();
      return true;
    },
    stop: () => deps.clearTimeout(timer),
  };
}
