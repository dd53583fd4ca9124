import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';

const LOOPBACK = '127.0.0.1';

/** Ports tried after a busy preferred one. More would mean that something else is wrong. */
const ATTEMPTS = 20;

/**
 * Listens on loopback: on the preferred port, else on the next free one after it.
 *
 * @param server a server that does not listen yet
 * @param preferred 0 = whichever is free
 * @returns the port taken
 * @throws if ATTEMPTS ports in a row are busy, or for any other reason than a busy port
 */
export async function listenOn(server: Server, preferred: number): Promise<number> {
  for (let port = preferred; ; port += 1) {
    server.listen(port, LOOPBACK);
    try {
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    } catch (error) {
      const busy = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (!busy) throw error;
      if (port - preferred + 1 >= ATTEMPTS)
        throw new Error(`Ports ${preferred} to ${port} are all busy. Is another demo running?`);
    }
  }
}

/**
 * Ports that are free now and differ from each other, for servers that insist on choosing before they listen.
 *
 * @param preferred tried first, each; 0 = any
 */
export async function freePorts(preferred: readonly number[]): Promise<number[]> {
  // All are held until the last is found, or two of them would be the same.
  const probes = preferred.map(() => createServer());
  const ports: number[] = [];
  for (const [index, probe] of probes.entries()) ports.push(await listenOn(probe, preferred[index] ?? 0));
  await Promise.all(probes.map((probe) => once(probe.close(), 'close')));
  return ports;
}
