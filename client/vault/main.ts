import type { VaultMessage } from './contract.ts';
import { createVault } from './vault.ts';

const vault = createVault(() => Date.now());

/** A shared worker gets a port from each page. */
Object.assign(globalThis, {
  onconnect: ({ ports: [port] }: MessageEvent<unknown>) => {
    if (port) port.onmessage = ({ data }) => vault(data as VaultMessage, (session) => port.postMessage(session));
  },
});
