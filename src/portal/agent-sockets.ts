import { CloseCode, type ObjectMessage } from '../protocol/frame.ts';
import { isSilent, lastHeard, nextSilence } from './reachable.ts';

/** What a socket remembers over hibernation; the only place where a socket's facts are kept. */
export interface Attachment {
  readonly userId: number;
  readonly session: string;
  readonly epoch: number;
  /** Random name of its browser, '' until it has said one. */
  readonly browser: string;
  /** Its last message, or its handshake, Unix ms. */
  readonly heardAt: number;
  /** Its handshake, Unix ms. */
  readonly cameAt: number;
}

/** The sockets of this object, handed in by the Durable Object's context. */
export interface Sockets {
  acceptWebSocket(socket: WebSocket, tags?: string[]): void;
  getWebSockets(tag?: string): WebSocket[];
  /** When the runtime last answered a `ping` for us. */
  getWebSocketAutoResponseTimestamp(socket: WebSocket): Date | null;
}

const tagOf = (userId: number) => `user:${userId}`;

/** The sockets of the people's pages: who speaks there, and when each was last heard. */
export class AgentSockets {
  readonly #sockets: Sockets;

  constructor(sockets: Sockets) {
    this.#sockets = sockets;
  }

  /** A page's handshake is answered; from here on its socket hibernates with us. */
  accept(socket: WebSocket, attachment: Attachment): void {
    this.#sockets.acceptWebSocket(socket, [tagOf(attachment.userId)]);
    socket.serializeAttachment(attachment);
  }

  /** The sockets that speak to us: all, or one person's. */
  open(userId?: number): WebSocket[] {
    return this.all(userId).filter((socket) => socket.readyState === WebSocket.OPEN);
  }

  /** Those that are on their way out too. */
  all(userId?: number): WebSocket[] {
    return this.#sockets.getWebSockets(userId === undefined ? undefined : tagOf(userId));
  }

  /** A page has spoken. */
  heard(socket: WebSocket, now: number): void {
    const held = this.attachmentOf(socket);
    if (held) socket.serializeAttachment({ ...held, heardAt: now } satisfies Attachment);
  }

  attachmentOf(socket: WebSocket): Attachment | null {
    return (socket.deserializeAttachment() as Attachment | null) ?? null;
  }

  /** The page has said which browser it is in. */
  nameBrowser(socket: WebSocket, browser: string): void {
    const held = this.attachmentOf(socket);
    if (held && held.browser !== browser) socket.serializeAttachment({ ...held, browser } satisfies Attachment);
  }

  /** The person's open pages that speak to us. */
  pagesOf(userId: number): Attachment[] {
    return this.open(userId)
      .map((socket) => this.attachmentOf(socket))
      .filter((held) => held !== null);
  }

  /** When a page that is gone was there last, Unix ms: now, unless it had been silent before. */
  lastSeen(socket: WebSocket, now: number): number {
    const heardAt = this.heardAt(socket);
    return isSilent(heardAt, now) ? heardAt : now;
  }

  /**
   * Closes the sockets of pages that are not heard any more. One that is only frozen hears of it when it thaws, and comes back.
   *
   * @returns whose they were, and when each was last heard
   */
  dismissSilent(now: number): Attachment[] {
    const gone: Attachment[] = [];
    for (const socket of this.open()) {
      const held = this.attachmentOf(socket);
      const heardAt = this.heardAt(socket);
      if (!held || !isSilent(heardAt, now)) continue;
      socket.close(CloseCode.silent, 'not heard for too long');
      gone.push({ ...held, heardAt });
    }
    return gone;
  }

  /** When the next page could have become silent, Unix ms; null = no page is open. */
  nextSilence(): number | null {
    return nextSilence(this.open().map((socket) => this.heardAt(socket)));
  }

  heardAt(socket: WebSocket): number {
    const pingAt = this.#sockets.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? null;
    return lastHeard(this.attachmentOf(socket)?.heardAt ?? 0, pingAt);
  }

  /**
   * A socket may have died unnoticed: that is a fact of life, not an error.
   *
   * @returns whether it could be sent
   */
  post(socket: WebSocket, message: ObjectMessage): boolean {
    try {
      socket.send(JSON.stringify(message));
      return true;
    } catch {
      return false;
    }
  }

  closeAll(code: number, reason: string): void {
    for (const socket of this.all()) socket.close(code, reason);
  }
}
