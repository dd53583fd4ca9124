import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../harness/ports.ts';
import { until } from '../../harness/until.ts';
import { findUnpacked, type Unavailable } from '../unpacked.ts';

export interface Coturn {
  readonly available: true;
  /** `turn:` address, by UDP or by TCP. */
  url(transport: 'udp' | 'tcp'): string;
  /** What it has logged so far. */
  log(): string;
  close(): Promise<void>;
}

const PORT = 23_478;
/**
 * Where the relay's own sockets are: apart from the kernel's ports for everybody else, so that a test can block a browser's
 * UDP and leave the relay's alone.
 */
export const RELAY_PORTS = { first: 25_000, last: 25_199 };

/**
 * Starts a private coturn on loopback that takes time-limited credentials (`use-auth-secret`) and nothing else.
 * @param secret what the Worker has as TURN_SECRET
 * @example
 * const turn = await startCoturn(secret);
 * if (!turn.available) throw new Error(turn.reason);
 * settings.iceServers = [{ urls: turn.url('udp') }];
 */
export async function startCoturn(secret: string): Promise<Coturn | Unavailable> {
  const files = findUnpacked('coturn', 'test/pbx/coturn/install-coturn.sh');
  if (!files.available) return files;
  const run = mkdtempSync(join(tmpdir(), 'webphone-coturn-'));
  const [port = 0] = await freePorts([PORT]);
  writeFileSync(join(run, 'turnserver.conf'), configuration({ run, port, secret }));
  const [loader = '', ...rest] = files.command('usr/bin/turnserver');
  const child = spawn(loader, [...rest, '-c', join(run, 'turnserver.conf')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // The machine's own OpenSSL settings belong to another OpenSSL.
    env: { ...process.env, OPENSSL_CONF: '/dev/null' },
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (log += chunk));
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const over = () => child.exitCode !== null || child.signalCode !== null;
  const close = async () => {
    process.off('exit', kill);
    if (!over()) {
      const gone = once(child, 'exit');
      kill();
      await gone;
    }
    rmSync(run, { recursive: true, force: true });
  };
  try {
    await until('coturn to listen', async () => {
      if (over()) throw new Error(`coturn ended while starting: ${log}`);
      return listens(port);
    });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    available: true,
    url: (transport) => `turn:127.0.0.1:${port}?transport=${transport}`,
    log: () => log,
    close,
  };
}

const configuration = (setting: { run: string; port: number; secret: string }) => `listening-ip=127.0.0.1
relay-ip=127.0.0.1
listening-port=${setting.port}
min-port=${RELAY_PORTS.first}
max-port=${RELAY_PORTS.last}
realm=turn.invalid
fingerprint
use-auth-secret
static-auth-secret=${setting.secret}
no-tls
no-dtls
no-cli
allow-loopback-peers
no-multicast-peers
no-software-attribute
log-file=stdout
pidfile=${setting.run}/turnserver.pid
userdb=${setting.run}/turndb
`;

/** Its ports for UDP and TCP open together. */
async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
