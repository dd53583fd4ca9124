import type { Session } from '../../src/protocol/frame.ts';
import type { VaultMessage } from '../vault/contract.ts';

/** The part of MessagePort that is used. */
export interface VaultPort {
  postMessage(message: unknown): void;
  onmessage: ((event: MessageEvent) => void) | null;
}

export interface VaultDeps {
  /** A shared worker of this name; throws where the browser refuses it, and some tell it late. */
  openVault(name: string, refused: () => void): VaultPort;
  setTimeout(callback: () => void, ms: number): unknown;
}

/** The frame's side of what outlives its page (docs/decisions/0020-session-in-a-shared-worker.md). */
export interface Vault {
  /** The session that the person's last page left; null where there is none. */
  ask(): Promise<Session | null>;
  /** null: nothing is to be left to the next page. */
  keep(session: Session | null): void;
}

/** For a worker that neither comes up nor says so. */
const PATIENCE_MS = 2000;

/**
 * Opens the vault of a room when it is first used: a frame that never is the phone starts no worker.
 * Its name is the room's, so whoever knows no more than the script's address finds an empty one.
 */
export function createVault(room: string, { openVault, setTimeout }: VaultDeps): Vault {
  let port: VaultPort | undefined;
  let answer: (session: Session | null) => void = () => {};
  const none = () => answer(null);
  const post = (message: VaultMessage) => {
    try {
      port ??= openVault(`b24phone:${room}`, none);
      port.onmessage = ({ data }) => answer(data as Session | null);
      port.postMessage(message);
    } catch {
      none();
    }
  };
  return {
    ask: () =>
      new Promise((resolve) => {
        answer = resolve;
        setTimeout(none, PATIENCE_MS);
        post({ t: 'ask' });
      }),
    keep: (session) => post({ t: 'keep', session }),
  };
}
