import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { NetConnectOpts } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../../harness/ports.ts';
import { launch, type Program } from '../program.ts';
import type { Unavailable } from '../unpacked.ts';
import { type Ami, type AmiMessage, connectAmi } from './ami.ts';
import { type AsteriskFiles, findAsterisk } from './files.ts';
import { type CallInOptions, callIn, type OutsideCall } from './outside.ts';
import { type AsteriskUser, candidateMap, render, renderAgents } from './render.ts';
import { type ChannelStats, freeMembers, readChannelStats } from './stats.ts';

export interface Asterisk {
  readonly available: true;
  /** Address for the phone's WebSocket. */
  readonly wsUrl: string;
  /** SIP domain: what stands behind the @ of an agent. */
  readonly domain: string;
  readonly users: readonly AsteriskUser[];
  /** A customer calls one agent, or several at once. */
  callIn(options: CallInOptions): Promise<OutsideCall>;
  /** The first manager event that fits, past or future, e.g. `DTMFEnd`, `UserEvent`, `Hangup`. */
  when(fits: (event: AmiMessage) => boolean): Promise<AmiMessage>;
  /** One command of Asterisk's console. */
  cli(command: string): Promise<string>;
  /** Resolves when the queue `support` would ring these agents: it learns of a registration a moment later. */
  freeInQueue(users: readonly string[]): Promise<void>;
  /** RTP counters of every SIP channel that is up now. */
  channelStats(): Promise<readonly ChannelStats[]>;
  /** Asterisk's own log so far. */
  log(): string;
  close(): Promise<void>;
  /** The same without a word to anybody, as in a power cut: a PBX that is stopped says BYE. */
  crash(): Promise<void>;
}

const AGENTS: readonly AsteriskUser[] = [
  { user: '1001', password: 'asterisk-1001', name: 'Ann Agent' },
  { user: '1002', password: 'asterisk-1002', name: 'Ben Agent' },
  { user: '1003', password: 'asterisk-1003', name: 'Cem Agent' },
];

/** First port tried. Apart from the demo's, so that both PBXes can run on one machine. */
const WS_PORT = 28_088;
const AMI_PORT = 25_038;
const RTP = { first: 24_000, last: 24_399 };

const configuration = fileURLToPath(new URL('config/', import.meta.url));

/** Where an Asterisk lives. */
export interface Place {
  /** Phones reach it here, and by this name; the name is the SIP domain as well. */
  readonly address: string;
  readonly host: string;
  /** What a program's command line begins with to run there. */
  readonly enter: readonly string[];
  /** First port tried for its manager, on the place's loopback, and how tests get there; default: from here. */
  readonly amiPort?: number;
  readonly ami?: NetConnectOpts;
}

const HERE: Place = { address: '127.0.0.1', host: '127.0.0.1', enter: [] };

/**
 * Starts a private Asterisk, with WebRTC agents 1001 to 1003; config/extensions.conf says what they can
 * dial. Works in the plain network and inside `inNamespace`.
 * @param place default: on loopback
 * @example
 * const pbx = await startAsterisk();
 * if (!pbx.available) throw new Error(pbx.reason);
 * const call = await pbx.callIn({ to: '1001', from: '+49301234567' });
 */
export async function startAsterisk(users = AGENTS, place = HERE): Promise<Asterisk | Unavailable> {
  const files = findAsterisk();
  if (!files.available) return files;
  const run = mkdtempSync(join(tmpdir(), 'webphone-asterisk-'));
  const [ws = 0, ami = 0] = await freePorts([WS_PORT, place.amiPort ?? AMI_PORT]);
  const ports = { ws, ami };
  const secret = randomBytes(16).toString('hex');
  writeConfiguration({ run, files, ports, secret, users, place });
  const program = launch([...place.enter, ...files.command, '-f', '-C', join(run, 'etc/asterisk.conf')], { home: run });
  try {
    const manager = await booted(program, place.ami ?? { host: '127.0.0.1', port: ami }, secret);
    return control({ ami: manager, program, run, wsUrl: `ws://${place.host}:${ws}/ws`, domain: place.host, users });
  } catch (error) {
    await program.stop();
    rmSync(run, { recursive: true, force: true });
    throw error;
  }
}

