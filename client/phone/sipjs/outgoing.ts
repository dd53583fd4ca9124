/** The part of SIP.js's SessionDescriptionHandler that makes descriptions. */
export interface Offerer {
  readonly peerConnection: Pick<RTCPeerConnection, 'addTransceiver'> | undefined;
  getDescription(...given: never[]): Promise<unknown>;
}

/**
 * Makes the offer and gathers candidates while the microphone is still being opened: SIP.js does one after the other, and a
 * microphone takes as long as all the rest. Nothing leaves before both are there.
 * @param microphone null: there is none, and no offer
 * @param attached told when the connection has the microphone's track
 */
export function offerMeanwhile(
  handler: Offerer,
  microphone: Promise<MediaStreamTrack | null>,
  attached: () => void,
): void {
  const sender = handler.peerConnection?.addTransceiver('audio').sender;
  const original = handler.getDescription.bind(handler);
  handler.getDescription = async (...given) => {
    const [description, track] = await Promise.all([original(...given), microphone]);
    if (!track) throw new Error('no microphone');
    // A later offer finds the track of the first, or of a microphone that took its place.
    if (sender && !sender.track) {
      await sender.replaceTrack(track);
      attached();
    }
    return description;
  };
}
