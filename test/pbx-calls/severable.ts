import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** The way from the phones to a PBX, which a test can cut. */
export interface Severable {
  /** The PBX's WebSocket address, by this way. */
  readonly url: string;
  /** Cuts every connection, as a failing network does; new ones get through. */
  cut(): void;
  /** The connections that are up carry nothing any more, and neither end is told: half open. New ones get through. */
  freeze(): void;
  /** Leads to another PBX from now on. Connections that are up stay where they are. */
  leadTo(wsUrl: string): void;
  close(): Promise<void>;
}

/**
 * Passes bytes on between the phones and the PBX, whose address stays the same for them when it starts anew elsewhere.
 * @param wsUrl e.g. `ws://127.0.0.1:28088/ws`
 */
export async function severable(wsUrl: string): Promise<Severable> {
  let target = new URL(wsUrl);
  const sockets = new Set<Socket>();
  const frozen = new WeakSet<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // The other half is closed together with this one, whatever became of it.
    socket.on('error', () => socket.destroy());
  };
  const server = createServer((phone) => {
    const pbx = connect(Number(target.port), target.hostname);
    keep(phone);
    keep(pbx);
    phone.pipe(pbx).pipe(phone);
    // A frozen connection carries no end either.
    phone.once('close', () => frozen.has(pbx) || pbx.destroy());
    pbx.once('close', () => frozen.has(phone) || phone.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `ws://127.0.0.1:${port}${target.pathname}`,
    cut,
    freeze: () => {
      for (const socket of sockets) {
        frozen.add(socket);
        // What arrives is read and lost.
        socket.unpipe().resume();
      }
    },
    leadTo: (address) => {
      target = new URL(address);
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      cut();
      await closed;
    },
  };
}

const refuses = () => {
  throw new Error('the phones go to the PBX directly: cut a link instead');
};

/** The PBX's own address, where a test needs the browser's own connection to it. */
export const direct = async (wsUrl: string): Promise<Severable> => ({
  url: wsUrl,
  cut: refuses,
  freeze: refuses,
  leadTo: refuses,
  close: async () => {},
});
