import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface LoadOptions {
  readonly port: number;
  /** The whole request as bytes, keep-alive. */
  readonly request: Buffer;
  readonly requests: number;
  /** Connections, each with one request under way. */
  readonly connections: number;
}

/** Length of the first whole answer in `bytes`; null while it is not whole. */
export function answerLength(bytes: Buffer): number | null {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const head = bytes.toString('latin1', 0, end);
  if (!/^HTTP\/1\.1 200 /.test(head)) throw new Error(`The server answered: ${head.split('\r\n')[0]}`);
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  if (length === undefined) throw new Error('The answer names no length.');
  const total = end + 4 + Number(length);
  return bytes.length >= total ? total : null;
}

/**
 * Sends requests as fast as they are answered.
 *
 * @returns how long each answer took, ms
 */
export async function load({ port, request, requests, connections }: LoadOptions): Promise<number[]> {
  const times: number[] = [];
  let left = requests;
  const run = async (socket: Socket) => {
    await once(socket, 'connect');
    while (left > 0) {
      left -= 1;
      times.push(await oneAnswer(socket, request));
    }
    socket.destroy();
  };
  const sockets = Array.from({ length: connections }, () => connect(port, '127.0.0.1').setNoDelay(true));
  await Promise.all(sockets.map(run));
  return times;
}

function oneAnswer(socket: Socket, request: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    let seen: Buffer = Buffer.alloc(0);
    const done = (error?: unknown) => {
      socket.off('data', take).off('error', done).off('close', closed);
      if (error === undefined) resolve(performance.now() - started);
      else reject(error);
    };
    const closed = () => done(new Error('The server closed the connection.'));
    const take = (chunk: Buffer) => {
      seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk]);
      try {
        if (answerLength(seen) !== null) done();
      } catch (error) {
        done(error);
      }
    };
    socket.on('data', take).on('error', done).on('close', closed);
    const started = performance.now();
    socket.write(request);
  });
}
