import { createBridge } from '../bitrix24/bridge.ts';
import { parseFrameName } from '../bitrix24/wire.ts';
import type { PhoneModule } from './contract.ts';
import { runFrame } from './frame.ts';

/** URL of the phone's bundle, filled in by the build. */
declare const __PHONE_URL__: string;

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
      beacon: (url, body) => navigator.sendBeacon(url, body),
      onPageHide: (callback) => addEventListener('pagehide', callback),
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
