/** What SIP.js and our phone use of a browser's WebRTC, without any media: descriptions go through the states of RFC 8829. */

/** What the next peer connections do. */
export const behaviour = {
  /** Candidates that gathering finds. */
  candidates: ['candidate:1 1 udp 1 127.0.0.1 9 typ host'] as readonly string[],
  /** errorCode of an icecandidateerror before them; 0 = none. */
  error: 0,
  /** Whether the far end's description is refused. */
  refuses: (_sdp: string): boolean => false,
  /** Awaited before our description is made. */
  making: Promise.resolve() as Promise<unknown>,
  /** Awaited before a far end's description is applied. */
  delay: Promise.resolve() as Promise<unknown>,
};

export const connections: FakeConnection[] = [];

interface Description {
  readonly type: string;
  readonly sdp?: string;
}

class FakeTrack {
  readonly kind = 'audio';
  enabled = true;
  stop() {}
}

class FakeStream {
  readonly #tracks: FakeTrack[] = [];
  constructor(tracks: FakeTrack[] = []) {
    this.#tracks.push(...tracks);
  }
  readonly active = true;
  clone = () => new FakeStream([new FakeTrack()]);
  getTracks = () => this.#tracks;
  getAudioTracks = () => this.#tracks;
  getVideoTracks = () => [];
  getTrackById = () => undefined;
  addTrack = (track: FakeTrack) => void this.#tracks.push(track);
  removeTrack() {}
  dispatchEvent() {}
}

class FakeConnection {
  signalingState = 'stable';
  iceGatheringState = 'new';
  iceConnectionState = 'new';
  connectionState = 'connected';
  localDescription: Description | null = null;
  currentRemoteDescription: Description | null = null;
  get remoteDescription() {
    return this.currentRemoteDescription;
  }
  /** Offers made with iceRestart. */
  restarts = 0;
  readonly inserted: string[] = [];
  onicecandidate: ((event: object) => void) | undefined;
  onicecandidateerror: ((event: object) => void) | undefined;
  oniceconnectionstatechange: ((event: object) => void) | undefined;
  onicegatheringstatechange: ((event: object) => void) | undefined;
  readonly #sender: { track: FakeTrack | null; dtmf: object; replaceTrack(track: FakeTrack): Promise<void> };
  readonly #transceiver = { direction: 'sendrecv', currentDirection: 'sendrecv', stopped: false };
  readonly configuration: RTCConfiguration | undefined;
  constructor(configuration?: RTCConfiguration) {
    this.configuration = configuration;
    const insertDTMF = (keys: string) => this.inserted.push(keys);
    const replaceTrack = async (track: FakeTrack) => {
      this.#sender.track = track;
    };
    this.#sender = { track: null, dtmf: { insertDTMF, toneBuffer: '' }, replaceTrack };
    connections.push(this);
  }
  getSenders = () => [this.#sender];
  getReceivers = () => [];
  getStats = async () => new Map();
  getTransceivers = () => [this.#transceiver];
  addTransceiver = () => ({ sender: this.#sender });
  addTrack(track: FakeTrack) {
    this.#sender.track = track;
  }
  #sdp = () =>
    [
      'v=0',
      'o=- 1 1 IN IP4 127.0.0.1',
      's=-',
      't=0 0',
      `a=${this.#transceiver.direction}`,
      ...(this.iceGatheringState === 'complete' ? behaviour.candidates.map((candidate) => `a=${candidate}`) : []),
      '',
    ].join('\r\n');
  async createOffer(options?: { iceRestart?: boolean }) {
    if (options?.iceRestart) this.restarts += 1;
    await behaviour.making;
    return { type: 'offer', sdp: '' };
  }
  async createAnswer() {
    await behaviour.making;
    if (this.signalingState !== 'have-remote-offer') throw new DOMException('no offer', 'InvalidStateError');
    return { type: 'answer', sdp: '' };
  }
  async setLocalDescription(description: Description) {
    if (description.type === 'rollback') {
      this.signalingState = 'stable';
      return;
    }
    const needed = description.type === 'offer' ? 'stable' : 'have-remote-offer';
    if (this.signalingState !== needed) throw new DOMException('wrong state', 'InvalidStateError');
    this.signalingState = description.type === 'offer' ? 'have-local-offer' : 'stable';
    // As in a browser, events come after the promise has settled.
    setTimeout(() => this.#gather(), 0);
    Object.defineProperty(this, 'localDescription', {
      configurable: true,
      get: () => ({ type: description.type, sdp: this.#sdp() }),
    });
  }
  #gather() {
    this.iceGatheringState = 'complete';
    if (behaviour.error) this.onicecandidateerror?.({ errorCode: behaviour.error });
    for (const candidate of behaviour.candidates) this.onicecandidate?.({ candidate: { candidate } });
    this.onicecandidate?.({ candidate: null });
    this.onicegatheringstatechange?.({});
  }
  async setRemoteDescription(description: Description) {
    if (description.type === 'rollback') {
      this.signalingState = 'stable';
      return;
    }
    await behaviour.delay;
    if (behaviour.refuses(description.sdp ?? '')) throw new Error('unusable');
    this.currentRemoteDescription = description;
    this.signalingState = description.type === 'offer' ? 'have-remote-offer' : 'stable';
  }
  /** The browser's ICE comes to this state. */
  becomes(state: string) {
    this.iceConnectionState = state;
    this.oniceconnectionstatechange?.({});
  }
  close() {
    this.signalingState = 'closed';
  }
}

/** Puts them where SIP.js looks for a browser's. */
export function fakeWebRtc(): void {
  Object.assign(globalThis, {
    RTCPeerConnection: FakeConnection,
    MediaStream: FakeStream,
    MediaStreamTrackEvent: class {},
  });
}

export const fakeStream = (): MediaStream => new FakeStream([new FakeTrack()]) as unknown as MediaStream;
