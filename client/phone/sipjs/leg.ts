import {
  type Bye,
  type Cancel,
  type Notification,
  type Session,
  SessionState,
  type URI,
  UserAgent,
  type Web,
} from 'sip.js';
import type { CallingRules } from '../../../src/protocol/frame.ts';
import type { CallEvent } from '../../call/types.ts';
import type { LegSound } from '../../recording/follow.ts';
import type { LegStats } from '../sip.ts';
import { isDeaf } from './deaf.ts';
import { type Describer, notAcceptable, rollBack, surviveReinvite } from './description.ts';
import { sendKey, type ToneOptions } from './dtmf.ts';
import { answerEarly, theirsRuns } from './early.ts';
import { type Gatherer, gatherEarly } from './ice.ts';
import { chosenType, type Network } from './network.ts';
import { type Offerer, offerMeanwhile } from './outgoing.ts';
import { answeredElsewhere, dialString } from './parties.ts';
import { watchPath } from './path.ts';
import { referStatus } from './refer.ts';
import { reinviteQueue } from './reinvite.ts';
import { agreeOnTimer } from './timers.ts';

/** How often to look whether a re-INVITE of the far end is done, or the sound's connection made, in ms. */
const LOOK_MS = 50;

/** What a leg needs of its surroundings. */
export interface LegDeps {
  readonly domain: string;
  readonly network: Network;
  readonly keys: CallingRules['dtmf'];
  /** Of a leg that we dial, while it is being opened; null: it is open. */
  readonly microphone: Promise<MediaStreamTrack | null> | null;
  /** An earlier page had it on hold: nothing is said on it before the PBX has answered to the hold that is asked for again. */
  readonly held: boolean;
  now(): number;
  random(): number;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  /** Whether the PBX can be told anything now, as far as is known. */
  connected(): boolean;
  /** The sound's way has died: perhaps with all other connections. */
  doubt(): void;
  tell(event: CallEvent): void;
  /** The far end's sound. */
  hear(stream: MediaStream): void;
  /** The leg is over, whoever ended it. */
  done(): void;
}

/** One SIP dialog. */
export interface Leg {
  readonly session: Session;
  hold(held: boolean): void;
  mute(muted: boolean): void;
  dtmf(key: string): void;
  refer(number: string): void;
  /** Replaces what the far end of another leg has with us by this leg's other party. */
  referTo(consultation: Session | undefined): void;
  /** Another microphone: what the far end hears comes from this track, or from a copy of it, from now on. */
  useMicrophone(track: MediaStreamTrack): void;
  stats(): Promise<LegStats | null>;
  sound(): LegSound | null;
  /** The socket is lost: perhaps the sound with it. */
  adrift(): void;
  /** Tells the PBX our new address after the socket was lost: without it the far end's BYE never arrives. */
  refresh(): void;
  /** The PBX wants to hear every so many seconds that we are still there (RFC 4028). */
  refreshEvery(seconds: number): void;
  /** As the person has left it. */
  muted(): boolean;
  /** As the PBX confirmed it. */
  held(): boolean;
  /** Whatever comes from now on is no news: we ended it ourselves. */
  silence(): void;
  /** For the final answer to our INVITE, which SIP.js gives to whoever sent it. */
  rejected(status: number, cause?: number): void;
}

/** A dialog that the PBX does not know any more (RFC 3261 12.2.1.2). */
const GONE = [408, 481];

/**
 * Makes the events of one SIP.js session events of a call, each end told once.
 * @param ours whether we sent the INVITE, and so own the Call-ID
 */
