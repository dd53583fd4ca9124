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
import type { CallEvent } from '../../call/types.ts';
import type { LegStats } from '../sip.ts';
import { sendKey, type ToneOptions } from './dtmf.ts';
import { type Gatherer, sendEarly } from './ice.ts';
import { answeredElsewhere, dialString } from './parties.ts';
import { referProgress } from './refer.ts';
import { REQUEST_PENDING, reinviteQueue } from './reinvite.ts';

/** What a leg needs of its surroundings. */
export interface LegDeps {
  readonly domain: string;
  /** Number of STUN and TURN servers. */
  readonly servers: number;
  now(): number;
  random(): number;
  setTimeout(callback: () => void, ms: number): unknown;
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
  /** Tells the PBX our new address after the socket was lost: without it the far end's BYE never arrives. */
  refresh(): void;
  /** Whatever comes from now on is no news: we ended it ourselves. */
  silence(): void;
  /** For the final answer to our INVITE, which SIP.js gives to whoever sent it. */
  rejected(status: number): void;
}

/**
 * Makes the events of one SIP.js session events of a call, each end told once.
 * @param ours whether we sent the INVITE, and so own the Call-ID
 */
export function trackLeg(session: Session, ours: boolean, deps: LegDeps): Leg {
  let over = false;
  let held = false;
  let muted = false;
  let reason = '';
  const reinvite = reinviteQueue({ ownsCallId: ours, random: deps.random, setTimeout: deps.setTimeout });

  const end = (event: CallEvent) => {
    if (over) return;
    over = true;
    deps.tell(event);
  };
  const handler = () => session.sessionDescriptionHandler as Web.SessionDescriptionHandler | undefined;

  session.delegate = {
    onSessionDescriptionHandler: (made) =>
      sendEarly(made as unknown as Gatherer, deps.servers, deps, (event) =>
        deps.hear(event.streams[0] ?? new MediaStream([event.track])),
      ),
    // SIP.js reports `Established` when it sends the 200; the call stands when the PBX has acknowledged it.
    onAck: () => deps.tell({ on: 'established', at: deps.now() }),
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
    if (state === SessionState.Established && ours) deps.tell({ on: 'established', at: deps.now() });
    if (state !== SessionState.Terminated) return;
    deps.done();
    // A refusal of our INVITE is reported right after this, with its status.
    queueMicrotask(() => end({ on: 'over', reason, at: deps.now() }));
  });

  const notified = (notification: Notification) => {
    void notification.accept();
    const result = referProgress(notification.request.body);
    if (result) deps.tell({ on: 'transfer', step: result, at: deps.now() });
  };

  const offer = (wanted: boolean) =>
    new Promise<number>((resolve) => {
      session
        .invite({
          // `hold` is spelled out when resuming as well: left out, SIP.js keeps the direction as it is.
          sessionDescriptionHandlerOptions: { hold: wanted } as Web.SessionDescriptionHandlerOptions,
          requestDelegate: {
            onAccept: () => resolve(200),
            onReject: (response) => resolve(response.message.statusCode ?? 0),
          },
        })
        // Theirs is under way: the same as a collision on the wire.
        .catch((error: Error) => resolve(error.name === 'RequestPendingError' ? REQUEST_PENDING : 0));
    });

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

  const stats = async (): Promise<LegStats | null> => {
    const connection = handler()?.peerConnection;
    if (!connection) return null;
    const direction = connection.getTransceivers()[0]?.currentDirection ?? null;
    return { report: await connection.getStats(), direction, speaking: !held && !muted };
  };

  const hold = async (wanted: boolean) => {
    const status = await reinvite(() => offer(wanted));
    const ok = status === 200;
    if (ok) held = wanted;
    openMicrophone();
    if (!over) deps.tell({ on: 'held', held: wanted, ok });
  };

  const dtmf = (key: string) => {
    const sender = handler();
    const inStream = sender ? (tones: string, options: ToneOptions) => sender.sendDtmf(tones, options) : null;
    const waiting = sender?.peerConnection?.getSenders()[0]?.dtmf?.toneBuffer ?? '';
    sendKey(key, waiting, inStream, (body) => void session.info({ requestOptions: { body } }).catch(() => {}));
  };

  const refer = (target: URI | Session | undefined) => {
    const failed = () => deps.tell({ on: 'transfer', step: 'failed', at: deps.now() });
    if (!target) return failed();
    session
      .refer(target, {
        onNotify: notified,
        requestDelegate: {
          onAccept: () => deps.tell({ on: 'transfer', step: 'accepted', at: deps.now() }),
          onReject: failed,
        },
      })
      .catch(failed);
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
    dtmf,
    refer: (number) => refer(UserAgent.makeURI(`sip:${dialString(number)}@${deps.domain}`)),
    // Only a confirmed dialog has the tags that Replaces names.
    referTo: (other) => refer(other?.state === SessionState.Established ? other : undefined),
    refresh: () => void reinvite(() => offer(held)),
    silence: () => {
      over = true;
    },
    rejected: (status) => end({ on: 'rejected', status, at: deps.now() }),
  };
}
