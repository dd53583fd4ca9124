import { Invitation, Inviter, SessionState, SIPExtension, UserAgent, Web } from 'sip.js';
import type { CallingRules, IceServer, KeptCall, SipAccount } from '../../../src/protocol/frame.ts';
import type { CallEvent } from '../../call/types.ts';
import type { Microphone } from '../../media/microphone.ts';
import { backoff, PBX_WAITS } from '../backoff.ts';
import type { HeartbeatDeps } from '../heartbeat.ts';
import type { SipNews, SipPhone } from '../sip.ts';
import { GATHERING_LIMIT_MS } from './ice.ts';
import type { SipIdentity } from './identity.ts';
import { keepAlive, linkOf } from './keepalive.ts';
import { type Leg, trackLeg } from './leg.ts';
import { logConnector } from './log.ts';
import { rememberNetwork } from './network.ts';
import { calledLine, dialString, incomingLegName, q850Cause, wantsAutoAnswer } from './parties.ts';
import type { ReentryModule } from './reentry.ts';
import { keepRegistered } from './registration.ts';
import { dialogOf, replacesHeaders } from './replaces.ts';
import { isDialled, isUnanswered, ringNoLonger, rings } from './ringing.ts';
import { takenBack } from './taken-back.ts';
import { refreshAfterS, TIMER_TAG, timerAnswer } from './timers.ts';
import { sayBye, waitNoLonger } from './unanswered.ts';

export interface AgentDeps extends HeartbeatDeps {
  readonly account: SipAccount;
  readonly identity: SipIdentity;
  /** Of the newest session: a TURN server's credentials expire. */
  ice(): readonly IceServer[];
  /** Name of the header that names the call a leg belongs to. */
  readonly callHeader: string | null;
  /** How keys are sent. */
  readonly keys: CallingRules['dtmf'];
  readonly microphone: Pick<Microphone, 'open' | 'borrow' | 'close' | 'onTrack'>;
  /** Imports the bundle that speaks inside an earlier page's dialog. */
  reentry(): Promise<ReentryModule>;
  /** The far end's sound of a leg; null when the leg is over. Two legs may sound at once. */
  hear(leg: string, stream: MediaStream | null): void;
  tell(news: SipNews): void;
  log(line: string): void;
  random(): number;
}

/** A queue can ring long; the PBX ends it, this is for one that forgets (SIP.js's 60 s would end it for the PBX). */
const NO_ANSWER_S = 180;
/** How long a click waits for the socket of a page that has just loaded, in ms. */
const DIAL_PATIENCE_MS = 8000;

