import { describe, expect, test } from 'vitest';
import type { SessionRefusal } from '../../../client/frame/session.ts';
import { backoff } from '../../../client/phone/backoff.ts';
import { createOutbox } from '../../../client/phone/outbox.ts';
import { connectObject, type RawSocket, subprotocols } from '../../../client/phone/socket.ts';
import { keepTicket } from '../../../client/phone/tickets.ts';
import { CloseCode, type FrameMessage } from '../../../src/protocol/frame.ts';
import { aSession, handClock, settle } from './support.ts';

const ended = (id: string): FrameMessage => ({
  t: 'ended',
  id,
  leg: 'l',
  at: 1,
  seconds: 0,
  status: '304',
  reason: '',
});

/** The object at the other end of every socket that is opened. */
function objectSide(options: { ticket?: (renew: boolean) => string | null } = {}) {
  const clock = handClock();
  const sockets: {
    protocols: string[];
    sent: FrameMessage[];
    pings: number;
    closed: boolean;
    emit(type: string, event?: unknown): void;
  }[] = [];
  const heard: unknown[] = [];
  const ends: string[] = [];
  const saidBefore: number[] = [];
  const renewals: boolean[] = [];
  const ticks: (() => void)[] = [];
  const wakes: (() => void)[] = [];
  let opened = 0;
  let doubts = 0;
  const socket = connectObject({
    open: (protocols) => {
      const listeners: Record<string, (event: never) => void> = {};
      const side = {
        protocols,
        sent: [] as FrameMessage[],
        pings: 0,
        closed: false,
        emit: (type: string, event?: unknown) => listeners[type]?.(event as never),
      };
      sockets.push(side);
      const raw = {
        addEventListener: (type: string, listener: (event: never) => void) => {
          listeners[type] = listener;
        },
        send: (text: string) => {
          if (text === 'ping') side.pings++;
          else side.sent.push(JSON.parse(text));
        },
        close: () => {
          side.closed = true;
        },
      };
      return raw as unknown as RawSocket;
    },
    backoff: backoff(() => 0.5),
    ticket: async (renew) => {
      renewals.push(renew);
      return options.ticket ? options.ticket(renew) : 'ticket';
    },
    onMessage: (message) => heard.push(message),
    onOpen: () => {
      opened++;
      saidBefore.push(sockets.at(-1)?.sent.length ?? 0);
    },
    onEnd: (why) => ends.push(why),
    setTimeout: clock.setTimeout,
    clearTimeout: clock.clearTimeout,
    now: clock.now,
    pulse: {
      onTick: (callback) => ticks.push(callback),
      onWake: (callback) => wakes.push(callback),
      doubt: () => doubts++,
      onDoubt: () => {},
    },
  });
  const last = () => {
    const found = sockets.at(-1);
    if (!found) throw new Error('no socket was opened');
    return found;
  };
  return {
    saidBefore,
    socket,
    clock,
    sockets,
    last,
    heard,
    ends,
    renewals,
    tick: (times = 1) => {
      for (let n = 0; n < times; n++) for (const each of ticks) each();
    },
    wake: () => {
      for (const each of wakes) each();
    },
    opened: () => opened,
    doubts: () => doubts,
  };
}

describe('the handshake', () => {
  test('offers the protocol and the ticket, which thus stays out of URLs', () => {
    const [protocol, ticket] = subprotocols('a.b-c_d?~');
    expect(protocol).toBe('b24phone.v1');
    expect(ticket).toMatch(/^t\.[A-Za-z0-9_-]+$/);
    expect(Buffer.from(ticket?.slice(2) ?? '', 'base64url').toString()).toBe('a.b-c_d?~');
  });
});

describe('a connection that is lost', () => {
  test('makes the phone doubt its other one, once, and only if it was open', async () => {
    const { last, clock, doubts } = objectSide();
    await settle();
    last().emit('open');
    last().emit('close', { code: 1006 });
    expect(doubts()).toBe(1);
    await clock.tick(1000);
    last().emit('close', { code: 1006 });
    expect(doubts()).toBe(1);
  });
});

