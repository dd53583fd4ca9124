// Plain JavaScript, as the test command asks for a network before it knows that TypeScript runs.
import { execFileSync } from 'node:child_process';
import process from 'node:process';

/**
 * An address of the documentation range (RFC 5737) that no packet is ever sent to.
 *
 * Asterisk never offers 127.0.0.0/8 as an ICE candidate, but it maps another local address to it
 * (rtp.conf, [ice_host_candidates]). A veth whose other end stays down gives it one: up, so that Asterisk lists it;
 * not running, so that Chromium does not offer it.
 */
export const MAPPED_ADDRESS = '198.51.100.1';

const SET_UP = [
  'ip link set lo up',
  'ip link add ice0 type veth peer name ice1',
  `ip addr add ${MAPPED_ADDRESS}/32 dev ice0`,
  'ip link set ice0 up',
].join(' && ');

/**
 * The same command, run in a network that has nothing but loopback: no packet of a test can leave the machine, no port
 * meets another program's, and ICE finds no second address. The network ends with the command.
 *
 * Without root, or where the kernel refuses, the command is returned unchanged.
 *
 * @param {string[]} command program and arguments
 * @returns {string[]}
 * @example spawn(...inNamespace(['npx', 'vitest', 'run'])) // ['unshare', '--net', 'sh', '-c', ...]
 */
export function inNamespace(command) {
  return canIsolate() ? [...prefix(), ...command] : command;
}

const prefix = () => ['unshare', '--net', 'sh', '-c', `${SET_UP} && exec "$@"`, 'in-namespace'];

let isolates;

/** Whether this process may make such a network; tried once. */
export function canIsolate() {
  isolates ??= process.platform === 'linux' && process.getuid?.() === 0 && succeeds([...prefix(), 'true']);
  return isolates;
}

function succeeds([program, ...args]) {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
