import type { Stage } from '../../browser/call-stage.ts';
import { ip, ownNetwork } from '../coturn/block.ts';

/**
 * Where nothing but loopback exists, a browser says that it is offline, and fires neither `offline` nor `online` when a test
 * takes its network away and gives it back. A link with an address (of the documentation range, RFC 5737) that leads nowhere is a
 * network to it.
 *
 * @returns takes it away again
 */
export function appearOnline(): () => void {
  if (!ownNetwork()) return () => {};
  ip('link', 'add', 'net0', 'type', 'veth', 'peer', 'name', 'net1');
  ip('addr', 'add', '203.0.113.1/32', 'dev', 'net0');
  for (const end of ['net0', 'net1']) ip('link', 'set', end, 'up');
  return () => void ip('link', 'del', 'net0');
}

/** Waits until the page's frame says that there is a network, or that there is none. */
export async function showsNetwork(stage: Stage, there: boolean): Promise<void> {
  const frame = await stage.frame();
  await frame.waitForFunction((yes) => navigator.onLine === yes, there, { polling: 20 });
}
