import type { Answer, Bridge } from '../../../client/bitrix24/bridge.ts';
import type { RawChannel } from '../../../client/frame/channel.ts';
import type { Session } from '../../../src/protocol/frame.ts';

/** Lets everything that is already decided happen; no clock is involved. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 40; turn++) await Promise.resolve();
}

/** The commands of a leg, as the phone gives them to its SIP side; each is told to `remember` with what it was given. */
export function legCommands(remember: (command: string, ...what: unknown[]) => void) {
  const command =
    (name: string) =>
    (...what: unknown[]) =>
      remember(name, ...what);
  return {
    invite: command('invite'),
    reenter: command('reenter'),
    release: command('release'),
    answer: command('answer'),
    hangup: command('hangup'),
    hold: command('hold'),
    mute: command('mute'),
    dtmf: command('dtmf'),
    refer: command('refer'),
    referTo: command('referTo'),
  };
}

/** A clock that moves only when told to. */
export function handClock() {
  let now = 0;
  let count = 0;
  const due = new Map<number, { at: number; run: () => void }>();
  return {
    now: () => now,
    setTimeout: (run: () => void, ms: number): number => {
      due.set(++count, { at: now + ms, run });
      return count;
    },
    clearTimeout: (id: unknown): void => void due.delete(id as number),
    waiting: () => due.size,
    /** Moves on by `ms`, running what falls due in order, and lets promises settle after each. */
    async tick(ms: number): Promise<void> {
      const end = now + ms;
      await settle();
      for (;;) {
        const next = [...due.entries()].filter(([, job]) => job.at <= end).sort((a, b) => a[1].at - b[1].at)[0];
        if (!next) break;
        now = next[1].at;
        due.delete(next[0]);
        next[1].run();
        await settle();
      }
      now = end;
    },
  };
}

/** Channels of one browser: whoever opens the same name hears the others; `close` is the end of the document. */
export function channelHub() {
  const names = new Map<string, Set<(event: { data: unknown }) => void>>();
  const said: { name: string; message: unknown }[] = [];
  const open = (name: string): RawChannel & { close(): void } => {
    const room = names.get(name) ?? new Set();
    names.set(name, room);
    const own = new Set<(event: { data: unknown }) => void>();
    return {
      postMessage: (message) => {
        const data = structuredClone(message);
        said.push({ name, message: data });
        for (const listener of room) if (!own.has(listener)) queueMicrotask(() => listener({ data }));
      },
      addEventListener: (_type, listener, { signal } = {}) => {
        own.add(listener);
        room.add(listener);
        signal?.addEventListener('abort', () => room.delete(listener));
      },
      close: () => {
        for (const listener of own) room.delete(listener);
      },
    };
  };
  return { open, said };
}

/** Web Locks of one browser; `release` ends the holder's document. */
export function lockTable() {
  const queues = new Map<string, (() => Promise<void>)[]>();
  const next = (name: string) => {
    const queue = queues.get(name);
    queue?.shift();
    void queue?.[0]?.();
  };
  return {
    request(name: string, { signal }: { signal: AbortSignal }, hold: () => Promise<void>): Promise<unknown> {
      const queue = queues.get(name) ?? [];
      queues.set(name, queue);
      const held = () => hold().then(() => next(name));
      queue.push(held);
      if (queue.length === 1) void held();
      return new Promise((_, refuse) => {
        signal.addEventListener('abort', () => {
          if (queue.indexOf(held) < 1) return;
          queue.splice(queue.indexOf(held), 1);
          refuse(new DOMException('stood back', 'AbortError'));
        });
      });
    },
    release: next,
  };
}

/** A portal page behind a bridge: answers by table, remembers calls, emits card events. */
export function fakePortal(answers: Record<string, unknown>) {
  const calls: { method: string; params: unknown }[] = [];
  let emit: (name: string, payload: unknown) => void = () => {};
  const bridge: Bridge = {
    call: (method, params): Promise<Answer> => {
      calls.push({ method, params });
      return Promise.resolve(method in answers ? { answered: true, value: answers[method] } : { answered: false });
    },
    bindCardEvents: (listener, bound) => {
      emit = listener;
      bound?.();
    },
  };
  return { bridge, calls, emit: (name: string, payload?: unknown) => emit(name, payload) };
}

export const LINE = '+4930123';

/** A session with a SIP account, or without. */
export function aSession(change: Partial<Session> = {}): Session {
  return {
    ticket: 'ticket-1',
    expiresIn: 900,
    user: { id: 7, admin: false, name: 'Ada' },
    sip: {
      uri: 'sip:1001@pbx.example',
      server: 'wss://pbx.example/ws',
      authorizationUser: '1001',
      password: 'secret',
      displayName: 'Ada',
    },
    ice: [],
    lines: [{ number: LINE, name: 'Office' }],
    callHeader: null,
    room: 'cm9vbXJvb21yb29tcm9vbQ',
    strikeMs: 5000,
    ...change,
  };
}