/** Empty files for parts that are built in and not used: Asterisk logs an error for each that is missing. */
const UNUSED = ['acl.conf', 'ccss.conf', 'features.conf', 'pjproject.conf', 'udptl.conf'];

interface Setting {
  readonly run: string;
  readonly files: AsteriskFiles;
  readonly ports: { readonly ws: number; readonly ami: number };
  readonly secret: string;
  readonly users: readonly AsteriskUser[];
  readonly place: Place;
}

function writeConfiguration({ run, files, ports, secret, users, place }: Setting): void {
  for (const folder of ['etc', 'lib', 'lib/keys', 'spool', 'run', 'log']) mkdirSync(join(run, folder));
  const values = {
    RUN: run,
    ROOT: files.root,
    MODULES: files.modules,
    WS_PORT: ports.ws,
    AMI_PORT: ports.ami,
    AMI_SECRET: secret,
    ADDRESS: place.address,
    RTP_FIRST: RTP.first,
    RTP_LAST: RTP.last,
  };
  const template = (name: string) => readFileSync(join(configuration, name), 'utf8');
  const extra: Readonly<Record<string, () => string>> = {
    'pjsip.conf': () => renderAgents(template('pjsip-agent.conf'), users),
    'rtp.conf': () => candidateMap(addresses(place), place.address),
  };
  for (const name of UNUSED) writeFileSync(join(run, 'etc', name), '');
  for (const name of readdirSync(configuration).filter((file) => file !== 'pjsip-agent.conf')) {
    writeFileSync(join(run, 'etc', name), render(template(name), values) + (extra[name]?.() ?? ''));
  }
}

function addresses({ enter }: Place): string {
  const [program = '', ...args] = [...enter, 'ip', '-4', '-o', 'addr', 'show'];
  return execFileSync(program, args, { encoding: 'utf8' });
}

const BOOT_LIMIT_MS = 20_000;

/** Asks for the manager port until it answers: Asterisk opens it late, and says nothing else before. */
async function booted(program: Program, at: NetConnectOpts, secret: string): Promise<Ami> {
  for (const deadline = Date.now() + BOOT_LIMIT_MS; ; ) {
    const ami = await connectAmi(at, 'test', secret).catch(() => undefined);
    if (ami) {
      await ami.when((event) => event.Event === 'FullyBooted');
      return ami;
    }
    const words = program.lastWords();
    if (words !== undefined) throw new Error(`Asterisk ended while starting: ${words}`);
    if (Date.now() > deadline) throw new Error(`Asterisk did not open its manager port ${JSON.stringify(at)}`);
    await pause(50);
  }
}

interface Running {
  readonly ami: Ami;
  readonly program: Program;
  readonly run: string;
  readonly wsUrl: string;
  readonly domain: string;
  readonly users: readonly AsteriskUser[];
}

function control({ ami, program, run, wsUrl, domain, users }: Running): Asterisk {
  const cli = async (command: string) => (await ami.send('Command', { Command: command })).Output ?? '';
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    ami.close();
    await program.stop(signal);
    rmSync(run, { recursive: true, force: true });
  };
  return {
    available: true,
    wsUrl,
    domain,
    users,
    callIn: (options) => callIn(ami, options),
    when: ami.when,
    cli,
    async freeInQueue(wanted) {
      const missing = async () => {
        const free = freeMembers(await cli('queue show support'));
        return wanted.some((user) => !free.includes(user));
      };
      while (await missing()) await pause(50);
    },
    channelStats: async () => readChannelStats(await cli('pjsip show channelstats')),
    log: () => readFileSync(join(run, 'log/messages'), 'utf8'),
    close: () => end('SIGTERM'),
    crash: () => end('SIGKILL'),
  };
}
