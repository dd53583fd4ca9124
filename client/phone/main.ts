import { DEFAULT_CALLING, DEFAULT_PREFERENCES } from '../../src/protocol/frame.ts';
import type { PhoneHost, RunningPhone } from '../frame/contract.ts';
import { openMedia } from '../media/media.ts';
import { createRecorder } from '../recording/recorder.ts';
import { createPulse, TICK_MS } from './heartbeat.ts';
import { runPhone } from './phone.ts';
import { createSipPhone } from './sipjs/agent.ts';
import { sipIdentity } from './sipjs/identity.ts';
import { steady } from './steady.ts';

/** URLs of the bundles that are fetched when they are needed, filled in by the build. */
declare const __RECORDING_URL__: string;
declare const __QUALITY_URL__: string;
declare const __REENTRY_URL__: string;
declare const __TICKER_URL__: string;

// Its own function: the bundler wraps an import whose text it can read, and adds its preload helper.
const bring = (url: string) => import(/* @vite-ignore */ url);
/** Imports a bundle; by its name without a hash where a deploy has removed the file that this build names. */
const load = (url: string, name: string) => bring(url).catch(() => bring(`/client/${name}.js`));

const now = () => Date.now();
const after = (callback: () => void, ms: number): unknown => setTimeout(callback, ms);
const stop = (timer: unknown): void => clearTimeout(timer as number);

const tick = (callback: () => void) => {
  try {
    new Worker(__TICKER_URL__).onmessage = callback;
  } catch {}
};
const onSignal = (callback: () => void) => {
  addEventListener('online', callback);
  document.addEventListener('resume', callback);
  document.addEventListener('visibilitychange', () => document.hidden || callback());
};

const onGone = (callback: () => void) => addEventListener('offline', callback);

const BROWSER_KEY = 'b24phone:browser';

/** Called by the frame that is the phone. The browser's side of everything; what is decided, is decided elsewhere. */
export async function startPhone(host: PhoneHost): Promise<RunningPhone> {
  const { sip: account } = host.session;
  if (!account) throw new Error('a person without a SIP account is no phone');
  let { ice } = host.session;
  const identity = await sipIdentity(host.session.room, (data) => crypto.subtle.digest('SHA-256', data));
  const pulse = createPulse({
    every: (callback) => steady(callback, TICK_MS, { setInterval, now, tick }),
    onSignal,
    onGone,
    now,
  });
  const quality = () => load(__QUALITY_URL__, 'quality');
  const media = openMedia(identity.contactName, DEFAULT_PREFERENCES, quality, pulse.doubt);
  const socketUrl = new URL('/api/socket', location.href);
  socketUrl.protocol = socketUrl.protocol.replace('http', 'ws');

  return runPhone({
    host: {
      ...host,
      share: (session) => {
        ice = session.ice;
        host.share(session);
      },
      onCard: (listener) =>
        host.onCard((news) => {
          media.touched();
          listener(news);
        }),
      onAct: (listener) =>
        host.onAct((act) => {
          media.touched();
          listener(act);
        }),
    },
    microphone: media.microphone,
    tone: media.tone,
    sound: media,
    createSip: (tell) => {
      const sip = createSipPhone({
        account,
        identity,
        ice: () => ice,
        callHeader: host.session.callHeader,
        keys: (host.session.calling ?? DEFAULT_CALLING).dtmf,
        microphone: media.microphone,
        reentry: () => load(__REENTRY_URL__, 'reentry'),
        hear: media.hear,
        tell: (news) => {
          tell(news);
          sounding(news);
        },
        log: (line) => console.warn(line),
        now,
        random: () => Math.random(),
        setTimeout: after,
        clearTimeout: stop,
        pulse,
      });
      const sounding = media.watch(sip, tell);
      return sip;
    },
    openRecorder: (deps) => createRecorder(() => load(__RECORDING_URL__, 'recording'), deps),
    openSocket: (protocols) => new WebSocket(socketUrl, protocols),
    newId: () => crypto.randomUUID(),
    browser: browserName(),
    online: () => navigator.onLine,
    onPageHide: (callback) => addEventListener('pagehide', callback),
    pulse,
    now,
    random: () => Math.random(),
    setTimeout: after,
    clearTimeout: stop,
  });
}

/** The same on every page of this browser, where it lets the frame store anything. */
function browserName(): string {
  try {
    const known = localStorage.getItem(BROWSER_KEY);
    if (known) return known;
    const fresh = crypto.randomUUID();
    localStorage.setItem(BROWSER_KEY, fresh);
    return fresh;
  } catch {
    return '';
  }
}
