import { type Invitation, Inviter, Registerer, type Session, SessionState, UserAgent, type Web } from 'sip.js';
import type { CallHistory, DialOptions, Heard, IncomingCall, TestAccount, TestPhone } from './contract.ts';

interface Call {
  readonly session: Session;
  readonly statuses: number[];
  readonly reasons: string[];
  ringing: boolean;
}

const calls = new Map<string, Call>();
const untaken: IncomingCall[] = [];
const changes = new EventTarget();
const changed = () => changes.dispatchEvent(new Event('change'));

/** The value as soon as there is one; asked again after each change of any call or its connection. */
function until<T>(read: () => T | undefined): Promise<T> {
  return new Promise((resolve) => {
    const look = () => {
      const value = read();
      if (value === undefined) return;
      changes.removeEventListener('change', look);
      resolve(value);
    };
    changes.addEventListener('change', look);
    look();
  });
}

let agent: UserAgent;
let registerer: Registerer;

// Noise suppression would take the microphone file's tones for noise.
const sdh: Web.SessionDescriptionHandlerOptions = {
  constraints: { audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false }, video: false },
};

function connect(account: TestAccount): Promise<void> {
  agent = new UserAgent({
    uri: uriOf(`sip:${account.user}@${account.domain}`),
    authorizationUsername: account.user,
    authorizationPassword: account.password,
    transportOptions: { server: account.url },
    logLevel: 'error',
    sessionDescriptionHandlerFactoryOptions: {
      iceGatheringTimeout: 1000,
      peerConnectionConfiguration: { iceServers: account.iceServers ?? [] },
    },
    delegate: { onInvite: receive, onDisconnect: changed },
  });
  registerer = new Registerer(agent, { expires: 600 });
  return agent.start().then(register);
}

type Answer = { readonly message: { readonly statusCode?: number | undefined } };

function register(): Promise<void> {
  return new Promise((resolve, reject) => {
    const requestDelegate = {
      onAccept: () => resolve(),
      onReject: ({ message }: Answer) => reject(new Error(`register ${message.statusCode}`)),
    };
    registerer.register({ requestDelegate }).catch(reject);
  });
}

function uriOf(text: string) {
  const uri = UserAgent.makeURI(text);
  if (!uri) throw new Error(`No SIP address: ${text}`);
  return uri;
}

function track(session: Session): { id: string; call: Call } {
  const call: Call = { session, statuses: [], reasons: [], ringing: false };
  const id = `call-${calls.size + 1}`;
  calls.set(id, call);
  const reason = (message: { getHeader(name: string): string | undefined }) => {
    const text = message.getHeader('reason');
    if (text !== undefined) call.reasons.push(text);
  };
  session.delegate = {
    onBye: (bye) => {
      reason(bye.request);
      void bye.accept();
    },
    onCancel: (cancel) => reason(cancel.request),
    // As a phone that is transferred: it calls whom the other side names, in the place of a leg if that is said.
    onRefer: (referral) => {
      const inviter = referral.makeInviter({ sessionDescriptionHandlerOptions: sdh });
      track(inviter);
      void referral.accept().then(() => inviter.invite());
    },
    onSessionDescriptionHandler: (handler) => {
      (handler as Web.SessionDescriptionHandler).peerConnectionDelegate = {
        ontrack: (event) => play((event as RTCTrackEvent).track),
        onconnectionstatechange: changed,
      };
    },
  };
  session.stateChange.addListener(changed);
  return { id, call };
}

function play(track: MediaStreamTrack): void {
  const audio = document.createElement('audio');
  audio.srcObject = new MediaStream([track]);
  void audio.play();
}

function receive(invitation: Invitation): void {
  const { id } = track(invitation);
  const { headers } = invitation.request;
  untaken.push({
    call: id,
    from: invitation.remoteIdentity.uri.user ?? '',
    name: invitation.remoteIdentity.displayName,
    headers: Object.fromEntries(Object.entries(headers).map(([name, all]) => [name.toLowerCase(), all[0]?.raw ?? ''])),
  });
  changed();
}

function get(id: string): Call {
  const call = calls.get(id);
  if (!call) throw new Error(`No call ${id}`);
  return call;
}

function handlerOf(id: string): Web.SessionDescriptionHandler {
  return get(id).session.sessionDescriptionHandler as Web.SessionDescriptionHandler;
}

