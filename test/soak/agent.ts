import { WebSocket } from 'ws';
import type { Backoff } from '../../client/phone/backoff.ts';
import { createPulse, TICK_MS } from '../../client/phone/heartbeat.ts';
import { connectObject, type ObjectSocket, type RawSocket } from '../../client/phone/socket.ts';
import { keepTicket } from '../../client/phone/tickets.ts';
import type { FrameMessage, ObjectMessage, Session } from '../../src/protocol/frame.ts';
import { until } from '../harness/until.ts';

/** A line of a history, with the time of day first. */
export const moment = (what: string): string => `${new Date().toISOString().slice(11, 23)} ${what}`;

/** Messages that wait for an answer. */
type Asked = Extract<FrameMessage, { readonly id: string }>;
type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

/** Quicker than the product's: a soak is short. */
const BACKOFF: Backoff = { delayMs: (attempt) => Math.min(500, 20 * 2 ** attempt) };

export interface AgentOptions {
  readonly userId: number;
  /** `http://app.localhost:1234` */
  readonly appUrl: string;
  /** Asks once for a session at the portal. */
  readonly session: () => Promise<Session | 'unreachable'>;
  /** How wrong this browser's clock is, ms. */
  readonly skewMs: number;
}

/**
 * One employee's browser as the object sees it: the product's own connection (client/phone/socket.ts), with its
 * reconnects and repetitions, over a real WebSocket, and a clock that may be wrong.
 */
export class Agent {
  readonly userId: number;
  /** Legs that this browser holds; named after each reconnect. */
  readonly legs = new Set<string>();
  readonly heard: ObjectMessage[] = [];
  /** When its connection came, went, and had to wait for a ticket, for whoever has to find out what went wrong. */
  readonly story: string[] = [];
  /** How often a late handshake of its own took the lease away. */
  superseded = 0;
  reconnects = 0;
  /** Nobody else's call is played with this agent meanwhile. */
  busy = false;
  #skewMs: number;
  #tickets: Promise<ReturnType<typeof keepTicket>> | null = null;
  #raw: WebSocket | null = null;
  #page = 0;
  #ids = 0;
  #socket: ObjectSocket;
  #ticks: NodeJS.Timeout | undefined;
  readonly #pulse = createPulse({
    every: (callback) => {
      this.#ticks = setInterval(callback, TICK_MS);
    },
    onSignal: () => {},
    onGone: () => {},
    now: () => Date.now(),
  });
  readonly #waiting = new Map<string, { message: FrameMessage; answered: (answer: ObjectMessage) => void }>();
  readonly #options: AgentOptions;

  constructor(options: AgentOptions) {
    this.#options = options;
    this.userId = options.userId;
    this.#skewMs = options.skewMs;
    this.#socket = this.#connect();
  }

  /** What this browser's clock shows for a moment of the real one, Unix ms. */
  clock(real: number): number {
    return real + this.#skewMs;
  }

  jumpClock(ms: number): void {
    this.#skewMs += ms;
  }

  /** Says it, however often it takes, and waits for the answer. */
  ask(message: WithoutId<Asked>): Promise<ObjectMessage> {
    const id = `${this.userId}-${this.#page}-${++this.#ids}`;
    return new Promise((answered) => {
      const whole = { ...message, id } as FrameMessage;
      this.#waiting.set(id, { message: whole, answered });
      this.#socket.send(whole);
    });
  }

  /** Ids of what the object has not answered yet. */
  unanswered(): string[] {
    return [...this.#waiting.keys()];
  }

  /** The network goes away without a word. */
  cut(): void {
    this.#raw?.terminate();
  }

  /** The page dies, with everything that it had not said yet, and another is opened: it holds no leg. */
  die(): void {
    this.#page++;
    this.legs.clear();
    this.#waiting.clear();
    this.#raw?.terminate();
    this.#socket = this.#connect();
  }

  /** This browser is closed for good. */
  leave(): void {
    this.#page++;
    clearInterval(this.#ticks);
    this.#raw?.terminate();
  }

  #note(what: string): void {
    this.story.push(moment(`${this.userId} ${what}`));
  }

  async #keepTicket(): Promise<ReturnType<typeof keepTicket>> {
    const newSession = () => {
      this.#note('wants a session');
      return this.#options.session();
    };
    const first = await until('a session', async () => {
      const session = await newSession();
      return session !== 'unreachable' && session;
    });
    return keepTicket(first, {
      newSession,
      share: () => {},
      askRenewal: () => {},
      online: () => true,
      backoff: BACKOFF,
      pulse: this.#pulse,
      setTimeout,
      clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
      now: () => Date.now(),
    });
  }

  #connect(): ObjectSocket {
    const page = this.#page;
    const alive = () => page === this.#page;
    return connectObject({
      open: (protocols) => this.#open(protocols),
      backoff: BACKOFF,
      ticket: async (renew) => {
        if (!alive()) return null;
        this.#tickets ??= this.#keepTicket();
        const ticket = await (await this.#tickets).get(renew);
        // A page that died while it waited connects no more: it would take the lease from the next one.
        return alive() ? ticket : null;
      },
      onMessage: (message) => {
        this.heard.push(message);
        if ('id' in message) {
          this.#waiting.get(message.id)?.answered(message);
          this.#waiting.delete(message.id);
        }
      },
      onOpen: () => {
        this.reconnects++;
        this.#note(`is connected, holds ${[...this.legs].join(' ') || 'nothing'}`);
        const state = { ready: true, talking: this.legs.size > 0 } as const;
        if (alive()) this.#socket.send({ t: 'state', state, legs: [...this.legs] });
      },
      onEnd: (why) => {
        if (!alive() || why !== 'superseded') return;
        // A handshake that was given up here was answered later than the next one: nobody else has this phone. The object
        // cannot know, so the person takes the phone back.
        this.superseded++;
        this.#note('is superseded');
        this.#socket = this.#connect();
        for (const { message } of this.#waiting.values()) this.#socket.send(message);
      },
      setTimeout,
      clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
      now: () => Date.now(),
      pulse: this.#pulse,
    });
  }

  #open(protocols: string[]): RawSocket {
    const { host, port } = new URL(this.#options.appUrl);
    const raw = new WebSocket(`ws://127.0.0.1:${port}/api/socket`, protocols, {
      headers: { host, origin: this.#options.appUrl },
      handshakeTimeout: 5000,
    });
    raw.on('error', () => {});
    raw.once('close', (code) => this.#note(`is cut off: ${code}`));
    this.#raw = raw;
    // The product stamps messages with its own clock; here that clock is wrong.
    const wrong = (text: string) => {
      if (text === 'ping') return text;
      const message = JSON.parse(text);
      if ('sent' in message) message.sent = this.clock(message.sent);
      return JSON.stringify(message);
    };
    return {
      addEventListener: (type: 'open' | 'message' | 'close', listener: (event: never) => void) =>
        raw.addEventListener(type as 'open', listener as () => void),
      send: (text) => raw.readyState === WebSocket.OPEN && raw.send(wrong(text)),
      close: () => raw.close(),
    } as RawSocket;
  }
}
