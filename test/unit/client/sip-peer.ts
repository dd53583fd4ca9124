import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type WebSocket as Socket, WebSocketServer } from 'ws';
import { until } from '../../harness/until.ts';

/** One SIP message, read no further than a test needs. */
export interface Message {
  /** Request line or status line. */
  readonly first: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

export const header = (message: Message, name: string): string =>
  message.headers.find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1] ?? '';

function parse(text: string): Message {
  const end = text.indexOf('\r\n\r\n');
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = lines.map(
    (line) => [line.slice(0, line.indexOf(':')).trim(), line.slice(line.indexOf(':') + 1).trim()] as const,
  );
  return { first, headers, body: text.slice(end + 4) };
}

/** A PBX that does exactly what a test says, wrong things included. Registers everybody. */
export interface SipPeer {
  readonly url: string;
  /** The next message that begins so and that no test has taken; waits for it. */
  takes(start: string): Promise<Message>;
  /** Messages that begin so and that no test has taken. */
  waiting(start: string): readonly Message[];
  answer(
    request: Message,
    status: number,
    options?: { readonly headers?: readonly string[]; readonly body?: string },
  ): void;
  /** `Reason: value` lines after the usual ones; a body is SDP. */
  sends(
    method: string,
    dialog: Dialog,
    options?: { readonly headers?: readonly string[]; readonly body?: string },
  ): void;
  /** An INVITE to the phone, outside any dialog. @returns the dialog as the PBX will see it */
  invites(options?: { readonly headers?: readonly string[] }): Promise<Dialog>;
  /** How REGISTER is answered from now on: further header lines instead of the contact's echo. */
  registersWith(headers: readonly string[]): void;
  /** The status that REGISTER has from now on; null = no answer. */
  answersRegister(status: number | null): void;
  /** Cuts the connections. */
  cut(): void;
  close(): Promise<void>;
}

/** A dialog from the PBX's side. */
export interface Dialog {
  readonly callId: string;
  readonly from: string;
  readonly to: string;
  readonly target: string;
}

export const SDP = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=candidate:1 1 udp 1 127.0.0.1 9 typ host\r\n';

/** The dialog that our 2xx to the phone's INVITE makes. */
export const dialogOf = (invite: Message): Dialog => ({
  callId: header(invite, 'Call-ID'),
  from: `${header(invite, 'To')};tag=pbx`,
  to: header(invite, 'From'),
  target: /<([^>]+)>/.exec(header(invite, 'Contact'))?.[1] ?? '',
});

/** Shorter than a test's, so that the error says what came instead. */
export const PATIENCE_MS = 4000;

export async function startSipPeer(): Promise<SipPeer> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: () => 'sip' });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const heard: Message[] = [];
  let socket: Socket | undefined;
  let contact = '';
  let registerHeaders: readonly string[] | null = null;
  let registerStatus: number | null = 200;
  let count = 0;
  let invited = 0;

  const send = (lines: readonly string[], body = '') =>
    socket?.send([...lines, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n'));
  const answer: SipPeer['answer'] = (request, status, { headers = [], body } = {}) => {
    const copied = request.headers.filter(([name]) => /^(via|from|call-id|cseq)$/i.test(name));
    const to = header(request, 'To');
    send(
      [
        `SIP/2.0 ${status} Answer`,
        ...copied.map(([name, value]) => `${name}: ${value}`),
        `To: ${to.includes('tag=') ? to : `${to};tag=pbx`}`,
        `Contact: <sip:pbx@127.0.0.1:${port};transport=ws>`,
        ...(body === undefined ? [] : ['Content-Type: application/sdp']),
        ...headers,
      ],
      body,
    );
  };
  const register = (request: Message) => {
    contact = /<([^>]+)>/.exec(header(request, 'Contact'))?.[1] ?? '';
    const copied = request.headers.filter(([name]) => /^(via|from|to|call-id|cseq)$/i.test(name));
    send([
      'SIP/2.0 200 OK',
      ...copied.map(([name, value]) => `${name}: ${value}`),
      ...(registerHeaders ?? [`Contact: <${contact}>;expires=180`]),
    ]);
  };
  server.on('connection', (connection) => {
    socket = connection;
    connection.on('message', (data) => {
      const message = parse(String(data));
      if (message.first.startsWith('REGISTER')) {
        if (registerStatus === 200) register(message);
        else if (registerStatus !== null) answer(message, registerStatus);
      }
      heard.push(message);
    });
  });
  const request = (method: string, { callId, from, to, target }: Dialog, headers: readonly string[], body?: string) => {
    count += 1;
    if (method === 'INVITE') invited = count;
    send(
      [
        `${method} ${target} SIP/2.0`,
        `Via: SIP/2.0/WS 127.0.0.1:${port};branch=z9hG4bK${count}`,
        'Max-Forwards: 70',
        `From: ${from}`,
        `To: ${to}`,
        `Call-ID: ${callId}`,
        // RFC 3261 13.2.2.4
        `CSeq: ${method === 'ACK' ? invited : count} ${method}`,
        `Contact: <sip:pbx@127.0.0.1:${port};transport=ws>`,
        ...(body === undefined ? [] : ['Content-Type: application/sdp']),
        ...headers,
      ],
      body,
    );
  };
  return {
    url: `ws://127.0.0.1:${port}/`,
    async takes(start) {
      const find = () => heard.findIndex(({ first }) => first.startsWith(start));
      const late = (error: Error) =>
        new Error(`${error.message}; came: ${heard.map(({ first }) => first).join(' | ')}`);
      await until(`"${start}" from the phone`, () => find() >= 0, PATIENCE_MS).catch((error: Error) => {
        throw late(error);
      });
      return heard.splice(find(), 1)[0] as Message;
    },
    waiting: (start) => heard.filter(({ first }) => first.startsWith(start)),
    answer,
    sends: (method, dialog, { headers = [], body } = {}) => request(method, dialog, headers, body),
    async invites({ headers = [] } = {}) {
      await until('a registration', () => contact !== '');
      count += 1;
      const dialog = {
        callId: `from-pbx-${count}`,
        from: `"Clara" <sip:+4940@127.0.0.1>;tag=pbx${count}`,
        to: '<sip:1001@127.0.0.1>',
        target: contact,
      };
      request('INVITE', dialog, headers, SDP);
      return dialog;
    },
    registersWith: (headers) => {
      registerHeaders = headers;
    },
    answersRegister: (status) => {
      registerStatus = status;
    },
    cut: () => socket?.terminate(),
    async close() {
      for (const client of server.clients) client.terminate();
      await new Promise((done) => server.close(done));
    },
  };
}
