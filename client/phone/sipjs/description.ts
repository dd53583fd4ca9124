/** The part of SIP.js's SessionDescriptionHandler that takes the far end's descriptions, and takes ours back. */
export interface Describer {
  readonly peerConnection:
    | Pick<
        RTCPeerConnection,
        'signalingState' | 'currentRemoteDescription' | 'setLocalDescription' | 'setRemoteDescription'
      >
    | undefined;
  setDescription(...given: never[]): Promise<void>;
  rollbackDescription?(): Promise<void>;
}

/** Back to what both sides last agreed on (RFC 8829 4.1.10.2). */
export async function rollBack(handler: Describer | undefined): Promise<void> {
  const connection = handler?.peerConnection;
  if (connection?.signalingState === 'have-local-offer') await connection.setLocalDescription({ type: 'rollback' });
  if (connection?.signalingState === 'have-remote-offer') await connection.setRemoteDescription({ type: 'rollback' });
}

/**
 * Lets a call go on as it was when a re-INVITE comes to nothing. Refused: SIP.js leaves our offer standing, so that every
 * later one fails, a repetition after 491 included. Answered with something that the browser can't use: SIP.js would send
 * BYE.
 * @param unusable told of such an answer. The first answer of a call still ends the call, as there is nothing to go back to
 * @param unreadable told of a call's first offer that can't be used
 */
export function surviveReinvite(handler: Describer, unusable: () => void, unreadable: () => void): void {
  const original = handler.setDescription.bind(handler);
  handler.rollbackDescription = () => rollBack(handler);
  handler.setDescription = async (...given) => {
    const connection = handler.peerConnection;
    const answer = connection?.signalingState === 'have-local-offer';
    try {
      await original(...given);
    } catch (error) {
      if (answer) unusable();
      else if (!connection?.currentRemoteDescription) unreadable();
      if (!answer || !connection.currentRemoteDescription) throw error;
      await rollBack(handler);
    }
  };
}

/** An invitation as SIP.js's core hands it on. */
interface Invited {
  readonly incomingInviteRequest?: { reject(options: { statusCode: number }): unknown };
}

/**
 * Answers an invitation that fails with 488 (RFC 3261 13.3.1.3): SIP.js would say 480, as if nobody were there, and the far end
 * would not know that another offer may help.
 */
export function notAcceptable(session: unknown): void {
  const request = (session as Invited).incomingInviteRequest;
  const reject = request?.reject.bind(request);
  if (request && reject) request.reject = () => reject({ statusCode: 488 });
}