describe('what was not answered is said again', () => {
  test('after a reconnect, in order, until its answer came', async () => {
    const { socket, last, clock } = objectSide();
    await settle();
    last().emit('open');
    socket.send(ended('1'));
    socket.send(ended('2'));
    last().emit('message', { data: '{"t":"ack","id":"1"}' });
    last().emit('close', { code: 1006 });
    socket.send(ended('3'));
    await clock.tick(1000);
    last().emit('open');
    expect(last().sent.map((message) => 'id' in message && message.id)).toEqual(['2', '3']);
  });
  test('before the state, so that a call keeps the end it really had', async () => {
    const { socket, last, saidBefore } = objectSide();
    socket.send(ended('1'));
    await settle();
    last().emit('open');
    expect(saidBefore).toEqual([1]);
  });
  test('before the first connection, too', async () => {
    const { socket, last } = objectSide();
    socket.send(ended('1'));
    await settle();
    expect(last().sent).toEqual([]);
    last().emit('open');
    expect(last().sent).toHaveLength(1);
  });
  test('a refusal is an answer', () => {
    const outbox = createOutbox();
    outbox.add(ended('1'));
    outbox.settle({ t: 'refused', id: '1', error: 'over', message: '' });
    expect(outbox.unsettled()).toEqual([]);
  });
  test('a renewal is not repeated: the connection was made with a ticket', () => {
    const outbox = createOutbox();
    outbox.add({ t: 'renew', id: 'r' });
    outbox.add(ended('1'));
    expect(outbox.unsettled()).toEqual([ended('1')]);
  });
  test('a state without an id is not kept', () => {
    const outbox = createOutbox();
    outbox.add({ t: 'state', state: { ready: true, talking: false }, legs: [] });
    expect(outbox.unsettled()).toEqual([]);
  });
});

describe('a lost socket', () => {
  test('is made again, ever slower', async () => {
    const { sockets, last, clock } = objectSide();
    await settle();
    for (let loss = 0; loss < 6; loss++) {
      last().emit('close', { code: 1006 });
      await clock.tick(60_000);
    }
    expect(sockets).toHaveLength(7);
  });
  test('comes back at once when the network or the page does', async () => {
    const { sockets, last, wake } = objectSide();
    await settle();
    last().emit('close', { code: 1006 });
    wake();
    await settle();
    expect(sockets).toHaveLength(2);
  });
  test('for a dead ticket (4401) is made with a new session', async () => {
    const { last, clock, renewals } = objectSide();
    await settle();
    last().emit('open');
    last().emit('close', { code: CloseCode.ticket });
    await clock.tick(1000);
    expect(renewals).toEqual([false, true]);
  });
  test('a handshake that is refused four times may mean the ticket, a network that is away does not', async () => {
    const { last, clock, renewals, wake } = objectSide();
    await settle();
    const refused = async (times: number) => {
      for (let n = 0; n < times; n++) {
        last().emit('close', { code: 1006 });
        await clock.tick(10_000);
      }
    };
    await refused(3);
    wake();
    await settle();
    await refused(4);
    expect(renewals).toEqual([false, false, false, false, false, false, false, true]);
  });
  for (const [code, why] of [
    [CloseCode.superseded, 'superseded'],
    [CloseCode.uninstalled, 'uninstalled'],
  ] as const) {
    test(`because ${why} stays closed`, async () => {
      const { sockets, last, clock, ends, wake } = objectSide();
      await settle();
      last().emit('open');
      last().emit('close', { code });
      wake();
      await clock.tick(600_000);
      expect(sockets).toHaveLength(1);
      expect(ends).toEqual([why]);
    });
  }
  test('without a ticket to be had is the end', async () => {
    const { sockets, ends } = objectSide({ ticket: () => null });
    await settle();
    expect(sockets).toHaveLength(0);
    expect(ends).toEqual(['refused']);
  });
  test('what is not the protocol’s is not heard', async () => {
    const { last, heard } = objectSide();
    await settle();
    last().emit('open');
    for (const data of ['pong', '', new ArrayBuffer(2)]) last().emit('message', { data });
    expect(heard).toEqual([]);
  });
});

