import type { PullMessage } from '../../backend/types.ts';

const RETRY_MS = 1000;

/** The portal's messages to this page; comes back by itself when the connection breaks. */
export const listenToPull = (hear: (message: PullMessage) => void, ready: () => void): void => {
  const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/__portal/pull`);
  socket.addEventListener('open', ready);
  socket.addEventListener('message', (event) => hear(JSON.parse(String(event.data)) as PullMessage));
  socket.addEventListener('close', () => setTimeout(() => listenToPull(hear, ready), RETRY_MS));
};
