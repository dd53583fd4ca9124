import {
  type Body,
  type IncomingInfoRequest,
  type IncomingInviteRequest,
  type Session,
  SessionState,
} from 'sip.js/lib/core/index.js';
import { keyOfInfo } from './dtmf.ts';
import type { Emit, EndedBy } from './events.ts';
import { directionOf, type Media } from './media.ts';
import type { Switchboard } from './switchboard.ts';

/** An answered leg between this PBX and one phone. */
export interface Leg {
  /** SIP Call-ID. */
  readonly id: string;
  readonly media: Media;
  /** Resolves when the leg is over, whoever ended it. */
  readonly ended: Promise<LegEnd>;
  /** Sends BYE; a second call does nothing. */
  hangup(): void;
}

export interface LegEnd {
  readonly by: EndedBy;
  /** Whole seconds since the answer. */
  readonly seconds: number;
}

/** An SDP body as the SIP core wants it. */
export function sdpBody(content: string): Body {
  return { contentDisposition: 'session', contentType: 'application/sdp', content };
}

/** Takes charge of a dialog that was just answered: BYE, hold, digits, silence. */
export function openLeg(board: Switchboard, session: Session, media: Media): Leg {
  const { emit, now, silenceMs } = board;
  const id = session.callId;
  const answeredAt = now();
  let over = false;
  let byeWaits = false;
  let conclude: (end: LegEnd) => void = () => {};
  const ended = new Promise<LegEnd>((resolve) => {
    conclude = resolve;
  });

  const end = (by: EndedBy) => {
    if (over) return;
    over = true;
    clearInterval(watch);
    const seconds = Math.floor((now() - answeredAt) / 1000);
    board.legs.delete(leg);
    void media.close();
    emit({ type: 'ended', call: id, by, seconds });
    conclude({ by, seconds });
  };
  const bye = (by: EndedBy) => {
    if (over) return;
    // RFC 3261 15: the called side waits for the ACK before it may send BYE.
    byeWaits = session.sessionState === SessionState.AckWait;
    if (!byeWaits) session.bye();
    end(by);
  };
  const watch = setInterval(() => {
    const { lastIn, direction } = media.stats();
    const sends = direction === 'sendrecv' || direction === 'sendonly';
    if (sends && now() - (lastIn ?? answeredAt) > silenceMs) bye('silence');
  }, silenceMs / 4);
  watch.unref();

  session.delegate = {
    onAck: () => {
      if (byeWaits) session.bye();
      byeWaits = false;
    },
    onAckTimeout: () => end('agent'),
    onBye: (request) => {
      request.accept();
      end('agent');
    },
    onInvite: (request) => void renegotiate(request, id, media, emit),
    onInfo: (request) => takeInfo(request, id, emit),
  };
  const leg: Leg = { id, media, ended, hangup: () => bye('pbx') };
  board.legs.add(leg);
  emit({ type: 'answered', call: id });
  return leg;
}

/** Answers a re-INVITE (RFC 3261 14.2): hold, resume, or the same offer again after a reconnect. */
async function renegotiate(request: IncomingInviteRequest, call: string, media: Media, emit: Emit): Promise<void> {
  const offer = request.message.body;
  if (!offer) return void request.reject({ statusCode: 488 });
  const before = media.stats().direction;
  try {
    const answer = await media.answer(offer);
    request.accept({ statusCode: 200, body: sdpBody(answer) });
  } catch {
    return void request.reject({ statusCode: 488 });
  }
  const held = (direction: string) => direction === 'sendonly' || direction === 'inactive';
  const after = directionOf(offer);
  if (held(after) !== held(before)) emit({ type: held(after) ? 'hold' : 'resume', call });
}

function takeInfo(request: IncomingInfoRequest, call: string, emit: Emit): void {
  const key = keyOfInfo(request.message.getHeader('content-type'), request.message.body);
  if (key === undefined) return void request.reject({ statusCode: 415 });
  request.accept();
  emit({ type: 'dtmf', call, key, via: 'info' });
}
