import type { PeerMessage } from './contract.ts';

/** The person's frames, as one frame sees them. */
export interface Channel {
  post(message: PeerMessage): void;
  /** @param until ends the listening */
  listen(listener: (message: PeerMessage) => void, until?: AbortSignal): void;
}

/** The part of BroadcastChannel that is used. */
export interface RawChannel {
  postMessage(message: unknown): void;
  addEventListener(
    type: 'message',
    listener: (event: { data: unknown }) => void,
    options?: { signal?: AbortSignal },
  ): void;
}

/**
 * Opens the channel of a person. Whoever knows `room` is one of the person's own frames: all portals of the cloud share one
 * storage partition, and with third-party cookies blocked the channel even leaks between sites.
 * A browser that refuses the channel gets one that leads nowhere: the frame then is alone, and the object's lease arbitrates.
 */
export function openChannel(open: (name: string) => RawChannel, room: string): Channel {
  try {
    const raw = open(`b24phone:${room}`);
    return {
      post: (message) => raw.postMessage(message),
      listen: (listener, signal) =>
        raw.addEventListener('message', ({ data }) => listener(data as PeerMessage), signal && { signal }),
    };
  } catch {
    return { post: () => {}, listen: () => {} };
  }
}
