import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { listenOn } from './ports.ts';

export interface DelayProxyOptions {
  /** Preferred port; the next free one is taken when it is busy. 0 = any. */
  readonly port: number;
  /** Where the Worker listens, on loopback. A function, as a restarted Worker may move. */
  readonly target: () => URL;
}

export interface DelayProxy {
  readonly port: number;
  /** From now on, answers to `POST /placement` are held back this long (ms); 0 = not at all. */
  setPlacementDelay(ms: number): void;
  /** Ends every WebSocket as a lost network would: no close frame. */
  dropSockets(): void;
  /** From now on the WebSockets that are open carry nothing any more, and nobody is told: half-open. New ones get through. */
  holdSockets(): void;
  /** Requests that passed, oldest first: what a test may ask "did the frame call that?". */
  readonly requests: readonly { readonly method: string; readonly path: string }[];
  close(): Promise<void>;
}

/**
 * The edge between browsers and the Worker: passes HTTP and WebSockets through with the Host header untouched (the
 * Worker learns its public origin from it) and can make the handler slow. The delay lives here because the product
 * has no switch for being slow.
 */
export async function startDelayProxy({ port, target }: DelayProxyOptions): Promise<DelayProxy> {
  let placementDelay = 0;
  const sockets = new Set<Socket>();
  const timers = new Set<NodeJS.Timeout>();
  const requests: { method: string; path: string }[] = [];

  const server = createServer((incoming, answer) => {
    const { method = 'GET', url: path = '/' } = incoming;
    requests.push({ method, path });
    const held = method === 'POST' && path.split('?')[0] === '/placement' ? placementDelay : 0;
    if (held === 0) return forward(incoming, answer, target());
    const timer = setTimeout(() => {
      timers.delete(timer);
      forward(incoming, answer, target());
    }, held);
    timers.add(timer);
  });
  server.on('upgrade', (incoming: IncomingMessage, near: Socket, head: Buffer) => {
    requests.push({ method: 'UPGRADE', path: incoming.url ?? '/' });
    tunnel(incoming, near, head, target(), sockets);
  });
  const taken = await listenOn(server, port);

  return {
    port: taken,
    requests,
    setPlacementDelay: (ms) => {
      placementDelay = ms;
    },
    dropSockets: () => {
      for (const socket of sockets) socket.destroy();
    },
    holdSockets: () => {
      for (const socket of sockets) socket.unpipe().pause();
    },
    async close() {
      for (const timer of timers) clearTimeout(timer);
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function forward(incoming: IncomingMessage, answer: ServerResponse, target: URL): void {
  const outgoing = request(
    {
      host: target.hostname,
      port: target.port,
      method: incoming.method,
      path: incoming.url,
      headers: incoming.headers,
    },
    (response) => {
      answer.writeHead(response.statusCode ?? 502, response.rawHeaders);
      response.pipe(answer);
    },
  );
  outgoing.on('error', () => {
    if (!answer.headersSent) answer.writeHead(502, { 'content-type': 'text/plain' });
    answer.end('The Worker does not answer.');
  });
  answer.on('close', () => outgoing.destroy());
  incoming.pipe(outgoing);
}

// The handshake is copied byte for byte, so that the Worker sees the browser's subprotocols and Origin.
function tunnel(incoming: IncomingMessage, near: Socket, head: Buffer, target: URL, sockets: Set<Socket>): void {
  const far = connect(Number(target.port), target.hostname, () => {
    far.write(handshake(incoming));
    far.write(head);
    near.pipe(far).pipe(near);
  });
  for (const [socket, other] of [
    [near, far],
    [far, near],
  ] as const) {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      other.destroy();
    });
  }
}

function handshake({ method, url, rawHeaders }: IncomingMessage): string {
  const lines = [`${method} ${url} HTTP/1.1`];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}
