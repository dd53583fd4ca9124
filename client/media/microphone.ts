/** The microphone of this page: opened before a call needs it, closed when none does. */
export interface Microphone {
  /** True when it is open now; false when the browser or the person refuses. */
  open(): Promise<boolean>;
  /** The open stream, for a peer connection. */
  borrow(): MediaStream;
  close(): void;
  /** Whether asking makes sense: false when the answer is known to be no. */
  allowed(): Promise<boolean>;
}

/** The part of the browser that has the microphone. */
export interface MicrophoneDeps {
  getUserMedia(constraints: MediaStreamConstraints): Promise<MediaStream>;
  /** `document.permissionsPolicy` or its older name: an old portal's frame has no right to ask (fact 1.2). */
  frameMay(): boolean;
  /** `navigator.permissions.query({name: 'microphone'})`'s state; rejects where unknown. */
  permission(): Promise<string>;
}

const CONSTRAINTS: MediaStreamConstraints = {
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  video: false,
};

export function createMicrophone(deps: MicrophoneDeps): Microphone {
  let stream: MediaStream | null = null;
  const close = () => {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
  };
  return {
    open: async () => {
      if (stream?.active) return true;
      try {
        stream = await deps.getUserMedia(CONSTRAINTS);
        return true;
      } catch {
        return false;
      }
    },
    borrow: () => {
      if (!stream) throw new Error('the microphone is not open');
      return stream;
    },
    close,
    allowed: async () => {
      if (!deps.frameMay()) return false;
      // A browser that can't tell will ask.
      return (await deps.permission().catch(() => 'prompt')) !== 'denied';
    },
  };
}

/** The real microphone. */
export function browserMicrophone(): Microphone {
  const policy = document as { permissionsPolicy?: PolicyLike; featurePolicy?: PolicyLike };
  return createMicrophone({
    getUserMedia: (constraints) => navigator.mediaDevices.getUserMedia(constraints),
    frameMay: () => (policy.permissionsPolicy ?? policy.featurePolicy)?.allowsFeature('microphone') ?? true,
    permission: async () => (await navigator.permissions.query({ name: 'microphone' as PermissionName })).state,
  });
}

interface PolicyLike {
  allowsFeature(name: string): boolean;
}
