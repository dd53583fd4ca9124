import type { UserAgent } from 'sip.js';

/** A socket through a NAT or a proxy dies unseen after about a minute of silence. */
const EVERY_MS = 25_000;
const PATIENCE_MS = 5000;

export interface KeepAliveDeps {
  setInterval(callback: () => void, ms: number): unknown;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  onOnline(callback: () => void): void;
}

/** Something that can ask the PBX whether it hears us. */
export interface Pingable {
  connected(): boolean;
  /** Sends OPTIONS; any answer counts. */
  ping(answered: () => void): void;
  drop(): void;
}

/**
 * Finds out that the socket is dead, which neither the browser nor SIP.js does.
 * Only a PBX that has answered such a question once is expected to answer it again: some ignore OPTIONS.
 */
export function keepAlive(socket: Pingable, deps: KeepAliveDeps): void {
  let answers = false;
  const check = () => {
    if (!socket.connected()) return;
    const timer = deps.setTimeout(() => {
      if (answers && socket.connected()) socket.drop();
    }, PATIENCE_MS);
    socket.ping(() => {
      answers = true;
      deps.clearTimeout(timer);
    });
  };
  deps.setInterval(check, EVERY_MS);
  deps.onOnline(check);
}

/** OPTIONS to the PBX itself. */
export function optionsPing(agent: UserAgent): Pingable {
  const core = agent.userAgentCore;
  return {
    connected: () => agent.isConnected(),
    drop: () => void agent.transport.disconnect().catch(() => {}),
    ping: (answered) => {
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
    },
  };
}
