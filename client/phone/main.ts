import { DEFAULT_CALLING } from '../../src/protocol/frame.ts';
import type { PhoneHost } from '../frame/contract.ts';
import { browserMicrophone } from '../media/microphone.ts';
import { audioElement, remoteSound } from '../media/remote.ts';
import { tonePlayer } from '../media/tones.ts';
import { runPhone } from './phone.ts';
import { createSipPhone } from './sipjs/agent.ts';
import { sipIdentity } from './sipjs/identity.ts';

const onOnline = (callback: () => void) => addEventListener('online', callback);
const after = (callback: () => void, ms: number): unknown => setTimeout(callback, ms);
const stop = (timer: unknown): void => clearTimeout(timer as number);

/** Called by the frame that is the phone. The browser's side of everything; what is decided, is decided elsewhere. */
export function startPhone(host: PhoneHost): void {
  const { sip: account } = host.session;
  if (account) void start(host, account);
}

async function start(host: PhoneHost, account: NonNullable<PhoneHost['session']['sip']>): Promise<void> {
  const identity = await sipIdentity(host.session.room, (data) => crypto.subtle.digest('SHA-256', data));
  const microphone = browserMicrophone({ preferred: '', say: () => {} });
  const toneUrl = (file: Uint8Array<ArrayBuffer>) => URL.createObjectURL(new Blob([file], { type: 'audio/wav' }));
  const remote = remoteSound(() => audioElement('remote'));
  const socketUrl = new URL('/api/socket', location.href);
  socketUrl.protocol = socketUrl.protocol.replace('http', 'ws');

  runPhone({
    host,
    microphone,
    tone: tonePlayer(audioElement('tone'), toneUrl),
    createSip: (tell) =>
      createSipPhone({
        account,
        identity,
        ice: host.session.ice,
        callHeader: host.session.callHeader,
        keys: (host.session.calling ?? DEFAULT_CALLING).dtmf,
        microphone,
        hear: remote.hear,
        tell,
        log: (line) => console.warn(line),
        now: () => Date.now(),
        random: () => Math.random(),
        setTimeout: after,
        clearTimeout: stop,
        setInterval: (callback, ms) => setInterval(callback, ms),
        onOnline,
      }),
    openSocket: (protocols) => new WebSocket(socketUrl, protocols),
    newId: () => crypto.randomUUID(),
    onPageHide: (callback) => addEventListener('pagehide', callback),
    onOnline,
    now: () => Date.now(),
    random: () => Math.random(),
    setTimeout: after,
    clearTimeout: stop,
  });
}
