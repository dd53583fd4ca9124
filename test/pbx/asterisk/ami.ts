import { once } from 'node:events';
import { connect, type NetConnectOpts } from 'node:net';

/** One message of Asterisk's manager interface; a field that is repeated has its values on lines of their own. */
export type AmiMessage = Readonly<Record<string, string>>;

/** Cuts the manager's byte stream into messages. Pure. */
export function createAmiReader(): (chunk: string) => AmiMessage[] {
  let rest = '';
  return (chunk) => {
    const blocks = (rest + chunk).split('\r\n\r\n');
    rest = blocks.pop() ?? '';
    return blocks.map(readMessage).filter((message) => Object.keys(message).length > 0);
  };
}

function readMessage(block: string): AmiMessage {
  const message: Record<string, string> = {};
  for (const line of block.split('\r\n')) {
    const colon = line.indexOf(':');
    // The greeting ("Asterisk Call Manager/…") is the one line without a colon.
    if (colon < 0) continue;
    const [name, value] = [line.slice(0, colon), line.slice(colon + 1).trimStart()];
    const before = message[name];
    message[name] = before === undefined ? value : `${before}\n${value}`;
  }
  return message;
}

export interface Ami {
  /** Sends an action and resolves with its response. Rejects when Asterisk refuses it. */
  send(action: string, fields?: Readonly<Record<string, string>>): Promise<AmiMessage>;
  /** The first event that fits, past or future. */
  when(fits: (event: AmiMessage) => boolean): Promise<AmiMessage>;
  close(): void;
}

/** Events that are kept for `when`. */
const KEPT = 5000;

/**
 * Logs in at the manager interface.
 * @throws when nobody listens there, or the secret is wrong
 */
export async function connectAmi(at: NetConnectOpts, username: string, secret: string): Promise<Ami> {
  const socket = connect(at).setEncoding('utf8');
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  const events: AmiMessage[] = [];
  const watchers = new Set<(event: AmiMessage) => void>();
  const answers = new Map<string, (message: AmiMessage) => void>();
  const read = createAmiReader();
  socket.on('data', (chunk: string) => {
    for (const message of read(chunk)) {
      if (message.Event === undefined) {
        answers.get(message.ActionID ?? '')?.(message);
        continue;
      }
      events.push(message);
      if (events.length > KEPT) events.shift();
      for (const watch of [...watchers]) watch(message);
    }
  });
  // Asterisk closes the connection when it stops; nothing waits for it then.
  socket.on('error', () => socket.destroy());
  let count = 0;
  const ami: Ami = {
    send: (action, fields = {}) =>
      new Promise((resolve, reject) => {
        const ActionID = fields.ActionID ?? `a${++count}`;
        answers.set(ActionID, (message) => {
          answers.delete(ActionID);
          if (message.Response === 'Error') reject(new Error(`${action}: ${message.Message}`));
          else resolve(message);
        });
        const lines = Object.entries({ Action: action, ActionID, ...fields }).map(
          ([name, value]) => `${name}: ${value}`,
        );
        socket.write(`${lines.join('\r\n')}\r\n\r\n`);
      }),
    when: (fits) =>
      new Promise((resolve) => {
        const past = events.find(fits);
        if (past) return resolve(past);
        const watch = (event: AmiMessage) => {
          if (!fits(event)) return;
          watchers.delete(watch);
          resolve(event);
        };
        watchers.add(watch);
      }),
    close: () => socket.destroy(),
  };
  const closed = once(socket, 'close').then(() => {
    throw new Error('the manager has closed the connection');
  });
  await Promise.race([ami.send('Login', { Username: username, Secret: secret }), closed]);
  closed.catch(() => {});
  return ami;
}
