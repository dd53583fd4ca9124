import { createSocket } from 'node:dgram';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { LINE } from '../../harness/cast.ts';
import { freePorts } from '../../harness/ports.ts';
import { render } from '../asterisk/render.ts';
import { createFeed, type Feed } from '../feed.ts';
import { launch, type Program } from '../program.ts';
import { findUnpacked, type Unavailable, type Unpacked } from '../unpacked.ts';
import { connectOutside, type Outside } from './outside.ts';
import { readWire, type WireEvent } from './wire.ts';

/** An account at the proxy. */
export interface KamailioUser {
  readonly user: string;
  readonly password: string;
  readonly name: string;
}

export interface Kamailio {
  readonly available: true;
  /** Address for the phone's WebSocket. */
  readonly wsUrl: string;
  /** SIP domain: what stands behind the @ of an agent. */
  readonly domain: string;
  readonly users: readonly KamailioUser[];
  /** Customers, of `CUSTOMERS`. */
  readonly outside: Outside;
  /** A customer (default: `CUSTOMERS.tone`) calls an agent, or the hunt group `support` (agents 1001 and 1002 at once). */
  callIn(to: string, from?: string): Promise<void>;
  /** Messages that passed the proxy. */
  readonly wire: Feed<WireEvent>;
  /** What the daemons have printed. */
  log(): string;
  close(): Promise<void>;
}

/**
 * Numbers outside: `echo` and `tone` answer at once, one repeats what they hear, the other whistles; `slow` only rings.
 * A re-INVITE ends the echo, for baresip takes its two halves for one device.
 */
export const CUSTOMERS = { echo: '+49301234567', tone: '+49301234568', slow: '+49407654321' } as const;

/** A name that no resolver knows (RFC 6761 6.4): what is sent there can only go to the proxy that was told to take it. */
const DOMAIN = 'proxy.invalid';

const USERS: readonly KamailioUser[] = [
  { user: '1001', password: 'kamailio-1001', name: 'Ann Agent' },
  { user: '1002', password: 'kamailio-1002', name: 'Ben Agent' },
  { user: '1003', password: 'kamailio-1003', name: 'Cem Agent' },
];

/** First ports tried; apart from those of the other PBXes, so that all can run on one machine. */
const FIRST = { ws: 28_188, sip: 25_160, ng: 25_223, outside: 25_170, control: 25_244 };
const RTP = { first: 24_400, last: 24_799 };
const OUTSIDE_RTP = { first: 24_800, last: 24_899 };

const configuration = fileURLToPath(new URL('config/', import.meta.url));
const BOOT_LIMIT_MS = 20_000;

/**
 * Starts a proxy on loopback: Kamailio as registrar, rtpengine between DTLS-SRTP and plain RTP, and a baresip that plays
 * every customer. config/kamailio.cfg says what can be dialled.
 * @example
 * const peer = await startKamailio();
 * if (!peer.available) throw new Error(peer.reason);
 * await peer.callIn('1001');
 */
