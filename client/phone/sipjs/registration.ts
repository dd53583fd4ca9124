import {
  Registerer,
  type RegistererOptions,
  type RegistererRegisterOptions,
  RegistererState,
  type UserAgent,
} from 'sip.js';
import type { NotReady } from '../../../src/protocol/frame.ts';
import type { Backoff } from '../backoff.ts';

/** Seconds: short, so that a browser that vanished is not rung for long. */
const EXPIRES_S = 180;
/** Percent of the life at which it is renewed; SIP.js's 99 leaves 2 s for an answer. */
const REFRESH_PERCENT = 70;

/** A registerer that can stop without saying so: its contact belongs to the next phone of the same person now. */
class RetirableRegisterer extends Registerer {
  retired = false;

  override register(options?: RegistererRegisterOptions) {
    return this.retired ? new Promise<never>(() => {}) : super.register(options);
  }
}

/** What a refusal of REGISTER means. */
export function registrationProblem(status: number): NotReady {
  return status === 401 || status === 403 || status === 407 ? 'wrong_password' : 'not_registered';
}

export interface Registration {
  /** The socket is open. */
  connected(): void;
  retire(): void;
}

/**
 * Keeps the account registered while the socket is open.
 * A refused password is not tried again before the next session: PBXs lock out who insists.
 */
export function keepRegistered(
  agent: UserAgent,
  instanceId: string,
  deps: { backoff: Backoff; setTimeout(callback: () => void, ms: number): unknown },
  tell: (problem: NotReady | null) => void,
): Registration {
  const options: RegistererOptions = { expires: EXPIRES_S, refreshFrequency: REFRESH_PERCENT, regId: 1, instanceId };
  let retired = false;
  let attempt = 0;
  let locked = false;
  let waiting = false;

  const again = (problem: NotReady) => {
    if (retired || locked) return;
    tell(problem);
    locked = problem === 'wrong_password';
    if (locked || waiting) return;
    waiting = true;
    const retry = () => {
      waiting = false;
      if (agent.isConnected()) register();
    };
    // A wait of at least a second: unlike a lost socket, a refusal doesn't heal by itself.
    deps.setTimeout(retry, 1000 + deps.backoff.delayMs(++attempt));
  };
  const registered = () => {
    if (retired) return;
    attempt = 0;
    tell(null);
  };
  const watched = () => {
    const made = new RetirableRegisterer(agent, options);
    // A renewal that failed is told by the state alone: SIP.js sends those itself.
    made.stateChange.addListener((state) => {
      if (state === RegistererState.Registered) registered();
      if (state !== RegistererState.Unregistered) return;
      again('not_registered');
      queueMicrotask(() => {
        // After a 200 without a contact it waits for an answer for ever, and sends nothing any more.
        if ((made as unknown as { readonly waiting: boolean }).waiting && !retired) registerer = watched();
      });
    });
    return made;
  };
  let registerer = watched();
  const register = () => {
    if (locked) return;
    registerer
      .register({
        requestDelegate: {
          // Not the state's change: after a lost socket SIP.js still thinks that it is registered.
          onAccept: registered,
          onReject: ({ message }) => again(registrationProblem(message.statusCode ?? 0)),
        },
      })
      // One is under way; its answer decides.
      .catch(() => {});
  };
  return {
    connected: register,
    retire: () => {
      retired = registerer.retired = true;
    },
  };
}
