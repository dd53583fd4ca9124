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
/** The same where there is a reason to doubt (ms): a connection that is dropped in vain is back within some round trips. */
const DOUBT_MS = 1500;

/** Where ticks and signals come from; handed in. */
export interface PulseSource {
  /** Calls back about every TICK_MS. */
  every(callback: () => void): void;
  /** The network or the page is back: `online`, `resume`, visible again. */
  onSignal(callback: () => void): void;
  /** There is no network: `offline`. */
  onGone(callback: () => void): void;
  /** Unix ms. */
  now(): number;
}

/** The phone's sense of time. */
export interface Pulse {
  onTick(callback: () => void): void;
  /**
   * What was known of a connection may be wrong from now on: look at once.
   * @param callback gets whether the network was gone meanwhile
   */
  onWake(callback: (gone?: boolean) => void): void;
  /** Something speaks against the phone's connections: one was lost, the network has gone, nothing is heard. */
  doubt(): void;
  onDoubt(callback: () => void): void;
}

/** Makes one signal of everything that says that we may have been away, a clock that has jumped included. */
export function createPulse({ every, onSignal, onGone, now }: PulseSource): Pulse {
  const ticks: (() => void)[] = [];
  const wakes: ((gone?: boolean) => void)[] = [];
  const doubts: (() => void)[] = [];
  const run = (all: readonly (() => void)[]) => {
    for (const each of all) each();
  };
  let gone = false;
  const wake = () => {
    for (const each of wakes) each(gone);
    gone = false;
  };
  const doubt = () => run(doubts);
  let last = now();
  every(() => {
    const gap = now() - last;
    last += gap;
    if (Math.abs(gap) > JUMP_MS) wake();
    else run(ticks);
  });
  onSignal(wake);
  onGone(() => {
    gone = true;
    doubt();
  });
  return {
    onTick: (callback) => void ticks.push(callback),
    onWake: (callback) => void wakes.push(callback),
    doubt,
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
  /**
   * Whether dropping it in vain costs more than some round trips: it is still being made, or a call that rings hangs on it.
   * Then it has the longer patience, whatever the doubt.
   */
  patient(): boolean;
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
 * Asks every so many ticks, and at once after each wake-up and in doubt; drops a connection that owes an answer for too long,
 * or that owes one from before the network went when the network is back.
 *
 * @param answers whether the other end is known to answer; else it is expected to once it has done so
 */
export function heartbeat(link: Pingable, ticks: number, deps: HeartbeatDeps, answers = false): Heartbeat {
  let count = 0;
  /** Which connection owes an answer. */
  let owing: unknown = null;
  let timer: unknown;

  const settle = () => {
    owing = null;
    deps.clearTimeout(timer);
  };
  const giveUp = () => {
    const asked = owing;
    settle();
    if (answers && link.connection() === asked) link.drop();
  };
  const ask = (patience: number, again = false) => {
    const asked = link.connection();
    count = 0;
    if (asked === null || (asked === owing && !again)) return;
    const at = deps.now();
    owing = asked;
    deps.clearTimeout(timer);
    timer = deps.setTimeout(() => {
      // A page that was frozen meanwhile runs its timers before it reads its messages.
      if (!again && deps.now() - at > 2 * patience) ask(patience, true);
      else giveUp();
    }, patience);
    link.ping(() => {
      // Nobody answers over a lost connection: its questions are ended on this side.
      if (link.connection() !== asked) return;
      answers = true;
      if (owing === asked) settle();
    });
  };
  deps.pulse.onTick(() => {
    if (++count >= ticks) ask(PATIENCE_MS);
  });
  const doubt = () => ask(link.patient() ? PATIENCE_MS : DOUBT_MS);
  deps.pulse.onWake((gone) => {
    if (gone && owing !== null && !link.patient()) giveUp();
    doubt();
  });
  deps.pulse.onDoubt(doubt);
  return { ask: () => ask(PATIENCE_MS), sure: () => !answers || owing === null || owing !== link.connection() };
}
