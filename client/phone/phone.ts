import type { FrameMessage, NotReady, ObjectMessage, PhoneState } from '../../src/protocol/frame.ts';
import { NOT_READY } from '../call/outcome.ts';
import type { Call, Tone } from '../call/types.ts';
import type { PhoneHost } from '../frame/contract.ts';
import type { Microphone } from '../media/microphone.ts';
import { backoff } from './backoff.ts';
import { createDesk } from './desk.ts';
import type { SipNews, SipPhone } from './sip.ts';
import { connectObject, type RawSocket } from './socket.ts';
import { keepTicket } from './tickets.ts';

/** Everything outside that the phone touches. */
export interface PhoneEnv {
  readonly host: PhoneHost;
  readonly microphone: Pick<Microphone, 'allowed'>;
  tone(tone: Tone): void;
  createSip(tell: (news: SipNews) => void): SipPhone;
  openSocket(protocols: string[]): RawSocket;
  newId(): string;
  onPageHide(callback: () => void): void;
  onOnline(callback: () => void): void;
  now(): number;
  random(): number;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

const SERVICE_LOST = 'The phone service has closed this page’s session: reload the page.';

/**
 * The phone of one person: wires PBX, object, cards and sound to the desk, and says whether it is ready: to the object, to
 * the document (`data-phone`), and to whoever clicks a number.
 */
export function runPhone(env: PhoneEnv): void {
  const { host } = env;
  let problem: NotReady | null = 'starting';
  let microphoneDenied = false;
  let told = '';
  /** Why this frame is the phone no more. */
  let ended: 'superseded' | 'uninstalled' | 'refused' | null = null;

  const notReady = (): NotReady | null => problem ?? (microphoneDenied ? 'microphone_denied' : null);
  const phoneState = (call: Call | null): PhoneState => {
    const talking = call !== null && (call.phase === 'talking' || call.phase === 'transferring');
    const reason = notReady();
    return reason === null ? { ready: true, talking } : { ready: false, talking, reason };
  };
  const tellState = (again: boolean) => {
    const call = desk.call();
    const message: FrameMessage = { t: 'state', state: phoneState(call), legs: call ? [call.leg] : [] };
    const text = JSON.stringify(message);
    host.show('phone', ended ?? notReady() ?? 'ready');
    host.show('call', call?.phase ?? 'none');
    if (!again && text === told) return;
    told = text;
    // Said again when the socket opens: a state has no use for an old one.
    if (socket.connected()) socket.send(message);
  };

  const sip = env.createSip((news) => {
    if (news.on === 'registration') {
      problem = news.problem;
      tellState(false);
    } else desk.onSip(news);
  });
  const desk = createDesk({
    sip,
    command: host.command,
    report: (report) => socket.send({ ...report, id: env.newId() }),
    tone: env.tone,
    excuse: () => {
      // Allowed or denied since: the next click knows.
      void lookAtMicrophone();
      if (ended) return SERVICE_LOST;
      const reason = notReady();
      return reason === null ? null : NOT_READY[reason];
    },
    changed: () => tellState(false),
    lines: host.session.lines,
    colleagues: host.session.colleagues ?? {},
    newLeg: env.newId,
    now: env.now,
    setTimeout: env.setTimeout,
    clearTimeout: env.clearTimeout,
  });
  const tickets = keepTicket(host.session, {
    newSession: host.newSession,
    share: host.share,
    askRenewal: () => socket.send({ t: 'renew', id: env.newId() }),
    setTimeout: env.setTimeout,
    clearTimeout: env.clearTimeout,
    now: env.now,
  });

  const loads: number[] = [];
  const sendLoads = () => {
    if (loads.length && socket.connected()) socket.send({ t: 'vitals', loads: loads.splice(0) });
  };
  const end = (why: NonNullable<typeof ended>) => {
    ended = why;
    sip.retire();
    tellState(false);
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
      tellState(true);
      sendLoads();
    },
    onEnd: end,
    setTimeout: env.setTimeout,
    onOnline: env.onOnline,
  });

  const lookAtMicrophone = async () => {
    microphoneDenied = !(await env.microphone.allowed());
    tellState(false);
  };
  tellState(false);
  void lookAtMicrophone();
  sip.start();
  // A card opens in every browser of a person: where another phone took over, a click is not ours to answer.
  host.onCard((news) => {
    if (ended === null || ended === 'refused' || desk.call()) desk.onCard(news);
  });
  host.onLoad((ms) => {
    loads.push(ms);
    sendLoads();
  });
  env.onPageHide(desk.leave);
}
