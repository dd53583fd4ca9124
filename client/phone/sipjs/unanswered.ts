import type { Core, Session, UserAgent } from 'sip.js';

/** States of a client transaction that still waits for its final answer (RFC 3261 17.1). */
const OPEN = ['Calling', 'Trying', 'Proceeding'];
/** What SIP.js makes of a connection that is lost (RFC 3261 8.1.3.1). */
const LOST = 503;

/**
 * The connection is lost, and no answer comes over it any more: ends all waiting for one. SIP.js would wait 32 s, and meanwhile
 * send no other REGISTER, and in a call no other re-INVITE. An INVITE that begins a call waits for its CANCEL, which
 * does reach the PBX over the next connection.
 */
export function waitNoLonger(agent: UserAgent): void {
  for (const client of [...agent.userAgentCore.userAgentClients.values()]) {
    const { message, transaction } = client;
    // Only SIP.js's re-INVITE has its dialog; a page that goes on in an earlier one's begins a call like any other.
    const begins = message.method === 'INVITE' && !('dialog' in client);
    if (begins || !OPEN.includes(transaction.state)) continue;
    // Not meant for us, and the one way to end a transaction.
    (transaction as unknown as { onTransportError(error: Error): void }).onTransportError(new Error('lost'));
  }
}

/**
 * Says BYE. Where the connection was lost before the PBX has answered, SIP.js forgets it, and the other party would hear
 * silence until the PBX's own patience ends.
 * @param later gets what says it again over the next connection
 */
export function sayBye(session: Session, core: Core.UserAgentCore, later: (again: () => void) => void): void {
  const sent = session.bye({
    requestDelegate: {
      onReject: ({ message }) => {
        if (message.statusCode === LOST) void sent.then((bye) => later(() => core.request(bye.message)));
      },
    },
  });
  sent.catch(() => {});
}
