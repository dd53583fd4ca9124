import {
  IncomingRequestMessage,
  type IncomingResponseMessage,
  type Logger,
  NameAddrHeader,
  Parser,
  type Transport,
  type URI,
} from 'sip.js/lib/core/index.js';

/**
 * Which WebSocket a SIP message goes to. One SIP core serves all connections, so that a call lives on when its phone
 * comes back over a new connection; the core knows no connections, hence this table.
 *
 * A phone's Contact is a random `.invalid` host (RFC 7118 5.1.1): requests reach it only over the connection that it
 * opened. Its host is replaced by the connection's name here, as Asterisk's `rewrite_contact` does.
 */
export interface Connection {
  /** Unique host-like name, e.g. `c7.phone`. */
  readonly name: string;
  /** False when the socket is gone. */
  send(text: string): boolean;
}

export type Incoming = IncomingRequestMessage | IncomingResponseMessage;

export interface Wire extends Transport {
  /** Takes a text frame of a connection; undefined when it is no complete SIP message. */
  receive(connection: Connection, text: string): Incoming | undefined;
  drop(connection: Connection): void;
  /** Whether whoever sent this request can still be told something. */
  reaches(request: IncomingRequestMessage): boolean;
}

/** Requests that may wait for their answer at one time; the oldest is forgotten first. */
const OPEN_REQUESTS = 1000;

export function createWire(logger: Logger): Wire {
  const connections = new Map<string, Connection>();
  const askedBy = new Map<string, Connection>();
  const remember = (branch: string, connection: Connection) => {
    askedBy.delete(branch);
    askedBy.set(branch, connection);
    const oldest = askedBy.keys().next();
    if (askedBy.size > OPEN_REQUESTS && !oldest.done) askedBy.delete(oldest.value);
  };
  return {
    protocol: 'WS',
    receive(connection, text) {
      const message = Parser.parseMessage(text, logger);
      if (!message || !isComplete(message)) return undefined;
      connections.set(connection.name, connection);
      if (message instanceof IncomingRequestMessage) remember(message.viaBranch, connection);
      const contact = contactOf(message);
      if (contact) pointTo(contact.uri, connection.name);
      return message;
    },
    drop(connection) {
      connections.delete(connection.name);
      for (const [branch, asker] of askedBy) if (asker === connection) askedBy.delete(branch);
    },
    reaches: (request) => askedBy.has(request.viaBranch),
    async send(text) {
      const message = Parser.parseMessage(text, logger);
      const to = message instanceof IncomingRequestMessage ? connections.get(message.ruri?.host ?? '') : undefined;
      const connection = to ?? (message ? askedBy.get(message.viaBranch) : undefined);
      if (!connection?.send(text)) throw new Error('The connection of this SIP message is gone');
    },
  };
}

/** The header fields without which RFC 3261 8.1.1 knows no SIP message. */
function isComplete(message: Incoming): boolean {
  return ['from', 'to', 'call-id', 'cseq', 'via'].every((name) => message.hasHeader(name));
}

/** The Contact that this PBX uses for a message, parsed; the core keeps and reads the same object. */
export function contactOf(message: Incoming): NameAddrHeader | undefined {
  if (!message.hasHeader('contact')) return undefined;
  const contact: unknown = message.parseHeader('contact');
  return contact instanceof NameAddrHeader ? contact : undefined;
}

function pointTo(uri: URI, host: string): void {
  uri.host = host;
  uri.port = undefined;
}