/** The phone's SIP side, on SIP.js 0.21.2. */
export function createSipPhone(deps: AgentDeps): SipPhone {
  const { account, identity } = deps;
  /** What is told of a paused phone's registration is no news. */
  const tell: typeof deps.tell = (news) => paused || deps.tell(news);
  const legs = new Map<string, Leg>();
  /** What waits for the socket, or for its turn. */
  const waiting = new Map<string, () => void>();
  const policy = backoff(deps.random, PBX_WAITS);
  const network = rememberNetwork();
  const dying = takenBack(deps.setTimeout);
  const uri = UserAgent.makeURI(account.uri);
  if (!uri) throw new Error('the SIP address is not one');
  let retired = false;
  let paused = false;
  let attempt = 0;
  let again: unknown;

  const agent = new UserAgent({
    uri,
    displayName: account.displayName,
    authorizationUsername: account.authorizationUser,
    authorizationPassword: account.password,
    ...identity,
    instanceIdAlwaysAdded: false,
    // Stopping says BYE and un-registers; a call may outlive this page's phone.
    gracefulShutdown: false,
    noAnswerTimeout: NO_ANSWER_S,
    // Another page of this person may take a call over (RFC 3891).
    sipExtensionReplaces: SIPExtension.Supported,
    sipExtensionExtraSupported: [TIMER_TAG],
    transportOptions: { server: account.server, keepAliveInterval: 0, connectionTimeout: 5 },
    logBuiltinEnabled: false,
    logLevel: 'warn',
    logConnector: logConnector(deps.log),
    // The microphone is opened before a call is answered, and while one is dialled (outgoing.ts). A copy for each leg: SIP.js stops the tracks of a leg that
    // ends, and hold silences one leg, not the other.
    sessionDescriptionHandlerFactory: (session, options) =>
      Web.defaultSessionDescriptionHandlerFactory(async () =>
        session instanceof Inviter ? new MediaStream() : deps.microphone.borrow().clone(),
      )(session, options),
    sessionDescriptionHandlerFactoryOptions: {
      iceGatheringTimeout: GATHERING_LIMIT_MS,
      // Never SIP.js's default, which is a public server of a third party.
      peerConnectionConfiguration: {
        // Read for each connection.
        get iceServers() {
          return deps.ice() as RTCIceServer[];
        },
      },
    },
    delegate: {
      onConnect: () => {
        attempt = 0;
        registration.connected();
        for (const [id, leg] of legs) if (isDialled(leg.session)) tellOf(id)({ on: 'adrift', at: deps.now() });
        for (const [id, go] of [...waiting]) {
          waiting.delete(id);
          go();
        }
        for (const leg of legs.values()) if (leg.session.state === SessionState.Established) leg.refresh();
        alive.ask();
      },
      onDisconnect: () => {
        network.forget();
        waitNoLonger(agent);
        deps.pulse.doubt();
        for (const leg of legs.values()) leg.adrift();
        ringNoLonger([...legs.keys()], { ringing, giveUp, setTimeout: deps.setTimeout });
        if (retired) return;
        tell({ on: 'registration', problem: 'pbx_unreachable' });
        reconnect();
      },
      onInvite: (invitation) => incoming(invitation),
    },
  });
  const link = linkOf(agent, () => [...legs.values()].some(({ session }) => isUnanswered(session)));
  const alive = keepAlive(agent, link, deps);
  const sip = { agent, Inviter, makeURI: UserAgent.makeURI };
  const registration = keepRegistered(
    agent,
    identity.instanceId,
    { backoff: policy, link, setTimeout: deps.setTimeout },
    (problem) => tell({ on: 'registration', problem }),
  );

  const reconnect = () => {
    if (paused || (retired && legs.size === 0)) return;
    // A wake-up begins anew, and must not begin beside what is under way.
    deps.clearTimeout(again);
    again = deps.setTimeout(() => {
      if (paused || agent.isConnected()) return;
      agent.reconnect().catch(() => {
        tell({ on: 'registration', problem: 'pbx_unreachable' });
        reconnect();
      });
    }, policy.delayMs(attempt++));
  };

  // The last BYE leaves first: a socket's messages keep their order.
  const disconnect = () => queueMicrotask(() => void agent.transport.disconnect().catch(() => {}));

  const follow = (
    id: string,
    session: Inviter | Invitation,
    tellLeg: (event: CallEvent) => void,
    microphone: Promise<MediaStreamTrack | null> | null = null,
    held = false,
  ) => {
    const leg = trackLeg(session, session instanceof Inviter, {
      domain: uri.host,
      network,
      keys: deps.keys,
      microphone,
      held,
      now: deps.now,
      random: deps.random,
      setTimeout: deps.setTimeout,
      clearTimeout: deps.clearTimeout,
      connected: () => agent.isConnected() && alive.sure(),
      doubt: deps.pulse.doubt,
      hear: (stream) => deps.hear(id, stream),
      tell: tellLeg,
      done: () => {
        // Another session has its place.
        if (legs.get(id) !== leg) return;
        legs.delete(id);
        deps.hear(id, null);
        if (legs.size > 0) return;
        deps.microphone.close();
        if (retired) disconnect();
      },
    });
    return leg;
  };

  const tellOf = (id: string) => (event: CallEvent) => tell({ on: 'leg', leg: id, event });
  const track = (
    id: string,
    session: Inviter | Invitation,
    microphone: Promise<MediaStreamTrack | null> | null = null,
    held = false,
  ) => {
    const leg = follow(id, session, tellOf(id), microphone, held);
    legs.set(id, leg);
    return leg;
  };

  /**
   * A session takes the place of one that stands (RFC 3891), because the other side was transferred. To the person it is the
   * same call: it keeps its name, is answered at once, and its first news is what happens to it after that.
   */
  const replace = (id: string, old: Leg, invitation: Invitation) => {
    let placed = false;
    const leg = follow(id, invitation, (event) => {
      if (placed && event.on !== 'established') tellOf(id)(event);
    });
    invitation.stateChange.addListener((state) => {
      // SIP.js says BYE to the old one right after this.
      if (state !== SessionState.Established || legs.get(id) !== old) return;
      placed = true;
      old.silence();
      legs.set(id, leg);
      leg.mute(old.muted());
      if (old.held()) tellOf(id)({ on: 'held', held: false, ok: true });
    });
    accept(leg, invitation);
  };

  const accept = (leg: Leg, invitation: Invitation) => {
    const sessionExpires = invitation.request.getHeader('Session-Expires');
    const seconds = refreshAfterS(sessionExpires, 'uas');
    // What goes wrong here ends the leg, which is told as such.
    invitation.accept({ extraHeaders: timerAnswer(sessionExpires) }).catch(() => {});
    if (seconds !== null) leg.refreshEvery(seconds);
  };

  const incoming = (invitation: Invitation) => {
    const { request, remoteIdentity } = invitation;
    for (const [id, old] of legs) if (old.session === invitation.replacee) return replace(id, old, invitation);
    const leg = incomingLegName(request.callId, request.viaBranch);
    track(leg, invitation);
    const group = deps.callHeader ? (request.getHeader(deps.callHeader) ?? null) : null;
    const { displayName, uri: from } = remoteIdentity;
    const call = {
      leg,
      group,
      number: from.user ?? '',
      // SIP.js's type says that there always is one.
      name: displayName ?? '',
      line: calledLine(request),
      autoAnswer: wantsAutoAnswer(request),
    };
    tell({ on: 'incoming', call });
  };

  /** False when it was denied, which is told. */
  const openMicrophone = async (leg: string): Promise<boolean> => {
    const why = await deps.microphone.open();
    if (why !== null) tell({ on: 'leg', leg, event: { on: 'microphone', why, at: deps.now() } });
    return why === null;
  };

  const lost = (leg: string, status: number) =>
    tell({ on: 'leg', leg, event: { on: 'rejected', status, at: deps.now() } });

  /** The microphone for a leg that is being dialled; null when it was denied, or the person has hung up meanwhile. */
  const microphoneFor = async (id: string): Promise<MediaStreamTrack | null> => {
    const open = await openMicrophone(id);
    const leg = legs.get(id);
    if (open && leg) return deps.microphone.borrow().clone().getAudioTracks()[0] ?? null;
    // Why was told already.
    leg?.silence();
    if (open && legs.size === 0) deps.microphone.close();
    return null;
  };

  const invite = (id: string, number: string, line: string, replaces?: KeptCall): unknown => {
    // A page that has just loaded knows of a click, or of an earlier page's call, before its own socket to the PBX is open.
    if (!agent.isConnected()) {
      const turn = () => invite(id, number, line, replaces);
      waiting.set(id, turn);
      // A call that is taken over has a patience of its own.
      const late = () => waiting.get(id) === turn && waiting.delete(id) && lost(id, 0);
      return replaces ? undefined : deps.setTimeout(late, DIAL_PATIENCE_MS);
    }
    const target = UserAgent.makeURI(replaces?.remoteUri ?? `sip:${dialString(number)}@${uri.host}`);
    if (!target) return lost(id, 484);
    const inviter = new Inviter(agent, target, {
      earlyMedia: true,
      // RFC 3325 9.2: which of our numbers the PBX is to show.
      extraHeaders: [
        ...(line ? [`P-Preferred-Identity: <sip:${dialString(line)}@${uri.host}>`] : []),
        ...(replaces ? replacesHeaders(replaces) : []),
      ],
      // Bitrix24's call is told its leg before the INVITE is on the wire; the type leaves this field out.
      params: { callId: id } as object,
    });
    dial(id, inviter, replaces?.held);
  };

  const dial = (id: string, inviter: Inviter, held?: boolean) => {
    const leg = track(id, inviter, microphoneFor(id), held);
    inviter
      .invite({
        requestDelegate: {
          onProgress: ({ message }) => {
            if (message.statusCode === 180 || message.statusCode === 183) {
              tell({ on: 'leg', leg: id, event: { on: 'progress', media: message.body !== '' } });
            }
          },
          onAccept: ({ message }) => {
            const seconds = refreshAfterS(message.getHeader('Session-Expires'), 'uac');
            if (seconds !== null) leg.refreshEvery(seconds);
          },
          onReject: ({ message }) => leg.rejected(message.statusCode ?? 0, q850Cause(message.getHeader('Reason'))),
        },
      })
      .catch(() => leg.rejected(0));
  };

  const reenter = (id: string, kept: KeptCall, afterMs: number) => {
    // A hang-up takes it away, a socket that is back goes on with it.
    const turn = () => reenter(id, kept, 0);
    waiting.set(id, turn);
    deps.setTimeout(async () => {
      const reentry = await deps.reentry().catch(() => null);
      if (waiting.get(id) !== turn || !agent.isConnected()) return;
      waiting.delete(id);
      const inviter = reentry?.reenter(sip, kept, deps.now());
      if (inviter) dial(id, inviter, kept.held);
      else lost(id, 0);
    }, afterMs);
  };
  const release = async (kept: KeptCall) => (await deps.reentry()).release(sip, kept, deps.now());

  const answer = async (id: string) => {
    if (!(await openMicrophone(id))) return;
    const leg = legs.get(id);
    if (leg?.session instanceof Invitation) accept(leg, leg.session);
  };

  const hangup = (id: string, refuse: number) => {
    waiting.delete(id);
    const leg = legs.get(id);
    if (!leg) return;
    leg.silence();
    if (isUnanswered(leg.session) && leg.session instanceof Inviter) dying.add(leg.session);
    endSession(leg.session, refuse, (session) => sayBye(session, agent.userAgentCore, (bye) => waiting.set(id, bye)));
  };

  const ringing = (id: string) => {
    const leg = legs.get(id);
    return leg !== undefined && rings(leg);
  };
  const giveUp = (id: string) => {
    tellOf(id)({ on: 'over', reason: 'The connection to the PBX was lost', at: deps.now() });
    hangup(id, 480);
  };

  deps.microphone.onTrack((next) => {
    for (const leg of legs.values()) leg.useMicrophone(next);
  });

  return {
    start: () => {
      deps.pulse.onWake(() => {
        attempt = 0;
        if (!agent.isConnected()) reconnect();
      });
      agent.start().catch(() => {
        tell({ on: 'registration', problem: 'pbx_unreachable' });
        reconnect();
      });
    },
    retire: () => {
      retired = true;
      registration.retire();
      if (legs.size === 0) disconnect();
    },
    pause: () => {
      paused = true;
      disconnect();
    },
    resume: () => {
      paused = false;
      attempt = 0;
      reconnect();
    },
    invite: (...call) => void invite(...call),
    reenter,
    release: (kept) => void release(kept).catch(() => {}),
    dialog: (id) => dialogOf(legs.get(id)?.session),
    answer: (id) => void answer(id),
    hangup,
    hold: (id, held) => legs.get(id)?.hold(held),
    mute: (id, muted) => legs.get(id)?.mute(muted),
    dtmf: (id, key) => legs.get(id)?.dtmf(key),
    refer: (id, number) => dying.whenNone(() => legs.get(id)?.refer(number)),
    sound: (id) => legs.get(id)?.sound() ?? null,
    stats: async (id) => (await legs.get(id)?.stats()) ?? null,
    referTo: (id, consultation) => legs.get(id)?.referTo(legs.get(consultation)?.session),
  };
}

/** The one request that ends a session, by its state; a CANCEL that crosses a 200 is followed by a BYE (SIP.js does that). */
function endSession(session: Leg['session'], refuse: number, bye: (session: Leg['session']) => void): void {
  const unanswered = isUnanswered(session);
  if (session.state === SessionState.Established) bye(session);
  else if (unanswered && session instanceof Inviter) void session.cancel().catch(() => {});
  else if (unanswered && session instanceof Invitation) void session.reject({ statusCode: refuse }).catch(() => {});
}
