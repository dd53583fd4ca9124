import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { until } from '../../harness/until.ts';
import type { Place } from '../asterisk/asterisk.ts';
import { ip, ownNetwork } from '../coturn/block.ts';
import { launch } from '../program.ts';

/** A network interface of the computer on which the browsers run, and the way that begins there. */
export interface Link {
  /** It is there and has an address; packets go by the link with the lowest metric. */
  up(): void;
  /** It is gone, and its address with it. */
  down(): void;
}

/** A network elsewhere, in which a PBX lives; it is reached by links alone. */
export interface Elsewhere {
  readonly place: Place;
  /** Preferred by computers: the cable. */
  readonly cable: Link;
  readonly wifi: Link;
  close(): Promise<void>;
}

/** The PBX's address, the same by every link. */
const ADDRESS = '10.77.9.9';
/** A loopback name, for nobody else's address is called without TLS; the test's browser knows it better. */
const HOST = 'pbx.localhost';
const AMI_PORT = 5038;
const host = fileURLToPath(new URL('host.mjs', import.meta.url));

/**
 * Makes a second network beside the tests' own, with two links to it that are both down.
 * @throws outside the tests' own network, for addresses and routes of the machine are none of ours
 * @example
 * const elsewhere = await startElsewhere();
 * elsewhere.wifi.up();
 * const pbx = await startAsterisk(undefined, elsewhere.place);
 */
export async function startElsewhere(): Promise<Elsewhere> {
  if (!ownNetwork()) throw new Error('links are made in the tests’ own network only');
  const folder = mkdtempSync(join(tmpdir(), 'webphone-elsewhere-'));
  const door = join(folder, 'door');
  const command = ['unshare', '--net', process.execPath, host, ADDRESS, door, String(AMI_PORT)];
  let ready = false;
  const onLine = (line: string) => {
    ready ||= line === 'ready';
  };
  const program = launch(command, { home: folder, onLine });
  await until('the other network', () => {
    const words = program.lastWords();
    if (words !== undefined) throw new Error(`the other network ended while starting: ${words}`);
    return ready;
  });
  return {
    place: {
      address: ADDRESS,
      host: HOST,
      enter: ['nsenter', `--net=/proc/${program.pid}/ns/net`],
      amiPort: AMI_PORT,
      ami: { path: door },
    },
    cable: makeLink('cable0', 1, program.pid),
    wifi: makeLink('wifi0', 2, program.pid),
    async close() {
      // Both ends of a link end with one of their networks.
      await program.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** @param rank less is preferred; also names the link's addresses */
function makeLink(name: string, rank: number, far: number): Link {
  const [here, there] = [`10.77.${rank}.1`, `10.77.${rank}.2`];
  ip('link', 'add', name, 'type', 'veth', 'peer', 'name', `far-${name}`, 'netns', String(far));
  const inside = (...args: string[]) => execFileSync('nsenter', [`--net=/proc/${far}/ns/net`, 'ip', ...args]);
  inside('addr', 'add', `${there}/24`, 'dev', `far-${name}`);
  inside('link', 'set', `far-${name}`, 'up');
  let isUp = false;
  return {
    up() {
      if (isUp) return;
      isUp = true;
      ip('addr', 'add', `${here}/24`, 'dev', name);
      ip('link', 'set', name, 'up');
      ip('route', 'add', 'default', 'via', there, 'dev', name, 'metric', String(rank * 100));
    },
    down() {
      if (!isUp) return;
      isUp = false;
      ip('addr', 'flush', 'dev', name);
      ip('link', 'set', name, 'down');
    },
  };
}
