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
import type { ReplacedDialog } from './replaces.ts';
import type { Switchboard } from './switchboard.ts';

/** An answered leg between this PBX and one phone, or one after the other where a second one took the first one's place. */
export interface Leg {
  /** SIP Call-ID that it began with. */
  readonly id: string;
  readonly media: Media;
  /** Resolves when the leg is over, whoever ended it. */
  readonly ended: Promise<LegEnd>;
  /** Sends BYE; a second call does nothing. */
  hangup(): void;
  /** Whether this is the dialog that a Replaces header names. */
  isDialog(named: ReplacedDialog): boolean;
  /** Answers an INVITE that takes this leg's place (RFC 3891 3): the same call, another phone; the old dialog gets its BYE. */
  replace(request: IncomingInviteRequest): Promise<void>;
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
  let dialog = session;
  let conclude: (end: LegEnd) => void = () => {};
  const ended = new Promise<LegEnd>((resolve) => {
    conclude = resolve;
  });

  const end = (by: EndedBy) => {
    if (over) return;
    over = true;
    clearInterval(watch);
    const seconds = Math.floor((now() - answeredAt) / 1000);
    const heard = media.stats().lastIn !== null;
    board.legs.delete(leg);
    void media.close();
    emit({ type: 'ended', call: id, by, seconds, heard });
    conclude({ by, seconds });
  };
  const bye = (by: EndedBy) => {
    if (over) return;
    // RFC 3261 15: the called side waits for the ACK before it may send BYE.
    byeWaits = dialog.sessionState === SessionState.AckWait;
    if (!byeWaits) dialog.bye();
    end(by);
  };
  const watch = setInterval(() => {
    const { lastIn, direction } = media.stats();
    const sends = direction === 'sendrecv' || direction === 'sendonly';
    if (sends && now() - (lastIn ?? answeredAt) > silenceMs) bye('silence');
  }, silenceMs / 4);
  watch.unref();

  // Of a dialog that was replaced nothing counts any more.
  const listenTo = (own: Session) => {
    own.delegate = {
      onAck: () => {
        if (byeWaits) own.bye();
        byeWaits = false;
      },
      onAckTimeout: () => {
        if (own === dialog) end('agent');
      },
      onBye: (request) => {
        request.accept();
        if (own === dialog) end('agent');
      },
      onInvite: (request) => void renegotiate(request, id, media, emit),
      onInfo: (request) => takeInfo(request, id, emit),
    };
  };
  listenTo(session);

  const replace = async (request: IncomingInviteRequest) => {
    const sdp = await media.replace(request.message.body);
    if (over || !sdp) return void request.reject({ statusCode: over ? 481 : 488 });
    const replaced = dialog;
    dialog = request.accept({ statusCode: 200, body: sdpBody(sdp) }).session;
    listenTo(dialog);
    replaced.bye();
    emit({ type: 'replaced', call: id, by: dialog.callId });
  };
  const isDialog = ({ callId, localTag, remoteTag }: ReplacedDialog) =>
    dialog.callId === callId && dialog.localTag === localTag && dialog.remoteTag === remoteTag;
  const leg: Leg = { id, media, ended, hangup: () => bye('pbx'), isDialog, replace };
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
