import { decodeReply, encodeCall, type PortalAddress } from './wire.ts';

/** What came back for one call; `answered: false` after the time-out, as the portal never says no (fact 2.1). */
export type Answer = { readonly answered: true; readonly value: unknown } | { readonly answered: false };

/** Our connection from the frame to the portal's page. */
export interface Bridge {
  /** Sends one call; never rejects. `timeoutMs` 0 waits for ever. */
  call(method: string, params: unknown, timeoutMs: number): Promise<Answer>;
  /**
   * Calls `listener` for every call card event, once the page offers them; on pages without telephony that is never.
   * `bound`: from now on none is missed.
   */
  bindCardEvents(listener: (name: string, payload: unknown) => void, bound?: () => void): void;
}

/** What the bridge needs of its surroundings. */
export interface BridgeWindow {
  readonly parent: { postMessage(message: string, targetOrigin: string): void };
  addEventListener(type: 'message', listener: (event: { origin: string; data: unknown }) => void): void;
  setTimeout(callback: () => void, ms: number): unknown;
}

const CARD_EVENT = 'BackgroundCallCard::';
/** A card that opens between two looks is lost: it stays without buttons while the phone rings. A look costs nothing. */
const LOOK_MS = 200;
/** After this many the page is one without telephony (20 s). */
const LOOKS = 100;
const SLOW_LOOK_MS = 2000;
const INTERFACE_TIMEOUT_MS = 2000;

/**
 * Own bridge instead of BX24.js or the SDK: a few hundred bytes, no third-party request inside the timed page, and no lost
 * events (the SDK swallows the first one after a bind, fact 2.2).
 * @param prefix random per document: bindings of an earlier document in the same element still fire, with ids we don't know
 */
export function createBridge(window: BridgeWindow, { origin, sid }: PortalAddress, prefix: string): Bridge {
  const listeners = new Map<string, (value: unknown) => void>();
  let count = 0;

  window.addEventListener('message', (event) => {
    if (event.origin !== origin) return;
    const reply = decodeReply(event.data);
    if (reply) listeners.get(reply.id)?.(reply.value);
  });

  const send = (method: string, params: unknown, listener: (value: unknown) => void): string => {
    const id = prefix + ++count;
    listeners.set(id, listener);
    window.parent.postMessage(encodeCall(method, params, id, sid), origin);
    return id;
  };

  const call = (method: string, params: unknown, timeoutMs: number): Promise<Answer> =>
    new Promise((resolve) => {
      const id = send(method, params, (value) => {
        listeners.delete(id);
        resolve({ answered: true, value });
      });
      const giveUp = () => {
        listeners.delete(id);
        resolve({ answered: false });
      };
      if (timeoutMs) window.setTimeout(giveUp, timeoutMs);
    });

  // A bind is dropped in silence until the messenger has made the list, and a second bind doubles every delivery:
  // so look until `initialized` is listed, then bind once (fact 2.2).
  const bindCardEvents = async (listener: (name: string, payload: unknown) => void, bound?: () => void) => {
    for (let look = 1; ; look++) {
      const answer = await call('getInterface', undefined, INTERFACE_TIMEOUT_MS);
      const names = cardEvents(answer);
      if (names.includes('initialized')) {
        for (const name of names) {
          send('placementBindEvent', { event: CARD_EVENT + name }, (payload) => listener(name, payload));
        }
        return bound?.();
      }
      const wait = look > LOOKS ? SLOW_LOOK_MS : LOOK_MS;
      await new Promise<void>((resolve) => void window.setTimeout(resolve, wait));
    }
  };

  return { call, bindCardEvents: (...listeners) => void bindCardEvents(...listeners) };
}

/** The call card events that `getInterface` lists, without their prefix. */
function cardEvents(answer: Answer): string[] {
  const list = answer.answered ? (answer.value as { event?: unknown } | null)?.event : null;
  if (!Array.isArray(list)) return [];
  return list.filter((name) => String(name).startsWith(CARD_EVENT)).map((name) => name.slice(CARD_EVENT.length));
}
