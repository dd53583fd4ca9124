import {
  DEFAULT_CALLING,
  type FrameMessage,
  type NotReady,
  type ObjectMessage,
  type PhoneState,
  type Preferences,
} from '../../src/protocol/frame.ts';
import type { Tone } from '../call/types.ts';
import { NOT_READY } from '../call/words.ts';
import type { PhoneHost, RunningPhone } from '../frame/contract.ts';
import type { DeviceChoice } from '../frame/panel.ts';
import type { SoundControls } from '../media/media.ts';
import type { Microphone } from '../media/microphone.ts';
import { recordCalls, withRecords } from '../recording/follow.ts';
import type { Recorder, RecorderDeps } from '../recording/recorder.ts';
import { backoff } from './backoff.ts';
import { panelOf } from './desk/panel.ts';
import { places } from './desk/place.ts';
import type { Desk } from './desk/types.ts';
import { createDesk } from './desk.ts';
import type { Pulse } from './heartbeat.ts';
import { createKeeper } from './keeper.ts';
import type { SipNews, SipPhone } from './sip.ts';
import { connectObject, type RawSocket } from './socket.ts';
import { keepTicket } from './tickets.ts';

/** Everything outside that the phone touches. */
export interface PhoneEnv {
  readonly host: PhoneHost;
  readonly microphone: Pick<Microphone, 'allowed'>;
  tone(tone: Tone): void;
  readonly sound?: SoundControls;
  createSip(tell: (news: SipNews) => void): SipPhone;
  openRecorder(deps: RecorderDeps): Recorder;
  openSocket(protocols: string[]): RawSocket;
  newId(): string;
  /** A random name of this browser; '' where it keeps none. */
  readonly browser?: string;
  /** `navigator.onLine`. */
  online(): boolean;
  onPageHide(callback: () => void): void;
  readonly pulse: Pulse;
  now(): number;
  random(): number;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

const NO_DEVICES: DeviceChoice = { microphones: [], speakers: [], microphone: '', speaker: '', ringer: '' };
const SERVICE_LOST = 'The phone service has closed this page’s session: reload the page.';

/**
 * The phone of one person: wires PBX, object, cards and sound to the desk, and says whether it is ready: to the object, to
 * the document (`data-phone`), and to whoever clicks a number.
 */
export function runPhone(env: PhoneEnv): RunningPhone {
  const { host } = env;
  let problem: NotReady | null = 'starting';
  let microphoneDenied = false;
  let told = '';
  let shown = '';
  let preferred: Preferences | null = null;
  /** The page is stopped, or another one is the phone. */
  let paused = false;
  /** Why this frame is the phone no more. */
  let ended: 'superseded' | 'uninstalled' | 'refused' | null = null;

  const notReady = (): NotReady | null => problem ?? (microphoneDenied ? 'microphone_denied' : null);
  const phoneState = ({ preferences }: Desk): PhoneState => {
    const talking = calls().some(({ phase }) => phase === 'talking' || phase === 'transferring');
    const reason = notReady();
    const state = { talking, ...(preferences.doNotDisturb ? { doNotDisturb: true } : {}) };
    return reason === null ? { ready: true, ...state } : { ready: false, ...state, reason };
  };
  const calls = () => places(desk.look()).map(({ call }) => call);
  const tellState = (again: boolean) => {
    const now = desk.look();
    const legs = calls().flatMap(({ recorded, leg }) => (recorded ? [leg] : []));
    const message: FrameMessage = {
      t: 'state',
      state: phoneState(now),
      legs,
      ...(env.browser && { browser: env.browser }),
    };
    if (paused) return;
    const text = JSON.stringify(message);
    host.show('phone', ended ?? notReady() ?? 'ready');
    host.show('call', now.front?.call.phase ?? 'none');
    if (!again && text === told) return;
    told = text;
    // Said again when the socket opens: a state has no use for an old one.
    if (socket.connected()) socket.send(message);
  };
  const showPanel = () => {
    const panel = withRecords(
      panelOf(desk.look(), ended ?? notReady() ?? 'ready', env.sound?.devices() ?? NO_DEVICES),
      recordings,
    );
    const text = JSON.stringify(panel);
    if (text === shown) return;
    shown = text;
    host.panel(panel);
  };
  const refresh = (again = false) => {
    tellState(again);
    showPanel();
  };

  const keep = createKeeper((call) => socket.send({ t: 'keep', id: env.newId(), call }));
  const sip = env.createSip((news) => {
    if (news.on === 'registration') {
      problem = news.problem;
      refresh();
    } else desk.onSip(news);
  });
  const desk = createDesk({
    sip,
    command: host.command,
    report: (report) => {
      const id = env.newId();
      socket.send({ ...report, id });
      return id;
    },
    tone: env.tone,
    excuse: () => {
      // Allowed or denied since: the next click knows.
      void lookAtMicrophone();
      if (ended) return SERVICE_LOST;
      const reason = notReady();
      // Somebody waits for it: now, not when its turn comes.
      if (reason === 'pbx_unreachable') sip.resume();
      // A page that was opened by the click, or right after it: the call waits for the PBX's socket.
      return reason === null || reason === 'starting' ? null : NOT_READY[reason];
    },
    changed: ({ preferences }) => {
      if (preferences !== preferred) env.sound?.prefer(preferences);
      preferred = preferences;
      recordings?.follow(calls());
      keep(calls(), sip.dialog);
      refresh();
    },
    rules: {
      lines: host.session.lines,
      colleagues: host.session.colleagues ?? {},
      calling: host.session.calling ?? DEFAULT_CALLING,
      keeps: true,
    },
    newLeg: env.newId,
    now: env.now,
    setTimeout: env.setTimeout,
    clearTimeout: env.clearTimeout,
  });
  const tickets = keepTicket(host.session, {
    newSession: host.newSession,
    share: host.share,
    // Some computers say that they are offline though the PBX is there.
    online: () => env.online() || problem === null,
    backoff: backoff(env.random),
    pulse: env.pulse,
    askRenewal: () => socket.send({ t: 'renew', id: env.newId() }),
    setTimeout: env.setTimeout,
    clearTimeout: env.clearTimeout,
    now: env.now,
  });

  const recordings =
    host.session.calling?.recording === 'browser'
      ? recordCalls({
          openRecorder: env.openRecorder,
          ticket: tickets.get,
          sound: sip.sound,
          changed: showPanel,
          setTimeout: env.setTimeout,
        })
      : null;

  const loads: number[] = [];
  const sendLoads = () => {
    if (loads.length && socket.connected()) socket.send({ t: 'vitals', loads: loads.splice(0) });
  };
  const end = (why: NonNullable<typeof ended>) => {
    ended = why;
    host.forget();
    sip.retire();
    refresh();
  };
  const heard = (message: ObjectMessage) => {
    if (message.t === 'ticket') tickets.renewed(message.ticket, message.expiresIn);
    else if (message.t === 'superseded') end('superseded');
    else desk.onObject(message);
  };
  const socket = connectObject({
    open: env.openSocket,
    backoff: backoff(env.random),
    ticket: tickets.get,
    onMessage: heard,
    onOpen: () => {
      refresh(true);
      sendLoads();
    },
    onEnd: end,
    setTimeout: env.setTimeout,
    clearTimeout: env.clearTimeout,
    now: env.now,
    pulse: env.pulse,
  });

  const lookAtMicrophone = async () => {
    microphoneDenied = !(await env.microphone.allowed());
    refresh();
  };
  // The object says them again when its socket opens; the PBX may be quicker.
  if (host.session.preferences) desk.onObject({ t: 'preferences', preferences: host.session.preferences });
  refresh();
  void lookAtMicrophone();
  sip.start();
  // A card opens in every browser of a person: where another phone took over, a click is not ours to answer.
  host.onCard((news) => {
    if (ended === null || ended === 'refused' || desk.look().front) desk.onCard(news);
  });
  host.onAct((act) => {
    if (act.act === 'choose') env.sound?.choose(act.kind, act.id);
    else if (act.act === 'tryRing') env.sound?.tryRing();
    else if (act.act === 'record') recordings?.set(act.leg, act.on);
    else desk.onAct(act);
  });
  env.sound?.onDevices(refresh);
  host.onLoad((ms) => {
    loads.push(ms);
    sendLoads();
  });
  env.onPageHide(() => {
    recordings?.leave();
    desk.leave();
  });
  return {
    pause: () => {
      // Superseded: the role in this browser is of no use, and the next page would take the phone from the other one.
      if (ended || desk.look().front || desk.look().bridge) return false;
      paused = true;
      problem = 'starting';
      sip.pause();
      socket.pause();
      return true;
    },
    resume: (session) => {
      paused = false;
      tickets.use(session);
      sip.resume();
      socket.resume();
      refresh();
    },
    isOver: () => (ended === 'superseded' || ended === 'refused') && !desk.look().front && !desk.look().bridge,
  };
}