export function trackLeg(session: Session, ours: boolean, deps: LegDeps): Leg {
  let over = false;
  let held = deps.held;
  let restoring = held;
  let muted = false;
  let reason = '';
  /** What a leg that never stood came to, if it was no answer of the far end. */
  let failure: CallEvent | null = null;
  let unusable = false;
  let stood = false;
  /** Since when there is no way for the sound. */
  let silentAt: number | null = null;
  const reinvite = reinviteQueue({ ownsCallId: ours, random: deps.random, setTimeout: deps.setTimeout });

  const end = (event: CallEvent) => {
    if (over) return;
    over = true;
    deps.tell(event);
  };
  const handler = () => session.sessionDescriptionHandler as Web.SessionDescriptionHandler | undefined;
  const established = () => session.state === SessionState.Established;
  /** A re-INVITE of the far end is acknowledged as well. */
  const stands = () => {
    if (!stood) deps.tell({ on: 'established', at: deps.now() });
    stood = true;
  };

  const path = watchPath({
    state: () => handler()?.peerConnection?.iceConnectionState,
    restart: async () => (established() && deps.connected() ? renew(true) : undefined),
    deaf: () => hearsNothing(),
    setTimeout: deps.setTimeout,
    clearTimeout: deps.clearTimeout,
    tell: (alive) => {
      silentAt = alive ? null : deps.now();
      if (!alive) deps.doubt();
      if (!over) deps.tell({ on: 'path', alive });
    },
  });

  answerEarly(session);
  agreeOnTimer(session);
  session.delegate = {
    onSessionDescriptionHandler: (made) => {
      gatherEarly(made as unknown as Gatherer, {
        network: deps.network,
        setTimeout: deps.setTimeout,
        track: (event) => hear(event.streams[0] ?? new MediaStream([event.track])),
        changed: () => {
          deps.network.chosen(chosenType(handler()?.peerConnection));
          path.changed();
        },
        lost: (relayRefused) => {
          if (!established()) failure = { on: 'noPath', relayRefused, at: deps.now() };
        },
      });
      if (deps.microphone) offerMeanwhile(made as unknown as Offerer, deps.microphone, openMicrophone);
      const wrongAnswer = () => {
        unusable = true;
        if (!established()) failure = { on: 'rejected', status: 488, at: deps.now() };
      };
      surviveReinvite(made as unknown as Describer, wrongAnswer, () => notAcceptable(session));
    },
    // SIP.js reports `Established` when it sends the 200; the call stands when the PBX has acknowledged it.
    onAck: () => stands(),
    onCancel: (cancel: Cancel) =>
      end({
        on: 'withdrawn',
        elsewhere: answeredElsewhere(cancel.request.getHeader('reason')),
        at: deps.now(),
      }),
    onBye: (bye: Bye) => {
      reason = bye.request.getHeader('reason') ?? '';
      void bye.accept();
    },
    // Some PBXs report on a REFER outside the subscription that it made.
    onNotify: (notification: Notification) => notified(notification),
  };

  session.stateChange.addListener((state) => {
    if (state === SessionState.Established && ours) stands();
    if (state !== SessionState.Terminated) return;
    path.stop();
    deps.done();
    // A refusal of our INVITE is reported right after this, with its status.
    queueMicrotask(() => end(failure ?? { on: 'over', reason, at: deps.now() }));
  });

  const notified = (notification: Notification) => {
    void notification.accept();
    const status = referStatus(notification.request.body);
    if (status !== null) deps.tell({ on: 'transfer', step: status < 300 ? 'done' : 'failed', status, at: deps.now() });
  };

  /** The call's end ends the wait as well. */
  const waitWhile = async (lasts: () => boolean) => {
    while (established() && lasts()) await new Promise<void>((done) => void deps.setTimeout(done, LOOK_MS));
  };

  const offer = async (wanted: boolean, iceRestart = false) => {
    // RFC 3261 14.1: ours waits until theirs is done.
    await waitWhile(() => theirsRuns(session));
    return new Promise<number>((resolve) => {
      unusable = false;
      session
        .invite({
          // `hold` is spelled out when resuming as well: left out, SIP.js keeps the direction as it is.
          sessionDescriptionHandlerOptions: {
            hold: wanted,
            offerOptions: { iceRestart },
          } as Web.SessionDescriptionHandlerOptions,
          requestDelegate: {
            onAccept: () => resolve(unusable ? 0 : 200),
            onReject: (response) => resolve(response.message.statusCode ?? 0),
          },
        })
        // An offer that was made and not sent, such as for want of a way.
        .catch(async () => {
          await rollBack(handler() as Describer | undefined).catch(() => {});
          resolve(0);
        });
    });
  };

  const renew = async (iceRestart = false) => {
    const status = await reinvite(() => offer(held, iceRestart));
    if (GONE.includes(status) && established()) {
      end({ on: 'over', reason: '', gone: true, at: silentAt ?? deps.now() });
      void session.bye().catch(() => {});
    }
    return status;
  };

  const refreshEvery = (seconds: number) =>
    void deps.setTimeout(() => {
      if (!established()) return;
      void renew();
      refreshEvery(seconds);
    }, seconds * 1000);

  // Hold changes the SDP only; the microphone would go on being sent.
  const openMicrophone = () => {
    for (const sender of handler()?.peerConnection?.getSenders() ?? []) {
      if (sender.track) sender.track.enabled = !held && !muted;
    }
  };

  // A copy for each leg: SIP.js stops the track of a leg that ends, and mute and hold switch it.
  const useMicrophone = async (track: MediaStreamTrack) => {
    const sender = handler()?.peerConnection?.getSenders()[0];
    if (!sender) return;
    const before = sender.track;
    const copy = track.clone();
    copy.enabled = !held && !muted;
    await sender.replaceTrack(copy).then(
      () => before?.stop(),
      () => copy.stop(),
    );
    openMicrophone();
  };

  let heard: MediaStream | null = null;
  const hear = (stream: MediaStream) => {
    heard = stream;
    deps.hear(stream);
  };
  const sound = (): LegSound | null => {
    const local = handler()?.peerConnection?.getSenders()[0]?.track;
    return local && heard ? { local, remote: heard } : null;
  };

  const stats = async (): Promise<LegStats | null> => {
    const connection = handler()?.peerConnection;
    if (!connection) return null;
    const direction = connection.getTransceivers()[0]?.currentDirection ?? null;
    return { report: await connection.getStats(), direction, speaking: !held && !muted };
  };

  const hearsNothing = async () => {
    const now = await stats().catch(() => null);
    return now !== null && isDeaf(now);
  };

  const hold = async (wanted: boolean) => {
    const status = await reinvite(() => offer(wanted));
    const ok = status === 200;
    if (ok || restoring) held = ok && wanted;
    restoring = false;
    openMicrophone();
    if (!over) deps.tell({ on: 'held', held: wanted, ok });
  };

  let typed = Promise.resolve();
  const dtmf = async (key: string) => {
    // A call stands before its sound does (DTLS), and a tone that is due meanwhile is lost.
    const young = () => /new|connecting/.test(`${handler()?.peerConnection?.connectionState}`);
    await waitWhile(() => deps.keys === 'stream' && young());
    if (over) return;
    const sender = handler();
    const inStream =
      sender && deps.keys === 'stream'
        ? (tones: string, options: ToneOptions) => sender.sendDtmf(tones, options)
        : null;
    const waiting = sender?.peerConnection?.getSenders()[0]?.dtmf?.toneBuffer ?? '';
    sendKey(key, waiting, inStream, (body) => void session.info({ requestOptions: { body } }).catch(() => {}));
  };

  const refer = (target: URI | Session | undefined) => {
    const failed = (status?: number) =>
      deps.tell({ on: 'transfer', step: 'failed', ...(status && { status }), at: deps.now() });
    if (!target) return failed();
    session
      .refer(target, {
        onNotify: notified,
        requestDelegate: {
          onAccept: () => deps.tell({ on: 'transfer', step: 'accepted', at: deps.now() }),
          onReject: ({ message }) => failed(message.statusCode),
        },
      })
      .catch(() => failed());
  };

  return {
    session,
    hold: (wanted) => void hold(wanted),
    mute: (wanted) => {
      muted = wanted;
      openMicrophone();
    },
    useMicrophone: (track) => void useMicrophone(track),
    stats,
    sound,
    dtmf: (key) => {
      typed = typed.then(() => dtmf(key));
    },
    refer: (number) => refer(UserAgent.makeURI(`sip:${dialString(number)}@${deps.domain}`)),
    // Only a confirmed dialog has the tags that Replaces names.
    referTo: (other) => refer(other?.state === SessionState.Established ? other : undefined),
    adrift: () => void path.adrift(),
    // An ICE restart is a re-INVITE as well.
    refresh: () => (path.again() ? undefined : void renew()),
    refreshEvery,
    muted: () => muted,
    held: () => held,
    silence: () => {
      over = true;
    },
    rejected: (status, cause) =>
      end(failure ?? { on: 'rejected', status, ...(cause !== undefined && { cause }), at: deps.now() }),
  };
}
