import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env as bindings, exports } from 'cloudflare:workers';
import { expect } from 'vitest';
import type { Env } from '../../src/env.ts';
import type { FrameMessage, ObjectMessage, Session } from '../../src/protocol/frame.ts';
import type { PortalStatus } from '../../src/protocol/status.ts';
import { member, OAUTH_HOST, ORIGIN, restHost } from './places.ts';

export const env = bindings as unknown as Env;

/** The Worker as the internet sees it. */
export const worker = (path: string, init: RequestInit = {}): Promise<Response> =>
  exports.default.fetch(new URL(path, ORIGIN).toString(), init);

export const form = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  worker(path, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(fields).toString(),
  });

export const json = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  worker(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

export interface Delivery {
  readonly url: string;
  readonly body: string;
}

interface Post {
  readonly action: string;
  readonly fields: Record<string, string>;
}

// biome-ignore lint/suspicious/noExplicitAny: the dump has the shape of docs/fake-portal.md; each test names what it reads
export type Dump = any;

async function control(host: string, action: string, body: Record<string, unknown>): Promise<Dump> {
  const answer = await fetch(`http://${host}/__control/${action}`, { method: 'POST', body: JSON.stringify(body) });
  const read = (await answer.json()) as { ok: boolean; result: unknown; message?: string };
  if (!read.ok) throw new Error(`${action}: ${read.message}`);
  return read.result;
}

/** The fake's control for what is not one portal's: faults of the OAuth server, the clock. */
export const oauthControl = (action: string, body: Record<string, unknown> = {}) => control(OAUTH_HOST, action, body);

/** One fake portal and the product's object for it. */
export class TestPortal {
  readonly n: number;
  readonly memberId: string;
  readonly host: string;
  readonly #taken = new Set<number>();

  constructor(n: number) {
    this.n = n;
    this.memberId = member(n);
    this.host = restHost(n);
  }

  get object() {
    return env.PORTAL.getByName(this.memberId);
  }

  control(action: string, body: Record<string, unknown> = {}): Promise<Dump> {
    return control(this.host, action, body);
  }

  async state(): Promise<Dump> {
    return (await this.control('state')).portals[0];
  }

  /** REST calls that the portal saw, batched ones one by one. */
  async calls(method: string): Promise<Dump[]> {
    const { log } = await this.control('state');
    return log.filter((entry: Dump) => entry.method === method.toLowerCase() && entry.memberId === this.memberId);
  }

  fields(userId = 1): Promise<Post> {
    return this.control('install-fields', { userId });
  }

  /** The installer frame's POST, by default an admin's. */
  async postInstall(fields: Record<string, string>): Promise<Response> {
    return form(`/install?DOMAIN=${this.host}&PROTOCOL=0&LANG=en&APP_SID=abc`, fields);
  }

  async install(): Promise<this> {
    const answer = await this.postInstall((await this.fields()).fields);
    if (answer.status !== 200) throw new Error(`install: ${answer.status} ${await answer.text()}`);
    await answer.text();
    await this.control('install-finish');
    return this;
  }

  async openSession(userId: number): Promise<Response> {
    const tokens = await this.control('tokens', { userId });
    return json('/api/session', { AUTH_ID: tokens.accessToken, member_id: this.memberId });
  }

  async session(userId: number): Promise<Session> {
    const answer = await this.openSession(userId);
    if (answer.status !== 200) throw new Error(`session: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  /** What Bitrix24's queue has for us since the last call. */
  async outbox(): Promise<Delivery[]> {
    const { deliveries } = await this.control('state');
    const fresh = deliveries.filter((item: Dump) => !this.#taken.has(item.id));
    for (const item of fresh) this.#taken.add(item.id);
    return fresh;
  }

  /** Delivers what the queue holds, once, as the real one does. */
  async deliver(): Promise<Response[]> {
    const answers: Response[] = [];
    for (const item of await this.outbox()) answers.push(await deliver(item));
    return answers;
  }

  /** Brings a planned job's time forward: tests wait for no clock. */
  async makeDue(kind: string): Promise<void> {
    await runInDurableObject(this.object, (_, state) => {
      state.storage.sql.exec('UPDATE due SET at = ? WHERE kind = ?', Date.now(), kind);
    });
  }

  /** Lets a job that waits wait on: however slow the machine is, what a test does next comes before it. */
  async putOff(kind: string): Promise<void> {
    await runInDurableObject(this.object, (_, state) => {
      state.storage.sql.exec('UPDATE due SET at = ? WHERE kind = ?', Date.now() + 600_000, kind);
    });
  }

  /** Fires the object's alarm and waits until nothing is overdue: the runtime's own alarm may have been quicker. */
  async runDue(): Promise<void> {
    await runDurableObjectAlarm(this.object);
    await expect.poll(() => this.#overdue()).toEqual([]);
  }

  #overdue(): Promise<string[]> {
    return runInDurableObject(this.object, (_, state) =>
      state.storage.sql
        .exec<{ kind: string }>('SELECT kind FROM due WHERE at <= ?', Date.now())
        .toArray()
        .map((row) => row.kind),
    );
  }

  /** Lets every message of the person's pages lie so long (ms) in the past: tests wait for no clock. */
  async growSilent(userId: number, ms = 101_000): Promise<void> {
    await runInDurableObject(this.object, (_, state) => {
      for (const socket of state.getWebSockets(`user:${userId}`)) {
        const held = socket.deserializeAttachment();
        socket.serializeAttachment({ ...held, heardAt: held.heardAt - ms });
      }
    });
  }

  /** Lets it be so long (ms) ago that a person's last page went. */
  async growAbsent(userId: number, ms: number): Promise<void> {
    await runInDurableObject(this.object, (_, state) => {
      state.storage.sql.exec('UPDATE agent SET seen_at = seen_at - ? WHERE user_id = ?', ms, userId);
    });
  }

  /**
   * Lets a person's last page have gone just now, and be so for a minute, however long the next steps take.
   *
   * @returns when it went, Unix ms
   */
  async makeNew(userId: number): Promise<number> {
    const at = Date.now() + 60_000;
    await runInDurableObject(this.object, (_, state) => {
      state.storage.sql.exec('UPDATE agent SET seen_at = ? WHERE user_id = ?', at, userId);
    });
    return at;
  }

  async due(): Promise<string[]> {
    return runInDurableObject(this.object, (_, state) =>
      state.storage.sql
        .exec<{ kind: string }>('SELECT kind FROM due ORDER BY kind')
        .toArray()
        .map((row) => row.kind),
    );
  }

  /** A UI app gets no ONAPPINSTALL: the first event with an access token teaches the application_token. */
  async learnApplicationToken(): Promise<void> {
    await this.clickToCall(1, '+442079460000');
    await this.deliver();
  }

  /** Bitrix24 registers a call of its own and tells us: our app is the default line. @returns its CALL_ID */
  async clickToCall(userId: number, number: string): Promise<string> {
    await this.control('default-line', { number: '0000' });
    const call = await this.control('click-to-call', { userId, number });
    return call.callId;
  }

  /** Rows of the object's tables. */
  async rows(query: string, ...values: unknown[]): Promise<Dump[]> {
    return runInDurableObject(this.object, (_, state) => state.storage.sql.exec(query, ...values).toArray());
  }

  async status(): Promise<PortalStatus> {
    const row = await this.object.status();
    if (!row) throw new Error('the portal has no status row');
    return row;
  }
}

export const deliver = (item: Delivery): Promise<Response> => {
  const url = new URL(item.url);
  return worker(`${url.pathname}${url.search}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: item.body,
  });
};

/** Portals of one test file: files run side by side on one fake network, so each has a range of its own. */
export function portals(start: number): () => TestPortal {
  let next = start;
  return () => new TestPortal(next++);
}

/** A phone's socket: sends frames' messages, collects the object's. */
export class TestSocket {
  readonly socket: WebSocket;
  readonly messages: ObjectMessage[] = [];
  pongs = 0;
  closed: { code: number; reason: string } | null = null;
  #wake: (() => void)[] = [];

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.accept();
    socket.addEventListener('message', (event) => {
      if (event.data === 'pong') this.pongs++;
      else this.messages.push(JSON.parse(String(event.data)) as ObjectMessage);
      this.#tell();
    });
    socket.addEventListener('close', (event) => {
      this.closed = { code: event.code, reason: event.reason };
      this.#tell();
    });
  }

  #tell(): void {
    const waiting = this.#wake;
    this.#wake = [];
    for (const wake of waiting) wake();
  }

  send(message: FrameMessage): void {
    this.socket.send(JSON.stringify(message));
  }

  async until<T>(look: () => T | undefined | null | false): Promise<T> {
    for (;;) {
      const found = look();
      if (found) return found;
      await new Promise<void>((wake) => this.#wake.push(wake));
    }
  }

  /** The first message of a kind, arrived or yet to come. */
  next<K extends ObjectMessage['t']>(t: K, id?: string): Promise<Extract<ObjectMessage, { t: K }>> {
    return this.until(() => {
      const found = this.messages.find((m) => m.t === t && (id === undefined || ('id' in m && m.id === id)));
      return found as Extract<ObjectMessage, { t: K }> | undefined;
    });
  }

  /** Asks for a sign of life, as the frame does, and waits for it. */
  async ping(): Promise<void> {
    const before = this.pongs;
    this.socket.send('ping');
    await this.until(() => this.pongs > before);
  }

  /** Sends and waits for the answer that carries the same id. */
  async ask(message: FrameMessage & { id: string }): Promise<ObjectMessage> {
    this.send(message);
    return this.until(() => this.messages.find((m) => 'id' in m && m.id === message.id));
  }
}

export const protocols = (ticket: string): string =>
  `b24phone.v1, t.${btoa(ticket).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;

export const upgrade = (ticket: string, headers: Record<string, string> = {}): Promise<Response> =>
  worker('/api/socket', {
    headers: { upgrade: 'websocket', origin: ORIGIN, 'sec-websocket-protocol': protocols(ticket), ...headers },
  });

export async function openSocket(ticket: string): Promise<TestSocket> {
  const answer = await upgrade(ticket);
  if (!answer.webSocket) throw new Error(`socket: ${answer.status} ${await answer.text()}`);
  return new TestSocket(answer.webSocket);
}

/** A phone that is ready to ring. */
export async function openPhone(portal: TestPortal, userId: number): Promise<TestSocket> {
  const socket = await openSocket((await portal.session(userId)).ticket);
  await socket.next('welcome');
  socket.send({ t: 'state', state: { ready: true, talking: false }, legs: [] });
  return socket;
}
