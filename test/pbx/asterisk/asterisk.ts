import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

/**
 * Starts a private Asterisk on loopback, with WebRTC agents 1001 to 1003; config/extensions.conf says what they can
 * dial. Works in the plain network and inside `inNamespace`.
 * @example
 * const pbx = await startAsterisk();
 * if (!pbx.available) throw new Error(pbx.reason);
 * const call = await pbx.callIn({ to: '1001', from: '+49301234567' });
 */
export async function startAsterisk(users = AGENTS): Promise<Asterisk | Unavailable> {
  const files = findAsterisk();
  if (!files.available) return files;
  const run = mkdtempSync(join(tmpdir(), 'webphone-asterisk-'));
  const [ws = 0, ami = 0] = await freePorts([WS_PORT, AMI_PORT]);
  const ports = { ws, ami };
  const secret = randomBytes(16).toString('hex');
  writeConfiguration({ run, files, ports, secret, users });
  const program = launch([...files.command, '-f', '-C', join(run, 'etc/asterisk.conf')], { home: run });
  try {
    const manager = await booted(program, ports.ami, secret);
    return control({ ami: manager, program, run, port: ports.ws, users });
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
}

function writeConfiguration({ run, files, ports, secret, users }: Setting): void {
  for (const folder of ['etc', 'lib', 'lib/keys', 'spool', 'run', 'log']) mkdirSync(join(run, folder));
  const values = {
    RUN: run,
    ROOT: files.root,
    MODULES: files.modules,
    WS_PORT: ports.ws,
    AMI_PORT: ports.ami,
    AMI_SECRET: secret,
    RTP_FIRST: RTP.first,
    RTP_LAST: RTP.last,
  };
  const template = (name: string) => readFileSync(join(configuration, name), 'utf8');
  const extra: Readonly<Record<string, () => string>> = {
    'pjsip.conf': () => renderAgents(template('pjsip-agent.conf'), users),
    'rtp.conf': () => candidateMap(execFileSync('ip', ['-4', '-o', 'addr', 'show'], { encoding: 'utf8' })),
  };
  for (const name of UNUSED) writeFileSync(join(run, 'etc', name), '');
  for (const name of readdirSync(configuration).filter((file) => file !== 'pjsip-agent.conf')) {
    writeFileSync(join(run, 'etc', name), render(template(name), values) + (extra[name]?.() ?? ''));
  }
}

const BOOT_LIMIT_MS = 20_000;

/** Asks for the manager port until it answers: Asterisk opens it late, and says nothing else before. */
async function booted(program: Program, port: number, secret: string): Promise<Ami> {
  for (const deadline = Date.now() + BOOT_LIMIT_MS; ; ) {
    const ami = await connectAmi(port, 'test', secret).catch(() => undefined);
    if (ami) {
      await ami.when((event) => event.Event === 'FullyBooted');
      return ami;
    }
    const words = program.lastWords();
    if (words !== undefined) throw new Error(`Asterisk ended while starting: ${words}`);
    if (Date.now() > deadline) throw new Error(`Asterisk did not open its manager port ${port}`);
    await pause(50);
  }
}

interface Running {
  readonly ami: Ami;
  readonly program: Program;
  readonly run: string;
  readonly port: number;
  readonly users: readonly AsteriskUser[];
}

function control({ ami, program, run, port, users }: Running): Asterisk {
  const cli = async (command: string) => (await ami.send('Command', { Command: command })).Output ?? '';
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    ami.close();
    await program.stop(signal);
    rmSync(run, { recursive: true, force: true });
  };
  return {
    available: true,
    wsUrl: `ws://127.0.0.1:${port}/ws`,
    domain: '127.0.0.1',
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
