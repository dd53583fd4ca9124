import { randomBytes, randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { Grammar, IncomingRequestMessage, LoggerFactory, URI, UserAgentCore } from 'sip.js/lib/core/index.js';
import { type WebSocket, WebSocketServer } from 'ws';
import { register } from './access.ts';
import { answerInvite } from './answer.ts';
import { type AgentCall, type AgentCallOptions, callAgent } from './call-agent.ts';
import { createNonces } from './digest.ts';
import { createEventLog, type PbxEvent } from './events.ts';
import { createRegistrar } from './registrar.ts';
import type { Account, Switchboard } from './switchboard.ts';
import { type Connection, createWire, type Wire } from './wire.ts';

export type { AgentCall, AgentCallOptions } from './call-agent.ts';
export type { PbxEvent } from './events.ts';
export type { Account } from './switchboard.ts';

export interface DemoPbxOptions {
  /** TCP port; 0 picks a free one. */
  readonly port: number;
  readonly host?: string;
  readonly accounts: readonly Account[];
  /** SIP domain and digest realm. */
  readonly domain?: string;
  readonly onEvent?: (event: PbxEvent) => void;
  /** A leg whose phone sends nothing for so long is ended, ms. */
  readonly silenceMs?: number;
}

export interface DemoPbx {
  /** Address for the phone's WebSocket, subprotocol `sip` (RFC 7118). */
  readonly url: string;
  readonly domain: string;
  readonly events: readonly PbxEvent[];
  /** The first event that fits, past or future. */
  when(fits: (event: PbxEvent) => boolean): Promise<PbxEvent>;
  /** Rings an agent as a customer would; resolves when it is known how that ended. */
  callAgent(user: string, options: AgentCallOptions): Promise<AgentCall>;
  /**
   * Rings several agents at once, as a queue does. The first answer wins; the others are told that the call was
   * completed elsewhere. Resolves with one call per user, in the order given.
   */
  callGroup(users: readonly string[], options: AgentCallOptions): Promise<readonly AgentCall[]>;
  /** Users that can be rung right now. */
  registrations(): readonly string[];
  /** Open WebSockets: each running phone has one. */
  connections(): number;
  /** SIP Call-IDs of the answered legs. */
  legs(): readonly string[];
  hangupAll(): void;
  /** Whether an INVITE may take the place of a leg (RFC 3891), as in most PBXs; it may until this says otherwise. */
  knowReplaces(known: boolean): void;
  /** Closes every connection without a word, as a crash or a cable would. Calls and media live on. */
  dropConnections(): void;
  close(): Promise<void>;
}

/**
 * A small PBX in this process for the demo and for tests: SIP over WebSocket, digest, real WebRTC media, no root.
 * @example
 * const pbx = await startDemoPbx({ port: 0, accounts: [{ user: '1001', password: 'pw', name: 'Ann' }] });
 * const call = await pbx.callAgent('1001', { from: '+49301234567', name: 'Customer' });
 * if (call.result === 'answered') call.hangup();
 * await pbx.close();
 */
export async function startDemoPbx(options: DemoPbxOptions): Promise<DemoPbx> {
  const { host = '127.0.0.1', domain = 'demo.invalid', silenceMs = 30_000 } = options;
  const server = new WebSocketServer({
    host,
    port: options.port,
    handleProtocols: (offered) => (offered.has('sip') ? 'sip' : false),
    maxPayload: 65_536,
  });
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', reject);
  });
  const address = `${host}:${(server.address() as AddressInfo).port}`;
  const log = createEventLog(Date.now, options.onEvent);
  const loggers = new LoggerFactory();
  loggers.builtinEnabled = false;
  const wire = createWire(loggers.getLogger('pbx'));
  const closing = new AbortController();
  let replaces = true;
  const accounts = new Map(options.accounts.map((account) => [account.user, account]));
  const board = createSwitchboard({
    wire,
    loggers,
    address,
    domain,
    accounts,
    silenceMs,
    emit: log.emit,
    when: log.when,
    replaces: () => replaces,
    closing: closing.signal,
  });
  serve(server, wire, board);

  return {
    url: `ws://${address}`,
    domain,
    events: log.events,
    when: log.when,
    callAgent: (user, call) => callAgent(board, user, call),
    async callGroup(users, call) {
      const first = new AbortController();
      const signal = call.signal ? AbortSignal.any([call.signal, first.signal]) : first.signal;
      const onAnswer = () => first.abort('answered_elsewhere');
      const shared = { callId: randomUUID(), ...call, signal, onAnswer };
      return Promise.all(users.map((user) => callAgent(board, user, shared)));
    },
    registrations: () => board.registrar.list().map((binding) => binding.user),
    connections: () => [...server.clients].filter((socket) => socket.readyState === socket.OPEN).length,
    legs: () => [...board.legs].map((leg) => leg.id),
    hangupAll() {
      for (const leg of [...board.legs]) leg.hangup();
    },
    knowReplaces: (known) => {
      replaces = known;
    },
    dropConnections() {
      for (const socket of server.clients) socket.terminate();
    },
    async close() {
      closing.abort();
      const legs = [...board.legs];
      for (const leg of legs) leg.hangup();
      await Promise.all(legs.map((leg) => leg.media.close()));
      board.core.dispose();
      for (const socket of server.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Parts
  extends Pick<Switchboard, 'accounts' | 'domain' | 'emit' | 'when' | 'replaces' | 'silenceMs' | 'closing'> {
  readonly wire: Wire;
  readonly loggers: LoggerFactory;
  readonly address: string;
}

function createSwitchboard({ wire, loggers, address, ...shared }: Parts): Switchboard {
  const contact = `<sip:pbx@${address};transport=ws>`;
  const uri = new URI('sip', 'pbx', address.split(':')[0] ?? '', Number(address.split(':')[1]), { transport: 'ws' });
  const core = new UserAgentCore({
    aor: uri,
    contact: { pubGruu: undefined, tempGruu: undefined, uri, toString: () => contact },
    displayName: '',
    loggerFactory: loggers,
    hackViaTcp: false,
    routeSet: [],
    sipjsId: randomBytes(4).toString('hex'),
    supportedOptionTags: [],
    supportedOptionTagsResponse: [],
    userAgentHeaderFieldValue: 'demo-pbx',
    viaForceRport: false,
    viaHost: address,
    authenticationFactory: () => undefined,
    transportAccessor: () => wire,
  });
  return {
    ...shared,
    core,
    contact,
    legs: new Set(),
    now: Date.now,
    registrar: createRegistrar(Date.now),
    nonces: createNonces(randomBytes(16).toString('hex'), Date.now),
    reaches: wire.reaches,
    parseUri: (text) => Grammar.URIParse(text),
  };
}

/** Lets connections in and their SIP messages through to the core. */
function serve(server: WebSocketServer, wire: Wire, board: Switchboard): void {
  board.core.delegate = {
    onRegister: (request) => register(board, request),
    onInvite: (request) => answerInvite(board, request),
  };
  let count = 0;
  server.on('connection', (socket) => {
    const connection = connectionOf(socket, `c${++count}.phone`);
    socket.on('message', (data, binary) => {
      if (!binary) take(wire, board, connection, String(data));
    });
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      wire.drop(connection);
      for (const user of board.registrar.drop(connection.name)) {
        board.emit({ type: 'unregistered', user, reason: 'connection' });
      }
    });
  });
}

function connectionOf(socket: WebSocket, name: string): Connection {
  return {
    name,
    send(text) {
      if (socket.readyState !== socket.OPEN) return false;
      socket.send(text);
      return true;
    },
  };
}

function take(wire: Wire, board: Switchboard, connection: Connection, text: string): void {
  // RFC 5626 4.4.1: an empty pair of lines is a ping, one line the pong.
  if (text === '\r\n\r\n') return void connection.send('\r\n');
  const message = wire.receive(connection, text);
  if (!message) return;
  if (!(message instanceof IncomingRequestMessage))
    return void board.core.receiveIncomingResponseFromTransport(message);
  // The core answers 404 to whatever is not its own address; a PBX answers for every number of its domain.
  if (message.ruri) board.core.configuration.aor = message.ruri;
  board.core.receiveIncomingRequestFromTransport(message);
}