export async function startKamailio(users = USERS): Promise<Kamailio | Unavailable> {
  const files = findUnpacked('kamailio', 'test/pbx/kamailio/install-kamailio.sh');
  if (!files.available) return files;
  const run = mkdtempSync(join(tmpdir(), 'webphone-kamailio-'));
  const running: (() => unknown)[] = [() => rmSync(run, { recursive: true, force: true })];
  const close = async () => {
    for (const stop of running.splice(0).reverse()) await stop();
  };
  try {
    return { ...(await boot(files, run, users, running)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function boot(files: Unpacked, run: string, users: readonly KamailioUser[], running: (() => unknown)[]) {
  const [ws = 0, sip = 0, ng = 0, outside = 0, control = 0] = await freePorts(Object.values(FIRST));
  writeConfiguration(files, run, { ws, sip, ng, outside, control }, users);
  const wire = createFeed<WireEvent>();
  let log = '';
  const start = (command: readonly string[]) => {
    const program = launch(command, {
      home: run,
      onLine: (line) => {
        log = `${log}${line}\n`.slice(-200_000);
        const event = readWire(line);
        if (event !== null) wire.add(event);
      },
    });
    running.push(() => program.stop());
    return program;
  };
  const relay = start(mediaRelay(files, ng));
  await answersPing(ng, relay);
  const proxy = start([
    ...files.command('usr/sbin/kamailio', 'kamailio'),
    ...['-DD', '-E', '-f', join(run, 'kamailio.cfg'), '-Y', run, '-m', '64', '-M', '8'],
    ...['-L', join(files.libraries[0] ?? '', 'kamailio/modules')],
  ]);
  const customers = start([...files.command('usr/bin/baresip'), '-f', run]);
  await listens(ws, proxy, 'Kamailio');
  await listens(control, customers, 'baresip');
  const customer = await connectOutside(control);
  running.push(() => customer.close());
  return {
    available: true as const,
    wsUrl: `ws://127.0.0.1:${ws}`,
    domain: DOMAIN,
    users,
    outside: customer,
    async callIn(to: string, from: string = CUSTOMERS.tone) {
      await customer.command('uafind', `sip:${from}@${DOMAIN}`);
      await customer.command('dial', `sip:${to}@${DOMAIN}`);
    },
    wire,
    log: () => log,
  };
}

/** rtpengine in user space: `--table=-1` asks for no kernel module. */
const mediaRelay = (files: Unpacked, ng: number) => [
  ...files.command('usr/bin/rtpengine'),
  ...['--foreground', '--log-stderr', '--log-level=4', '--table=-1', '--num-threads=2'],
  ...['--interface=127.0.0.1', `--listen-ng=127.0.0.1:${ng}`, `--port-min=${RTP.first}`, `--port-max=${RTP.last}`],
];

interface Ports {
  readonly ws: number;
  readonly sip: number;
  readonly ng: number;
  readonly outside: number;
  readonly control: number;
}

function writeConfiguration(files: Unpacked, run: string, ports: Ports, users: readonly KamailioUser[]): void {
  const values = {
    DOMAIN,
    LINE: LINE.number,
    MODULES: join(files.root, 'usr/lib/baresip/modules'),
    WS_PORT: ports.ws,
    SIP_PORT: ports.sip,
    NG_PORT: ports.ng,
    OUTSIDE_PORT: ports.outside,
    CONTROL_PORT: ports.control,
    RTP_FIRST: OUTSIDE_RTP.first,
    RTP_LAST: OUTSIDE_RTP.last,
    PASSWORDS: users.map(({ user, password }) => `    $sht(password=>${user}) = "${password}";`).join('\n'),
  };
  mkdirSync(run, { recursive: true });
  for (const [template, name] of [
    ['kamailio.cfg', 'kamailio.cfg'],
    ['baresip.conf', 'config'],
    ['baresip-accounts', 'accounts'],
  ] as const) {
    writeFileSync(join(run, name), render(readFileSync(join(configuration, template), 'utf8'), values));
  }
  writeFileSync(join(run, 'contacts'), '');
}

/** Resolves when somebody listens there; a daemon says nothing before. */
async function listens(port: number, program: Program, name: string): Promise<void> {
  for (const deadline = Date.now() + BOOT_LIMIT_MS; ; ) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    const words = program.lastWords();
    if (words !== undefined) throw new Error(`${name} ended while starting: ${words}`);
    if (Date.now() > deadline) throw new Error(`${name} did not open its port ${port}`);
    await pause(50);
  }
}

/**
 * Resolves when rtpengine answers on its control port: a proxy that asks too early takes it for dead, for a minute.
 * The protocol is a cookie and a bencoded dictionary.
 */
async function answersPing(port: number, program: Program): Promise<void> {
  const socket = createSocket('udp4');
  try {
    let answered = false;
    socket.on('message', () => {
      answered = true;
    });
    socket.on('error', () => undefined);
    for (const deadline = Date.now() + BOOT_LIMIT_MS; !answered; ) {
      socket.send('1 d7:command4:pinge', port, '127.0.0.1');
      await pause(50);
      const words = program.lastWords();
      if (words !== undefined) throw new Error(`rtpengine ended while starting: ${words}`);
      if (Date.now() > deadline) throw new Error(`rtpengine did not answer on port ${port}`);
    }
  } finally {
    socket.close();
  }
}