describe('a half-open socket', () => {
  /** Connected, with something that the object has not acknowledged. */
  const connected = async () => {
    const side = objectSide();
    await settle();
    side.last().emit('open');
    side.socket.send(ended('1'));
    return side;
  };
  test('is asked every 20 s and stays while the object answers', async () => {
    const { sockets, last, clock, tick } = await connected();
    tick(3);
    expect(last().pings).toBe(0);
    tick();
    expect(last().pings).toBe(1);
    last().emit('message', { data: 'pong' });
    await clock.tick(60_000);
    tick(4);
    last().emit('message', { data: 'pong' });
    await clock.tick(60_000);
    expect(sockets).toHaveLength(1);
    expect(last().pings).toBe(2);
  });
  test('owes an answer for 1.5 s after a wake-up: a new one takes its place at once, and says again what was not acknowledged', async () => {
    const { sockets, last, clock, wake } = await connected();
    wake();
    await clock.tick(1499);
    expect(sockets[0]?.closed).toBe(false);
    await clock.tick(300);
    expect(sockets).toHaveLength(2);
    expect(sockets[0]?.closed).toBe(true);
    last().emit('open');
    expect(last().sent).toMatchObject([{ t: 'ended', id: '1' }]);
  });
  test('that speaks or closes after all is not heard any more', async () => {
    const { sockets, heard, ends, clock, wake } = await connected();
    wake();
    await clock.tick(6000);
    sockets[0]?.emit('message', { data: '{"t":"ack","id":"1"}' });
    sockets[0]?.emit('close', { code: CloseCode.superseded });
    expect(heard).toEqual([]);
    expect(ends).toEqual([]);
    expect(sockets).toHaveLength(2);
  });
  test('whatever it says is an answer', async () => {
    const { sockets, last, clock, wake } = await connected();
    wake();
    last().emit('message', { data: '{"t":"ack","id":"1"}' });
    await clock.tick(60_000);
    expect(sockets).toHaveLength(1);
  });
  test('a handshake that hangs is given up, too', async () => {
    const { sockets, last, clock, wake } = objectSide();
    await settle();
    wake();
    expect(last().pings).toBe(0);
    await clock.tick(6000);
    expect(sockets).toHaveLength(2);
  });
});

describe('the ticket', () => {
  const tickets = (
    next: () => Promise<ReturnType<typeof aSession> | SessionRefusal> = async () => aSession({ ticket: 'new' }),
  ) => {
    const clock = handClock();
    const shared: string[] = [];
    let online = true;
    let wake = () => {};
    let asked = 0;
    let sessions = 0;
    const keeper = keepTicket(aSession({ expiresIn: 900 }), {
      newSession: () => {
        sessions++;
        return next();
      },
      share: (session) => shared.push(session.ticket),
      askRenewal: () => asked++,
      online: () => online,
      backoff: { delayMs: (attempt) => attempt * 1000 },
      pulse: {
        onWake: (callback) => {
          wake = callback;
        },
      },
      setTimeout: clock.setTimeout,
      clearTimeout: clock.clearTimeout,
      now: clock.now,
    });
    const goes = (network: boolean) => {
      online = network;
      if (network) wake();
    };
    return { keeper, clock, shared, goes, asked: () => asked, sessions: () => sessions };
  };
  test('is renewed over the socket well before it dies, and handed to the other frames', async () => {
    const { keeper, clock, shared, asked } = tickets();
    await clock.tick(719_000);
    expect(asked()).toBe(0);
    await clock.tick(1000);
    expect(asked()).toBe(1);
    keeper.renewed('ticket-2', 900);
    expect(shared).toEqual(['ticket-1', 'ticket-2']);
    expect(await keeper.get(false)).toBe('ticket-2');
  });
  test('a new session is opened only when it is dead or refused', async () => {
    const { keeper, clock, sessions } = tickets();
    expect(await keeper.get(false)).toBe('ticket-1');
    expect(sessions()).toBe(0);
    await clock.tick(895_000);
    expect(await keeper.get(false)).toBe('new');
    expect(sessions()).toBe(1);
    expect(await keeper.get(true)).toBe('new');
    expect(sessions()).toBe(2);
  });
  test('one that lives is used on where nobody answers: the network may have refused the handshake', async () => {
    const { keeper, sessions } = tickets(async () => 'unreachable');
    expect(await keeper.get(true)).toBe('ticket-1');
    expect(sessions()).toBe(1);
  });
  test('where it is dead, it is asked for until somebody answers, at once when the network is back, by one for all', async () => {
    let answers = false;
    const { keeper, clock, sessions, goes } = tickets(async () =>
      answers ? aSession({ ticket: 'new' }) : 'unreachable',
    );
    await clock.tick(895_000);
    const both = Promise.all([keeper.get(false), keeper.get(false)]);
    await clock.tick(1000 + 2000 + 3000);
    expect(sessions()).toBe(4);
    answers = true;
    goes(true);
    expect(await both).toEqual(['new', 'new']);
    expect(sessions()).toBe(5);
  });
  test('without a network nobody is asked: the portal would show an alert() where it can’t renew its own token', async () => {
    const { keeper, clock, sessions, goes } = tickets();
    await clock.tick(895_000);
    goes(false);
    const ticket = keeper.get(false);
    await clock.tick(60_000);
    expect(sessions()).toBe(0);
    goes(true);
    expect(await ticket).toBe('new');
  });
  test('none is had from a portal that refuses', async () => {
    expect(await tickets(async () => 'denied').keeper.get(true)).toBeNull();
  });
});
