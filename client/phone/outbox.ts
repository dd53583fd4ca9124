import type { FrameMessage, ObjectMessage } from '../../src/protocol/frame.ts';

/**
 * Messages with an id that the object has not answered yet, in the order they were said. They are repeated after a
 * reconnect: what the object has done already it only acknowledges again. Pure bookkeeping, no socket.
 */
export function createOutbox() {
  const waiting = new Map<string, FrameMessage>();
  return {
    add: (message: FrameMessage): void => {
      if ('id' in message) waiting.set(message.id, message);
    },
    /** An answer settles the message it names. */
    settle: (answer: ObjectMessage): void => {
      if ('id' in answer) waiting.delete(answer.id);
    },
    /** What has to be said again. A renewal has lost its sense: the new connection was made with a ticket. */
    unsettled: (): FrameMessage[] => {
      for (const [id, message] of waiting) if (message.t === 'renew') waiting.delete(id);
      return [...waiting.values()];
    },
  };
}
