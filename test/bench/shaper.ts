import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { listenOn } from '../harness/ports.ts';

/** A network between a browser and a server. */
export interface Link {
  readonly rttMs: number;
  readonly bitsPerSecond: number;
}

/**
 * When bytes that are sent now arrive: behind those that are still being sent, as fast as the link is, half a round trip
 * later.
 *
 * @param freeAt when the link has sent what came before (ms)
 */
export function travel(
  link: Link,
  now: number,
  freeAt: number,
  bytes: number,
): { readonly freeAt: number; readonly arrivesAt: number } {
  const sent = Math.max(now, freeAt) + (bytes * 8_000) / link.bitsPerSecond;
  return { freeAt: sent, arrivesAt: sent + link.rttMs / 2 };
}

export interface Shaper {
  readonly port: number;
  close(): Promise<void>;
}

/** Passes TCP connections on as if they went over `link`. A new connection first takes its round trip (RFC 9293 3.5). */
export async function startShaper(link: Link, target: number): Promise<Shaper> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  };
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1').setNoDelay(true);
    near.setNoDelay(true);
    keep(near);
    keep(far);
    const opened = performance.now() + link.rttMs;
    carry(link, near, far, opened);
    carry(link, far, near, opened);
  });
  const port = await listenOn(server, 0);
  return {
    port,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function carry(link: Link, from: Socket, to: Socket, opened: number): void {
  let freeAt = opened;
  const later = (at: number, then: () => void) => setTimeout(then, Math.max(0, at - performance.now()));
  from.on('data', (chunk: Buffer) => {
    const trip = travel(link, performance.now(), freeAt, chunk.length);
    freeAt = trip.freeAt;
    later(trip.arrivesAt, () => to.writable && to.write(chunk));
  });
  from.on('close', () => later(freeAt + link.rttMs / 2, () => to.destroy()));
}
