import type { Config } from '../config.ts';
import { matchable } from '../numbers/match.ts';
import type { FrameMessage } from '../protocol/frame.ts';
import { TICKET_SECONDS, writeTicket } from '../session/ticket.ts';
import type { Attachment } from './agent-sockets.ts';
import { askAgain } from './callbacks.ts';
import { onOurClock } from './clock.ts';
import type { OpenPage } from './holding.ts';
import { noteLoad } from './loads.ts';
import { NOTICE_AFTER_MS, noticeFor } from './notice.ts';
import type { Parts } from './parts.ts';

async function renew(parts: Parts, config: Config, held: Attachment, id: string, now: number) {
  const session = parts.sessions.find(held.session, now);
  if (!session) return null;
  const expiresAt = now + TICKET_SECONDS * 1000;
  // Bitrix24 is not asked again, so only what a phone needs is renewed: an admin proves that anew.
  parts.sessions.renew(held.session, expiresAt);
  const { memberId } = parts.portal;
  const claims = { portal: memberId, userId: session.userId, admin: false, session: held.session, expiresAt };
  return { t: 'ticket' as const, id, ticket: await writeTicket(config, claims), expiresIn: TICKET_SECONDS };
}

/** Agents of one queue may hear the caller's number in several forms; what we dial stays as the PBX wants it. */
const knownAs = (parts: Parts, { direction, number }: Extract<FrameMessage, { t: 'register' }>): string =>
  direction === 'in' ? matchable(number, parts.rules().calls) : number;

/** Tells a fresh page of the calls that an earlier one left behind. */
async function offerCalls(parts: Parts, socket: WebSocket, page: OpenPage, legs: readonly string[], now: number) {
  const userId = parts.sockets.attachmentOf(socket)?.userId ?? 0;
  for (const leg of parts.pageLegs.holds(userId, page, legs, now)) {
    const call = await parts.kept.open(leg);
    if (call) parts.agents.reply(socket, { t: 'recover', call });
  }
}

/** Does what one message of a phone's frame asks, and answers it (docs/protocol.md). */
export async function answerFrame(
  parts: Parts,
  socket: WebSocket,
  held: Attachment,
  said: FrameMessage,
): Promise<void> {
  const now = Date.now();
  const { userId } = held;
  const { switchboard, agents, sockets } = parts;
  const message = onOurClock(said, now);
  switch (message.t) {
    case 'state':
      sockets.nameBrowser(socket, message.browser ?? '');
      if (!agents.holdsLease(socket)) return parts.pageLegs.stillHolds(userId, held, message.legs, now);
      agents.setState(userId, message.state, now);
      await offerCalls(parts, socket, { epoch: held.epoch, browser: message.browser ?? '' }, message.legs, now);
      if (message.state.ready) askAgain(parts, userId);
      // The phone is invisible: a fault that lasts is told to the person, for no card will.
      if (message.state.ready) parts.due.cancel('notify', String(userId));
      else if (noticeFor(message.state.reason) !== null)
        parts.due.plan('notify', String(userId), now + NOTICE_AFTER_MS);
      return parts.changed();
    case 'vitals':
      for (const ms of message.loads) noteLoad(parts.sql, ms, now, 'socket', parts.config.strikeMs);
      return parts.changed();
    case 'renew': {
      const answer = await renew(parts, parts.config, held, message.id, now);
      if (answer) agents.reply(socket, answer);
      return;
    }
    case 'register': {
      const { answer, urgent } = switchboard.register(userId, { ...message, number: knownAs(parts, message) }, now);
      parts.changed();
      parts.kept.hold(userId, [message.leg], held.epoch, now);
      if (answer) agents.reply(socket, answer);
      // A person waits for the card: not by the alarm, which stays behind this in case we die on the way.
      if (urgent !== null) await parts.due.runNow('register', urgent);
      return;
    }
    case 'adopt':
      agents.reply(socket, switchboard.adopt(userId, message, now));
      parts.kept.hold(userId, [message.leg], held.epoch, now);
      return parts.changed();
    case 'answered':
      agents.reply(socket, switchboard.answered(userId, message, now));
      return parts.changed();
    case 'ended':
      agents.reply(socket, switchboard.ended(userId, message, now));
      return parts.changed();
    case 'keep':
      await parts.kept.keep(userId, message.call);
      return agents.reply(socket, { t: 'ack', id: message.id });
    case 'resumed':
      agents.reply(socket, parts.pageLegs.resumed(userId, held.epoch, message, now));
      return parts.changed();
    case 'preferences':
      agents.setPreferences(userId, message.preferences);
      agents.reply(socket, { t: 'ack', id: message.id });
      return parts.changed();
    case 'show':
      agents.reply(socket, switchboard.show(userId, message, now));
      return;
    case 'handover':
      agents.reply(socket, switchboard.handover(userId, message, now));
      return parts.changed();
    case 'quality':
      return agents.reply(socket, switchboard.quality(userId, message));
    case 'vote':
      return agents.reply(socket, switchboard.vote(userId, message));
    case 'comment':
      return agents.reply(socket, switchboard.comment(userId, message));
  }
}
