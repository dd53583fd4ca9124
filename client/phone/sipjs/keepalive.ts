import type { UserAgent, Web } from 'sip.js';
import { type HeartbeatDeps, heartbeat, type Pingable } from '../heartbeat.ts';

/** A NAT or a proxy forgets a silent socket after about a minute; 15 s, because calls are lost until it is noticed. */
const TICKS = 3;

/**
 * Finds out that the socket is dead, which neither the browser nor SIP.js does.
 * Only a PBX that has answered such a question once is expected to answer it again: some ignore OPTIONS.
 * A new connection is asked at once, so that it is known early whether this PBX answers.
 */
export const keepAlive = (agent: UserAgent, link: Link, deps: HeartbeatDeps) =>
  heartbeat({ ...link, ping: (answered) => askOptions(agent, answered) }, TICKS, deps);

/** The connection to the PBX, which is dropped where no answer comes over it. */
export type Link = Omit<Pingable, 'ping'>;

/** @param patient whether a call rings, here or there: its answer comes over this connection or not at all */
export function linkOf(agent: UserAgent, patient: Link['patient']): Link {
  const transport = agent.transport as Web.Transport;
  return {
    connection: () => (agent.isConnected() && transport.ws) || null,
    patient,
    // Reconnecting doesn't wait for the other side to agree to the closing: here nobody will.
    drop: () => void transport.disconnect().catch(() => {}),
  };
}

/** OPTIONS to the PBX itself. */
function askOptions(agent: UserAgent, answered: () => void): void {
  const core = agent.userAgentCore;
  const { uri } = agent.configuration;
  const target = uri.clone();
  target.user = undefined;
  const request = core.makeOutgoingRequestMessage('OPTIONS', target, uri, target, {});
  const heard = () => answered();
  core.request(request, {
    onAccept: heard,
    onReject: heard,
    onRedirect: heard,
    onProgress: heard,
    onTrying: heard,
  });
}
