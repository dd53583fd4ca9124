import { type IncomingResponse, type OutgoingInviteRequest, type Session, URI } from 'sip.js/lib/core/index.js';
import { type Leg, openLeg, sdpBody } from './leg.ts';
import type { Media } from './media.ts';
import type { Switchboard } from './switchboard.ts';

/** How an attempt to reach an agent ended. */
export type RingResult = 'answered' | 'busy' | 'declined' | 'no_answer' | 'cancelled' | 'not_registered' | 'failed';

export interface RingOptions {
  /** SIP Call-ID of the leg to be. */
  readonly call: string;
  /** Caller's number, e.g. `+49301234567`. */
  readonly from: string;
  /** Caller's name as the phone shows it. */
  readonly name?: string;
  /** The number that the caller dialled, sent as P-Called-Party-ID (RFC 7315 4.2). */
  readonly line?: string;
  /** Further header fields, e.g. `['X-Call-Id: 17']`. */
  readonly headers?: readonly string[];
  /** Aborting gives up: CANCEL while it rings. The reason `answered_elsewhere` is told to the phone (RFC 3326). */
  readonly signal?: AbortSignal;
  /** How long it rings before the PBX gives up, ms. */
  readonly ringMs?: number;
  readonly onRinging?: () => void;
}

export type Rung =
  | { readonly result: 'answered'; readonly leg: Leg }
  | { readonly result: Exclude<RingResult, 'answered'>; readonly status: number };

/** What a final SIP answer says about the agent. */
export function resultOf(status: number): Exclude<RingResult, 'answered'> {
  if (status === 486 || status === 600) return 'busy';
  if (status === 603) return 'declined';
  if (status === 487) return 'cancelled';
  return status === 480 || status === 408 ? 'no_answer' : 'failed';
}

const ELSEWHERE = 'SIP;cause=200;text="Call completed elsewhere"';

/** Rings one agent with a WebRTC offer. `media` is the leg's own and is closed unless the agent answers. */
export async function ring(board: Switchboard, user: string, media: Media, options: RingOptions): Promise<Rung> {
  const binding = board.registrar.find(user);
  const target = binding && board.parseUri(binding.target);
  const offer = target && (await media.offer());
  const gone = options.signal ? AbortSignal.any([options.signal, board.closing]) : board.closing;
  if (!target || !offer || gone.aborted) {
    void media.close();
    return offer ? { result: 'cancelled', status: 487 } : { result: 'not_registered', status: 480 };
  }
  const message = board.core.makeOutgoingRequestMessage(
    'INVITE',
    target,
    new URI('sip', options.from, board.domain),
    new URI('sip', user, board.domain),
    { callId: options.call, fromDisplayName: options.name ?? '' },
    [
      `Contact: ${board.contact}`,
      ...(options.line === undefined ? [] : [`P-Called-Party-ID: <sip:${options.line}@${board.domain}>`]),
      ...(options.headers ?? []),
    ],
    sdpBody(offer),
  );
  board.emit({
    type: 'call',
    call: message.callId,
    direction: 'to_agent',
    from: options.from,
    to: user,
    line: options.line ?? '',
  });
  const rung = await new Promise<Rung>((resolve) =>
    invite(board, message, media, { ...options, signal: gone, lost: lost(board, user, binding.connection) }, resolve),
  );
  if (rung.result === 'answered') return rung;
  void media.close();
  board.emit({ type: 'failed', call: message.callId, status: rung.status });
  return rung;
}

/** The phone's connection is closed: whatever it was asked, no answer comes any more. */
const lost = (board: Switchboard, user: string, connection: string) =>
  board.when(({ type }) => type === 'unregistered' && board.registrar.find(user)?.connection !== connection);

type Message = Parameters<Switchboard['core']['invite']>[0];

function invite(
  board: Switchboard,
  message: Message,
  media: Media,
  options: RingOptions & { readonly signal: AbortSignal; readonly lost: Promise<unknown> },
  resolve: (rung: Rung) => void,
): void {
  let givenUp: 'no_answer' | 'cancelled' | undefined;
  let settled = false;
  const settle = (rung: Rung) => {
    settled = true;
    clearTimeout(timer);
    options.signal.removeEventListener('abort', abort);
    resolve(rung);
  };
  const giveUp = (why: 'no_answer' | 'cancelled') => {
    givenUp ??= why;
    request.cancel(options.signal.reason === 'answered_elsewhere' ? ELSEWHERE : undefined);
    settle({ result: givenUp, status: 487 });
  };
  const abort = () => giveUp('cancelled');
  const timer = setTimeout(() => giveUp('no_answer'), options.ringMs ?? 30_000);
  options.signal.addEventListener('abort', abort);
  void options.lost.then(() => {
    if (!settled) giveUp('no_answer');
  });

  const request: OutgoingInviteRequest = board.core.invite(message, {
    onProgress: () => {
      board.emit({ type: 'ringing', call: message.callId });
      options.onRinging?.();
    },
    onAccept: (response) => {
      response.ack();
      // The 200 crossed our CANCEL: RFC 3261 15.1.1 asks for a BYE.
      if (givenUp) return void response.session.bye();
      void connect(board, response.session, response.message.body, media).then((leg) => {
        if (givenUp) leg?.hangup();
        settle(leg ? { result: 'answered', leg } : { result: 'failed', status: 488 });
      });
    },
    onReject: (response: IncomingResponse) => {
      const status = response.message.statusCode ?? 500;
      settle({ result: resultOf(status), status });
    },
    onRedirect: () => settle({ result: 'failed', status: 300 }),
  });
}

async function connect(board: Switchboard, session: Session, sdp: string, media: Media): Promise<Leg | undefined> {
  const leg = openLeg(board, session, media);
  try {
    await media.accept(sdp);
    return leg;
  } catch {
    leg.hangup();
    return undefined;
  }
}
