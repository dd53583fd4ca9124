import { connect, type Socket } from 'node:net';
import { createFeed, type Feed } from '../feed.ts';

/** What baresip says by itself, e.g. `{ type: 'CALL_ESTABLISHED', id: '...', peeruri: 'sip:1001@...' }`. */
export interface OutsideEvent {
  readonly type: string;
  readonly id?: string;
  readonly accountaor?: string;
  readonly peeruri?: string;
  readonly param?: string;
}

/** A message of baresip's control port: an answer to a command, or an event. */
type ControlMessage = OutsideEvent & {
  readonly response?: boolean;
  readonly ok?: boolean;
  readonly data?: string;
  readonly token?: string;
};

/** Cuts the control port's stream of netstrings (`<bytes>:<JSON>,`) into messages. Pure. */
export function createNetstringReader(): (chunk: Buffer) => unknown[] {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    const messages: unknown[] = [];
    for (;;) {
      const colon = rest.indexOf(':');
      if (colon < 0) return messages;
      const end = colon + 1 + Number(rest.subarray(0, colon).toString());
      if (rest.length <= end) return messages;
      messages.push(JSON.parse(rest.subarray(colon + 1, end).toString()));
      rest = rest.subarray(end + 1);
    }
  };
}

/** Customers, all of them one baresip; a command means the call it dealt with last. */
export interface Outside {
  /** Resolves with what baresip says about it; rejects when it refuses. */
  command(name: string, parameters?: string): Promise<string>;
  readonly events: Feed<OutsideEvent>;
  close(): void;
}

/** Connects to a baresip's control port on loopback. */
export async function connectOutside(port: number): Promise<Outside> {
  const socket: Socket = connect(port, '127.0.0.1');
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  const events = createFeed<OutsideEvent>();
  const answers = new Map<string, (message: ControlMessage) => void>();
  const read = createNetstringReader();
  socket.on('data', (chunk: Buffer) => {
    for (const message of read(chunk) as ControlMessage[]) {
      if (message.response) {
        answers.get(message.token ?? '')?.(message);
        continue;
      }
      events.add(message);
    }
  });
  // baresip closes the connection when it stops; nothing waits for it then.
  socket.on('error', () => socket.destroy());
  let count = 0;
  return {
    events,
    command: (command, params = '') =>
      new Promise((resolve, reject) => {
        const token = `t${++count}`;
        answers.set(token, ({ ok, data = '' }) => {
          answers.delete(token);
          if (ok === false) reject(new Error(`${command}: ${data}`));
          else resolve(data);
        });
        const text = JSON.stringify({ command, params, token });
        socket.write(`${Buffer.byteLength(text)}:${text},`);
      }),
    close: () => socket.destroy(),
  };
}
