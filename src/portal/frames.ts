import type { Config } from '../config.ts';
import type { FrameMessage } from '../protocol/frame.ts';
import { TICKET_SECONDS, writeTicket } from '../session/ticket.ts';
import type { Attachment } from './agents.ts';
import type { Desk } from './desk.ts';
import { noteLoad } from './loads.ts';

async function renew(desk: Desk, config: Config, held: Attachment, id: string, now: number) {
  const session = desk.sessions.find(held.session, now);
  if (!session) return null;
  const expiresAt = now + TICKET_SECONDS * 1000;
  desk.sessions.renew(held.session, expiresAt);
  const { memberId } = desk.portal;
  const claims = { portal: memberId, userId: session.userId, admin: session.admin, session: held.session, expiresAt };
  return { t: 'ticket' as const, id, ticket: await writeTicket(config, claims), expiresIn: TICKET_SECONDS };
}

/** Does what one message of a phone's frame asks, and answers it (docs/protocol.md). */
export async function answerFrame(
  desk: Desk,
  socket: WebSocket,
  held: Attachment,
  message: FrameMessage,
): Promise<void> {
  const now = Date.now();
  const { userId } = held;
  const { switchboard, agents } = desk;
  switch (message.t) {
    case 'state':
      if (!agents.holdsLease(socket)) return;
      agents.setState(userId, message.state, now);
      switchboard.holds(userId, message.legs, now);
      return desk.changed();
    case 'vitals':
      for (const ms of message.loads) noteLoad(desk.sql, ms, now, 'socket', desk.config.strikeMs);
      return desk.changed();
    case 'renew': {
      const answer = await renew(desk, desk.config, held, message.id, now);
      if (answer) agents.reply(socket, answer);
      return;
    }
    case 'register': {
      const { answer, urgent } = switchboard.register(userId, message, now);
      desk.changed();
      if (answer) agents.reply(socket, answer);
      // A person waits for the card: not by the alarm, which stays behind this in case we die on the way.
      if (urgent !== null) await desk.due.runNow('register', urgent);
      return;
    }
    case 'adopt':
      agents.reply(socket, switchboard.adopt(userId, message));
      return desk.changed();
    case 'answered':
      agents.reply(socket, switchboard.answered(userId, message, now));
      return desk.changed();
    case 'ended':
      agents.reply(socket, switchboard.ended(userId, message, now));
      return desk.changed();
    case 'vote':
      return agents.reply(socket, switchboard.vote(userId, message));
    case 'comment':
      return agents.reply(socket, switchboard.comment(userId, message));
  }
}
