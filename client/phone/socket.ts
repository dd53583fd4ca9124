import { CloseCode, type FrameMessage, type ObjectMessage } from '../../src/protocol/frame.ts';
import type { Backoff } from './backoff.ts';
import { type HeartbeatDeps, heartbeat } from './heartbeat.ts';
import { createOutbox } from './outbox.ts';

/** The part of WebSocket that is used. */
export interface RawSocket {
  addEventListener(type: 'open', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number }) => void): void;
  send(text: string): void;
  close(): void;
}

export interface SocketDeps extends HeartbeatDeps {
  open(protocols: string[]): RawSocket;
  readonly backoff: Backoff;
  /** A ticket that is alive, or null when there is none to be had any more. `renew`: the last one was refused. */
  ticket(renew: boolean): Promise<string | null>;
  onMessage(message: ObjectMessage): void;
  /** Each time the object is connected: say what it must know again. */
  onOpen(): void;
  /** The object will have us no more: another phone took over, or the app is gone. */
  onEnd(why: 'superseded' | 'uninstalled' | 'refused'): void;
}

/** Our connection to the portal's object. A lost one never ends a call; it is made again and says again what was unanswered. */
export interface ObjectSocket {
  send(message: FrameMessage): void;
  connected(): boolean;
  /** Closes, and stays away until `resume`. */
  pause(): void;
  resume(): void;
}

const PROTOCOL = 'b24phone.v1';
/** The object takes a phone that it has not heard for 100 s for gone; asked every 20 s, a few may be lost. */
const TICKS = 4;
/** What a browser says of a connection that was lost (RFC 6455 7.4.1). */
const LOST = 1006;

/** Subprotocols of the handshake: browsers can't set headers, and a ticket in the URL would end up in logs. */
export function subprotocols(ticket: string): string[] {
  const encoded = btoa(ticket).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  return [PROTOCOL, `t.${encoded}`];
}

/** A message as it leaves now: the object reads our times by what our clock shows at this moment. */
const written = (message: FrameMessage): string =>
  JSON.stringify('at' in message || 'startedAt' in message ? { ...message, sent: Date.now() } : message);

/** Connects, and stays connected until the object says otherwise. */
export function connectObject(deps: SocketDeps): ObjectSocket {
  const outbox = createOutbox();
  let socket: RawSocket | null = null;
  let open = false;
  let ended = false;
  let connecting = false;
  let attempt = 0;
  let understood = true;
  let heard = () => {};
  let paused = false;

  const end = (why: 'superseded' | 'uninstalled' | 'refused') => {
    ended = true;
    deps.onEnd(why);
  };

  const connect = async (renew: boolean) => {
    if (ended || paused || socket || connecting) return;
    connecting = true;
    const ticket = await deps.ticket(renew);
    connecting = false;
    if (paused) return;
    if (ticket === null) return end('refused');
    const raw = deps.open(subprotocols(ticket));
    socket = raw;
    raw.addEventListener('open', () => {
      if (socket !== raw) return;
      heard();
      open = true;
      if (understood) attempt = 0;
      // Before the state: a leg that it no longer names would count as died with its page, and its true end come too late.
      for (const message of outbox.unsettled()) raw.send(written(message));
      deps.onOpen();
    });
    raw.addEventListener('message', ({ data }) => {
      if (socket === raw) receive(data);
    });
    raw.addEventListener('close', ({ code }) => {
      if (socket === raw) lost(code);
    });
  };

  const receive = (data: unknown) => {
    heard();
    if (typeof data !== 'string' || !data.startsWith('{')) return;
    const message = JSON.parse(data) as ObjectMessage;
    outbox.settle(message);
    // Coming back would take the phone from the newer one; what this page still has to say, it says on this socket.
    if (message.t === 'superseded') ended = true;
    deps.onMessage(message);
  };

  const lost = (code: number) => {
    const wasOpen = open;
    socket = null;
    open = false;
    if (code === CloseCode.superseded) return end('superseded');
    if (code === CloseCode.uninstalled) return end('uninstalled');
    if (ended) return;
    if (wasOpen) deps.pulse.doubt();
    // What it did not understand is said again after each reconnect: not in a tight loop.
    understood = code !== CloseCode.protocol;
    // A handshake that is refused looks like a network that is away to a browser: in the end the ticket may be the reason.
    const renew = code === CloseCode.ticket || (!wasOpen && attempt > 2);
    deps.setTimeout(() => void connect(renew), deps.backoff.delayMs(attempt++));
  };

  const again = () => {
    attempt = 0;
    void connect(false);
  };
  deps.pulse.onWake(again);
  // The runtime answers for the object, which sleeps on (docs/protocol.md).
  heartbeat(
    {
      connection: () => socket,
      patient: () => !open,
      ping: (answered) => {
        heard = answered;
        if (open) socket?.send('ping');
      },
      drop: () => {
        const dead = socket;
        lost(LOST);
        dead?.close();
      },
    },
    TICKS,
    deps,
    true,
  );
  void connect(false);

  return {
    send: (message) => {
      outbox.add(message);
      if (open) socket?.send(written(message));
    },
    connected: () => open,
    pause: () => {
      paused = true;
      open = false;
      socket?.close();
    },
    resume: () => {
      paused = false;
      again();
    },
  };
}
