/** After this, in ms, it does not heal by itself: a browser has waited for five seconds before it says so. */
const GRACE_MS = 1000;
/** How long an ICE restart is given before the next one, in ms: the first, and the longest. */
const FIRST_MS = 4000;
const LONGEST_MS = 30_000;
/** The same for the first one over a new socket: what it offers may be of the network that has just gone. */
const FRESH_MS = 1000;
/** How often a way on which nothing arrives is looked for anew where ICE says that there is one: the far end may be silent. */
const DEAF_LOOKS = 4;
/** Ends of a re-INVITE that tell nothing of the far end's will: not sent, a collision, lost with its socket. */
const NOT_AGREED = [0, 491, 503];

export interface PathDeps {
  /** `iceConnectionState` now. */
  state(): string | undefined;
  /** A re-INVITE with new candidates (RFC 8445 9): the status that it came to; undefined where none can be sent now. */
  restart(): Promise<number | undefined>;
  /** Whether nothing arrives. */
  deaf(): Promise<boolean>;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  /** Told once when the sound's way has died, and once when there is one again. */
  tell(alive: boolean): void;
}

export interface PathWatch {
  /** The state has changed. */
  changed(): void;
  /** The socket is lost, perhaps with the sound's way: looks whether anything arrives still, for ICE notices late. */
  adrift(): Promise<void>;
  /**
   * The socket is back: what could not be sent while it was away can be now.
   * @returns whether anything was broken
   */
  again(): boolean;
  stop(): void;
}

/**
 * Looks for another way when the sound's way dies: neither the browser nor SIP.js restarts ICE by itself.
 * It is tried again, less and less often, until there is one or the call ends.
 *
 * None is sent over a socket that may be dead. One that the far end never heard of is owed to it: taken back, it leaves the
 * browser with new ports and the old password, so that a PBX answers its checks ("connected") and sends the sound to where
 * we were before.
 */
export function watchPath(deps: PathDeps): PathWatch {
  let timer: unknown;
  let alive = true;
  let owed = false;
  let asking = 0;
  /** Nothing arrived any more when the socket was lost. */
  let silent = false;
  /** ICE says that there is a way, and nothing arrives by it. */
  let deaf = false;
  let looks = 0;
  let stopped = false;
  let pause = FIRST_MS;
  const tell = (now: boolean) => {
    if (now !== alive) deps.tell(now);
    alive = now;
  };
  const wait = (ms: number) => {
    deps.clearTimeout(timer);
    if (!stopped) timer = deps.setTimeout(look, ms);
  };
  const look = async () => {
    if (deaf) {
      deaf = ++looks < DEAF_LOOKS && (await deps.deaf());
      changed();
      if (alive || stopped) return;
    }
    void restart();
  };
  const restart = async () => {
    deps.clearTimeout(timer);
    asking++;
    const status = await deps.restart();
    asking--;
    if (status === undefined) wait(GRACE_MS);
    else {
      owed = NOT_AGREED.includes(status);
      wait(pause);
      pause = Math.min(pause * 2, LONGEST_MS);
    }
    changed();
  };
  const changed = () => {
    const state = deps.state();
    if (state === 'connected' || state === 'completed') {
      if (owed || asking || deaf) return;
      deps.clearTimeout(timer);
      pause = FIRST_MS;
      tell(true);
    } else if ((state === 'disconnected' || state === 'failed') && alive) {
      tell(false);
      wait(GRACE_MS);
    }
  };
  return {
    changed,
    adrift: async () => {
      silent = await deps.deaf();
    },
    again: () => {
      if (alive && !silent) return false;
      deaf = silent;
      looks = 0;
      pause = FRESH_MS;
      void restart();
      tell(false);
      return true;
    },
    stop: () => {
      stopped = true;
      deps.clearTimeout(timer);
    },
  };
}
