/**
 * Whether a connection still hears us. Neither a browser nor a server says that a socket is half open (a NAT that forgot it, a
 * network that was changed, a computer that slept), so the phone asks, on both of its connections.
 */

/**
 * How often the source of ticks ticks, about (ms). Ticks are counted and no time is made of them: those of a page in the
 * background may come once a minute.
 */
export const TICK_MS = 5000;
/** A clock that is off by so much between two ticks says that computer or page slept (ms). */
const JUMP_MS = 15_000;
/** How long an answer may take (ms). */
const PATIENCE_MS = 5000;

/** Where ticks and signals come from; handed in. */
export interface PulseSource {
  /** Calls back about every TICK_MS. */
  every(callback: () => void): void;
  /** The network or the page is back: `online`, `resume`, visible again. */
  onSignal(callback: () => void): void;
  /** Unix ms. */
  now(): number;
}

/** The phone's sense of time. */
export interface Pulse {
  onTick(callback: () => void): void;
  /** What was known of a connection may be wrong from now on: look at once. */
  onWake(callback: () => void): void;
  /** One of the phone's connections was lost: what took it may have taken the others as well. */
  doubt(): void;
  onDoubt(callback: () => void): void;
}

/** Makes one signal of everything that says that we may have been away, a clock that has jumped included. */
export function createPulse({ every, onSignal, now }: PulseSource): Pulse {
  const ticks: (() => void)[] = [];
  const wakes: (() => void)[] = [];
  const doubts: (() => void)[] = [];
  const run = (all: readonly (() => void)[]) => {
    for (const each of all) each();
  };
  let last = now();
  every(() => {
    const gap = now() - last;
    last += gap;
    run(Math.abs(gap) > JUMP_MS ? wakes : ticks);
  });
  onSignal(() => run(wakes));
  return {
    onTick: (callback) => void ticks.push(callback),
    onWake: (callback) => void wakes.push(callback),
    doubt: () => run(doubts),
    onDoubt: (callback) => void doubts.push(callback),
  };
}

export interface HeartbeatDeps {
  readonly pulse: Pulse;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  /** Unix ms. */
  now(): number;
}

/** A connection that can be asked whether it hears us. */
export interface Pingable {
  /** What is connected, to be told from what is connected later; null = nothing. */
  connection(): unknown;
  /** Asks; any sign of life counts as the answer. */
  ping(answered: () => void): void;
  /** It is half open: away with it. */
  drop(): void;
}

export interface Heartbeat {
  /** Asks now. */
  ask(): void;
  /** No answer is due: what is said over the connection is likely to arrive. */
  sure(): boolean;
}

/**
 * Asks every so many ticks, and at once after each wake-up and in doubt; drops a connection that owes an answer for 5 s.
 *
 * @param answers whether the other end is known to answer; else it is expected to once it has done so
 */
export function heartbeat(link: Pingable, ticks: number, deps: HeartbeatDeps, answers = false): Heartbeat {
  let count = 0;
  /** Which connection owes an answer. */
  let owing: unknown = null;
  let timer: unknown;

  const ask = (again: boolean) => {
    const asked = link.connection();
    count = 0;
    if (asked === null || (asked === owing && !again)) return;
    const at = deps.now();
    owing = asked;
    deps.clearTimeout(timer);
    timer = deps.setTimeout(() => {
      // A page that was frozen meanwhile runs its timers before it reads its messages.
      if (!again && deps.now() - at > 2 * PATIENCE_MS) return ask(true);
      owing = null;
      if (answers && link.connection() === asked) link.drop();
    }, PATIENCE_MS);
    link.ping(() => {
      answers = true;
      if (owing !== asked) return;
      owing = null;
      deps.clearTimeout(timer);
    });
  };
  deps.pulse.onTick(() => {
    if (++count >= ticks) ask(false);
  });
  const now = () => ask(false);
  deps.pulse.onWake(now);
  deps.pulse.onDoubt(now);
  return { ask: now, sure: () => !answers || owing === null || owing !== link.connection() };
}
