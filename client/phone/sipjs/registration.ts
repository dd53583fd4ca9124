import {
  Registerer,
  type RegistererOptions,
  type RegistererRegisterOptions,
  RegistererState,
  type UserAgent,
} from 'sip.js';
import type { NotReady } from '../../../src/protocol/frame.ts';
import type { Backoff } from '../backoff.ts';
import type { Link } from './keepalive.ts';

/** Seconds: short, so that a browser that vanished is not rung for long. */
const EXPIRES_S = 180;
/** Percent of the life at which it is renewed; SIP.js's 99 leaves 2 s for an answer. */
const REFRESH_PERCENT = 70;
/**
 * How long a PBX that has refused the password is left in peace (ms): PBXs lock out who insists, and one that is starting
 * may refuse in error.
 */
const REFUSED_MS = 300_000;
/**
 * How long a REGISTER may be without an answer (ms), each time in a row that much longer. A PBX that is starting takes a
 * connection and drops what comes over it (Asterisk, until it has fully booted); SIP.js would wait 32 s.
 */
const SILENCE_MS = 5000;

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

export interface RegistrationDeps {
  readonly backoff: Backoff;
  readonly link: Link;
  setTimeout(callback: () => void, ms: number): unknown;
}

export interface Registration {
  /** The socket is open. */
  connected(): void;
  retire(): void;
}

/** A request of it has no final answer yet. Meant for SIP.js's own classes only. */
const isWaiting = (registerer: Registerer): boolean => (registerer as unknown as { readonly waiting: boolean }).waiting;

/** Keeps the account registered while the socket is open, and drops a socket over which no answer comes. */
export function keepRegistered(
  agent: UserAgent,
  instanceId: string,
  deps: RegistrationDeps,
  tell: (problem: NotReady | null) => void,
): Registration {
  const options: RegistererOptions = { expires: EXPIRES_S, refreshFrequency: REFRESH_PERCENT, regId: 1, instanceId };
  let retired = false;
  let attempt = 0;
  let locked = false;
  let waiting = false;
  let silences = 0;

  const again = (problem: NotReady) => {
    if (retired || locked) return;
    tell(problem);
    const refused = problem === 'wrong_password';
    if (waiting && !refused) return;
    locked = refused;
    waiting = true;
    const retry = () => {
      waiting = false;
      if (refused) locked = false;
      if (agent.isConnected()) register();
    };
    // A wait of at least a second: unlike a lost socket, a refusal doesn't heal by itself.
    deps.setTimeout(retry, refused ? REFUSED_MS : 1000 + deps.backoff.delayMs(++attempt));
  };
  const registered = () => {
    if (retired) return;
    attempt = silences = 0;
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
        if (isWaiting(made) && !retired) registerer = watched();
      });
    });
    return made;
  };
  let registerer = watched();
  const { link } = deps;
  const register = () => {
    if (locked) return;
    const asked = link.connection();
    deps.setTimeout(
      () => {
        if (link.connection() !== asked || !isWaiting(registerer) || retired || link.patient()) return;
        silences++;
        link.drop();
      },
      SILENCE_MS * (1 + silences),
    );
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
