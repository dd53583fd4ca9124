import { execFileSync } from 'node:child_process';
import { MAPPED_ADDRESS } from '../asterisk/namespace.mjs';

/** Runs `ip` (iproute2). */
export const ip = (...args: string[]) => execFileSync('ip', args, { encoding: 'utf8' });

/** Whether this network is the tests' own: only there may packets be blocked. */
export function ownNetwork(): boolean {
  try {
    return ip('-4', '-o', 'addr', 'show').includes(MAPPED_ADDRESS);
  } catch {
    return false;
  }
}

/** The kernel's ports for sockets that asked for none: a browser's. */
export const BROWSER_PORTS = '32768-60999';

/** One port, or `first-last`. */
export interface Blocked {
  readonly from?: string;
  readonly to?: string;
}

/**
 * Blocks UDP from and to these ports, as a firewall does: what is sent is lost, and nobody is told by the far end. TCP, and
 * UDP between other ports, go on.
 * @returns ends it
 * @throws outside the tests' own network
 */
export function blockUdp({ from, to }: Blocked): () => void {
  if (!ownNetwork()) throw new Error('packets are blocked in the tests’ own network only');
  const selectors = [...(from ? [['sport', from]] : []), ...(to ? [['dport', to]] : [])];
  // Local addresses are looked up before any other rule, unless that look-up is moved behind ours.
  ip('rule', 'add', 'pref', '20', 'lookup', 'local');
  for (const selector of selectors) ip('rule', 'add', 'pref', '10', 'ipproto', 'udp', ...selector, 'blackhole');
  ip('rule', 'del', 'pref', '0');
  let ended = false;
  return () => {
    if (ended) return;
    ended = true;
    ip('rule', 'add', 'pref', '0', 'lookup', 'local');
    for (const _ of selectors) ip('rule', 'del', 'pref', '10');
    ip('rule', 'del', 'pref', '20');
  };
}
