import { randomUUID } from 'node:crypto';
import type { IncomingInviteRequest } from 'sip.js/lib/core/index.js';
import { admit } from './access.ts';
import { type Route, route } from './dialplan.ts';
import { type Leg, openLeg, sdpBody } from './leg.ts';
import { createMedia, type Media } from './media.ts';
import { replacedDialog } from './replaces.ts';
import { ring } from './ring.ts';
import type { Account, Switchboard } from './switchboard.ts';
import { melody, steadyTone } from './tone.ts';

/** A call that an agent dials, from the INVITE until the far end answers, refuses, or the agent gives up. */
interface Attempt {
  readonly board: Switchboard;
  readonly request: IncomingInviteRequest;
  readonly caller: Account;
  /** Aborted when the agent cancels, or the PBX closes. */
  readonly gone: AbortSignal;
}

/** Answers an INVITE of an agent by the dial plan. */
export function answerInvite(board: Switchboard, request: IncomingInviteRequest): void {
  const { message } = request;
  const caller = admit(board, request);
  if (!caller) return;
  const missing = unsupported(message.getHeader('require') ?? '', board.replaces() ? ['replaces'] : []);
  if (missing) return void request.reject({ statusCode: 420, extraHeaders: [`Unsupported: ${missing}`] });
  const replaces = board.replaces() ? message.getHeader('replaces') : undefined;
  if (replaces !== undefined) return void replace(board, request, replaces);
  const dialled = decodeURIComponent(message.ruri?.user ?? '');
  const leads = route(dialled, [...board.accounts.keys()]);
  const { callId: call } = message;
  const line = /<?sips?:([^@>;]+)@/i.exec(message.getHeader('p-preferred-identity') ?? '')?.[1] ?? '';
  board.emit({ type: 'call', call, direction: 'from_agent', from: caller.user, to: dialled, line });
  if (!message.body) return void refuse(board, request, 488);
  if (leads.to === 'refusal') return void refuse(board, request, leads.status);

  const gone = new AbortController();
  request.delegate = {
    onCancel: () => {
      refuse(board, request, 487);
      gone.abort();
    },
  };
  void connect({ board, request, caller, gone: AbortSignal.any([gone.signal, board.closing]) }, leads).catch(() =>
    refuse(board, request, 500),
  );
}

/** Extensions that a request needs and we have not (RFC 3261 8.2.2.3); '' = none. */
const unsupported = (required: string, known: readonly string[]): string =>
  required
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag && !known.includes(tag))
    .join(', ');

/** Whoever knows the dialog and may call gets it, as at other PBXs. */
function replace(board: Switchboard, request: IncomingInviteRequest, header: string): void {
  const named = replacedDialog(header);
  if (!named) return void refuse(board, request, 400);
  const leg = [...board.legs].find((known) => known.isDialog(named));
  if (!leg) return void refuse(board, request, 481);
  void leg.replace(request);
}

function refuse(board: Switchboard, request: IncomingInviteRequest, status: number): void {
  request.reject({ statusCode: status });
  board.emit({ type: 'failed', call: request.message.callId, status });
}

async function connect(attempt: Attempt, leads: Exclude<Route, { to: 'refusal' }>): Promise<void> {
  if (leads.to === 'agent') return bridge(attempt, leads.user);
  const { board, request } = attempt;
  if (leads.to === 'customer') {
    request.progress({ statusCode: 180 });
    board.emit({ type: 'ringing', call: request.message.callId });
    await pause(leads.ringMs, attempt.gone);
  }
  let echoes = leads.to === 'echo';
  const media: Media = createMedia({
    onFrame: (frame) => echoes && media.send(frame),
    onDigit: (key) => board.emit({ type: 'dtmf', call: request.message.callId, key, via: 'rtp' }),
  });
  const leg = await accept(attempt, media);
  if (!leg) return;
  if (leads.to === 'tone' || leads.to === 'short') media.play(steadyTone());
  if (leads.to === 'customer') {
    media.play(melody(), () => {
      echoes = true;
    });
  }
  if (leads.to === 'short') {
    const timer = setTimeout(() => leg.hangup(), leads.ms);
    await leg.ended;
    clearTimeout(timer);
  }
}

/** 200 with our answer; undefined when the agent cancelled meanwhile, or is gone: nothing stands that nobody was told of. */
async function accept({ board, request, gone }: Attempt, media: Media): Promise<Leg | undefined> {
  const sdp = gone.aborted ? '' : await media.answer(request.message.body).catch(() => '');
  const reached = board.reaches(request.message);
  if (gone.aborted || !sdp || !reached) {
    void media.close();
    if (!gone.aborted) refuse(board, request, reached ? 488 : 503);
    return undefined;
  }
  const { session } = request.accept({ statusCode: 200, body: sdpBody(sdp) });
  return openLeg(board, session, media);
}

/** Agent to agent: two legs of our own, their frames handed across (a back-to-back user agent, RFC 7092). */
async function bridge(attempt: Attempt, user: string): Promise<void> {
  const { board, request, caller, gone } = attempt;
  const digit = (call: string) => (key: string) => board.emit({ type: 'dtmf', call, key, via: 'rtp' });
  const near: Media = createMedia({ onFrame: (frame) => far.send(frame), onDigit: digit(request.message.callId) });
  const far: Media = createMedia({ onFrame: (frame) => near.send(frame) });
  const rung = await ring(board, user, far, {
    call: randomUUID(),
    from: caller.user,
    name: caller.name,
    signal: gone,
    onRinging: () => {
      if (gone.aborted) return;
      request.progress({ statusCode: 180 });
      board.emit({ type: 'ringing', call: request.message.callId });
    },
  });
  if (rung.result !== 'answered') {
    void near.close();
    if (!gone.aborted) refuse(board, request, rung.result === 'cancelled' ? 480 : rung.status);
    return;
  }
  const leg = await accept(attempt, near);
  if (!leg) return rung.leg.hangup();
  void leg.ended.then(() => rung.leg.hangup());
  void rung.leg.ended.then(() => leg.hangup());
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
