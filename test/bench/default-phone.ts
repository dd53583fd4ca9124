import { Inviter, Registerer, UserAgent } from 'sip.js';

/** A page with SIP.js as it comes: what our own phone is compared with. */
export interface DefaultPhone {
  connect(account: DefaultAccount): Promise<void>;
  /**
   * Dials so many times at once, and gives up as soon as an INVITE is out; resolves with how long each took, ms. At once, as
   * what takes the time is waiting.
   */
  dial(number: string, times: number): Promise<number[]>;
}

export interface DefaultAccount {
  readonly url: string;
  readonly domain: string;
  readonly user: string;
  readonly password: string;
  readonly stun: string;
}

let agent: UserAgent;
/** By Call-ID. */
const sent = new Map<string, (at: number) => void>();

const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (data: Parameters<WebSocket['send']>[0]) {
  const text = typeof data === 'string' && data.startsWith('INVITE ') ? data : '';
  sent.get(/^Call-ID: (.+)$/im.exec(text)?.[1]?.trim() ?? '')?.(performance.now());
  send.call(this, data);
};

const uriOf = (text: string) => {
  const uri = UserAgent.makeURI(text);
  if (!uri) throw new Error(`No SIP address: ${text}`);
  return uri;
};

async function dialOnce(number: string): Promise<number> {
  const inviter = new Inviter(agent, uriOf(`sip:${number}@${agent.configuration.uri.host}`));
  const started = performance.now();
  const out = new Promise<number>((resolve) => {
    sent.set(inviter.request.callId, resolve);
  });
  void inviter.invite();
  const at = await out;
  await inviter.cancel().catch(() => inviter.bye());
  return at - started;
}

const phone: DefaultPhone = {
  async connect({ url, domain, user, password, stun }) {
    agent = new UserAgent({
      uri: uriOf(`sip:${user}@${domain}`),
      authorizationUsername: user,
      authorizationPassword: password,
      transportOptions: { server: url },
      logLevel: 'error',
      // It rings by itself, and somebody else hangs up.
      delegate: { onInvite: () => {} },
      // The only thing that is not SIP.js's default: a server of our own instead of a third party's.
      sessionDescriptionHandlerFactoryOptions: { peerConnectionConfiguration: { iceServers: [{ urls: stun }] } },
    });
    await agent.start();
    await new Promise<void>((resolve, reject) => {
      const requestDelegate = { onAccept: () => resolve(), onReject: () => reject(new Error('not registered')) };
      new Registerer(agent).register({ requestDelegate }).catch(reject);
    });
    // Granted and warm, as on the other side of the comparison.
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    for (const track of stream.getTracks()) track.stop();
  },
  dial: (number, times) => Promise.all(Array.from({ length: times }, () => dialOnce(number))),
};

(globalThis as unknown as { defaultPhone: DefaultPhone }).defaultPhone = phone;