async function dial(number: string, { earlyMedia = false, headers = [] }: DialOptions = {}): Promise<string> {
  const target = uriOf(`sip:${number}@${agent.configuration.uri.host}`);
  const inviter = new Inviter(agent, target, {
    earlyMedia,
    extraHeaders: [...headers],
    sessionDescriptionHandlerOptions: sdh,
  });
  const { id, call } = track(inviter);
  const note = (response: Answer) => {
    call.statuses.push(response.message.statusCode ?? 0);
    call.ringing ||= response.message.statusCode === 180;
    changed();
  };
  await inviter.invite({ requestDelegate: { onProgress: note, onAccept: note, onReject: note } });
  return id;
}

/** Re-INVITE; resolves with the final status. */
function reinvite(id: string, options: Web.SessionDescriptionHandlerOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    const done = ({ message }: Answer) => resolve(message.statusCode ?? 0);
    get(id)
      .session.invite({
        sessionDescriptionHandlerOptions: { ...sdh, ...options },
        requestDelegate: { onAccept: done, onReject: done },
      })
      .catch(reject);
  });
}

async function hangup(id: string): Promise<void> {
  const { session } = get(id);
  if (session.state === SessionState.Established) await session.bye();
  else if (session instanceof Inviter) await session.cancel();
  else await (session as Invitation).reject();
}

async function stats(id: string): Promise<Heard> {
  const report = await handlerOf(id)?.peerConnection?.getStats();
  const all: Record<string, unknown>[] = [];
  report?.forEach((entry: Record<string, unknown>) => {
    all.push(entry);
  });
  const audio = (type: string) => all.find((entry) => entry.type === type && entry.kind === 'audio');
  const byId = (wanted: unknown) => all.find((entry) => entry.id === wanted);
  const inbound = audio('inbound-rtp');
  const pair = byId(all.find((entry) => entry.type === 'transport')?.selectedCandidatePairId);
  const side = (entry: Record<string, unknown> | undefined) => `${entry?.candidateType} ${entry?.address}`;
  return {
    packetsIn: Number(inbound?.packetsReceived ?? 0),
    packetsOut: Number(audio('outbound-rtp')?.packetsSent ?? 0),
    level: Number(inbound?.audioLevel ?? 0),
    codec: String(byId(inbound?.codecId)?.mimeType ?? ''),
    direction: handlerOf(id)?.peerConnection?.getTransceivers()[0]?.currentDirection ?? '',
    pair: `${side(byId(pair?.localCandidateId))} -> ${side(byId(pair?.remoteCandidateId))}`,
  };
}

/** getStats has no event, so it is asked often; what is awaited is a state, not a time. */
async function hears(id: string): Promise<Heard> {
  const before = await stats(id);
  for (;;) {
    const now = await stats(id);
    const flows = now.packetsIn > before.packetsIn + 20 && now.packetsOut > before.packetsOut + 20;
    if (flows && now.level > 0.01) return now;
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}

const phone: TestPhone = {
  connect,
  async disconnect() {
    await registerer.unregister();
    await agent.stop();
  },
  dial,
  incoming: () => until(() => untaken.shift()),
  answer: (id) => (get(id).session as Invitation).accept({ sessionDescriptionHandlerOptions: sdh }),
  reject: (id, statusCode) => (get(id).session as Invitation).reject({ statusCode }),
  hangup,
  hold: (id, on) => reinvite(id, { hold: on }),
  restartIce: (id) => reinvite(id, { hold: false, offerOptions: { iceRestart: true } }),
  reconnect: () => agent.reconnect().then(register),
  disconnected: () => until(() => (agent.isConnected() ? undefined : true)).then(() => undefined),
  async dtmf(id, keys) {
    // A call stands before its sound does (DTLS), and a tone that is due meanwhile is lost.
    await until(() => (handlerOf(id).peerConnection?.connectionState === 'connected' ? true : undefined));
    handlerOf(id).sendDtmf(keys, { duration: 100, interToneGap: 70 });
  },
  dtmfInfo: (id, key) =>
    new Promise((resolve, reject) => {
      const done = (response: Answer) => resolve(response.message.statusCode ?? 0);
      const body = {
        contentDisposition: 'render',
        contentType: 'application/dtmf-relay',
        content: `Signal=${key}\r\nDuration=160`,
      };
      get(id)
        .session.info({ requestOptions: { body }, requestDelegate: { onAccept: done, onReject: done } })
        .catch(reject);
    }),
  reached: (id, state) =>
    until(() => {
      const { session, ringing } = get(id);
      const established = session.state === SessionState.Established;
      const reached = {
        ringing,
        established,
        terminated: session.state === SessionState.Terminated,
      }[state];
      return reached ? true : undefined;
    }).then(() => undefined),
  async history(id): Promise<CallHistory> {
    const { statuses, reasons } = get(id);
    return { statuses, reasons };
  },
  hears,
  stats,
};

(globalThis as unknown as { testPhone: TestPhone }).testPhone = phone;
