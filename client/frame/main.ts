import { createBridge } from '../bitrix24/bridge.ts';
import { parseFrameName } from '../bitrix24/wire.ts';
import type { PhoneModule } from './contract.ts';
import { runFrame } from './frame.ts';
import type { VaultPort } from './vault.ts';

/** URLs of the phone's bundle and of the vault's script, filled in by the build. */
declare const __PHONE_URL__: string;
declare const __VAULT_URL__: string;

// Named by variables so that the bundler leaves them alone: the phone is a file of its own.
const phoneUrl = __PHONE_URL__;
const newestPhoneUrl = '/client/phone.js';

const randomName = () => Array.from(crypto.getRandomValues(new Uint32Array(3)), (n) => n.toString(36)).join('');

/** Called by the boot script after `load`. Does nothing outside a Bitrix24 page. */
export function start(loadMs: number): void {
  const portal = parseFrameName(window.name);
  if (!portal || window.parent === window) return;
  const { documentElement } = document;
  void runFrame(
    {
      bridge: createBridge(window, portal, randomName()),
      frame: randomName(),
      locks: lockManager(),
      fetch: (...request) => fetch(...request),
      openChannel: (name) => new BroadcastChannel(name),
      // A deploy may have removed the file that this build names.
      importPhone: (): Promise<PhoneModule> =>
        import(/* @vite-ignore */ phoneUrl).catch(() => import(/* @vite-ignore */ newestPhoneUrl)),
      openVault,
      beacon: (url, body) => navigator.sendBeacon(url, body),
      onPageHide: (callback) => addEventListener('pagehide', callback),
      onFreeze: (freeze, resume) => {
        document.addEventListener('freeze', freeze);
        document.addEventListener('resume', resume);
      },
      setTimeout: (callback, ms) => setTimeout(callback, ms),
      show: (key, word) => {
        documentElement.dataset[key] = word;
      },
      now: () => Date.now(),
      random: () => Math.random(),
    },
    loadMs,
  );
}

function lockManager() {
  try {
    return navigator.locks;
  } catch {
    return undefined;
  }
}

/** Lives on for minutes after its last page has gone, where the browser does that (`extendedLifetime`). */
function openVault(name: string, refused: () => void): VaultPort {
  const options = { name, extendedLifetime: true };
  const worker = new SharedWorker(__VAULT_URL__, options);
  // Where storage is blocked, Chromium tells it so.
  worker.onerror = refused;
  return worker.port;
}
