import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { type AppOptions, FakeBitrix24, type FakeOptions, LostAnswer, type PortalOptions } from './backend/index.ts';
import { deliver } from './deliver.ts';
import type { Demo } from './page/config.ts';
import { site, visitor } from './page/site.ts';

export interface ServedPortal extends Omit<PortalOptions, 'domain' | 'restHost'> {
  /** First label of the host that people open: `<name>.localhost`. */
  readonly name: string;
  /** 0 or absent = any free port. */
  readonly port?: number;
}

export interface ServerOptions extends Omit<FakeOptions, 'oauthHost' | 'portals' | 'apps' | 'scheme'> {
  readonly portals: readonly ServedPortal[];
  readonly apps: readonly AppOptions[];
  readonly oauthPort?: number;
  readonly demo?: Demo;
  /** A frame load longer than this (ms) counts as long; Bitrix24: 5000. */
  readonly maxLoadDelay?: number;
}

export interface StartedPortal {
  readonly memberId: string;
  /** What a person opens, e.g. `http://portal-a.localhost:9101`. */
  readonly url: string;
  /** The portal's client_endpoint. */
  readonly restUrl: string;
  readonly domain: string;
}

export interface StartedFake {
  readonly fake: FakeBitrix24;
  /** host:port, as B24_OAUTH_HOSTS wants it. */
  readonly oauthHost: string;
  readonly portals: readonly StartedPortal[];
  /** Writes one line into the log of every open page. */
  readonly say: (text: string) => void;
  readonly close: () => Promise<void>;
}

const LOOPBACK = '127.0.0.1';

const toRequest = (incoming: IncomingMessage, fallbackHost: string): Request => {
  const host = incoming.headers.host ?? fallbackHost;
  const method = incoming.method ?? 'GET';
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const body = hasBody ? { body: Readable.toWeb(incoming) as ReadableStream, duplex: 'half' as const } : {};
  return new Request(`http://${host}${incoming.url ?? '/'}`, { method, headers, ...body });
};

const send = async (answer: Response, outgoing: ServerResponse): Promise<void> => {
  outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
  outgoing.end(Buffer.from(await answer.arrayBuffer()));
};

type Handle = (request: Request) => Promise<Response>;

const serve = (handle: Handle, fallbackHost: () => string): Server =>
  createServer((incoming, outgoing) => {
    handle(toRequest(incoming, fallbackHost()))
      .then((answer) => send(answer, outgoing))
      .catch((cause: unknown) => {
        // A lost answer is a connection that breaks; anything else is a fault of the fake and must be seen.
        if (cause instanceof LostAnswer) incoming.socket.destroy();
        else outgoing.writeHead(500).end(cause instanceof Error ? cause.stack : String(cause));
      });
  });

const listen = async (server: Server, port: number): Promise<number> => {
  server.listen(port, LOOPBACK);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};

const stop = async (server: Server): Promise<void> => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
};

/** Pages get the portal's messages over a WebSocket: it takes none of the six HTTP connections a host may have. */
const servePull = (server: Server, sockets: WebSocketServer, fakeOf: () => FakeBitrix24): void => {
  server.on('upgrade', (incoming, socket, head) => {
    const portal = fakeOf().portalAt(incoming.headers.host ?? '');
    const user = portal === null ? null : visitor(portal, toRequest(incoming, ''));
    if (portal === null || user === null || !incoming.url?.startsWith('/__portal/pull')) {
      socket.destroy();
      return;
    }
    sockets.handleUpgrade(incoming, socket, head, (page: WebSocket) => {
      const stopListening = fakeOf().onPull((event) => {
        if (event.memberId === portal.memberId && event.userId === user.id) page.send(JSON.stringify(event.message));
      });
      page.on('close', stopListening);
    });
  });
};

/**
 * Starts portals and the OAuth server on loopback ports. The fake delivers its events over the network unless
 * `deliver` says otherwise.
 * @example
 * const { portals, oauthHost, close } = await startFakeBitrix24({ portals: [{ name: 'portal-a', memberId, users }], apps });
 */
export const startFakeBitrix24 = async (options: ServerOptions): Promise<StartedFake> => {
  const { portals: served, oauthPort, demo, maxLoadDelay, ...rest } = options;
  const siteOptions = { demo: demo ?? null, maxLoadDelay: maxLoadDelay ?? 5000 };
  let fake: FakeBitrix24 | null = null;
  const theFake = (): FakeBitrix24 => {
    if (fake === null) throw new Error('a request came before the fake was ready');
    return fake;
  };
  let oauthHost = '';
  const oauth = serve(
    (request) => theFake().handle(request),
    () => oauthHost,
  );
  const sockets = new WebSocketServer({ noServer: true });
  const servers = served.map((portal) => {
    const server = serve(
      (request) => answer(theFake(), request, siteOptions),
      () => `${portal.name}.localhost`,
    );
    servePull(server, sockets, theFake);
    return server;
  });
  oauthHost = `${LOOPBACK}:${await listen(oauth, oauthPort ?? 0)}`;
  const ports = await Promise.all(servers.map((server, index) => listen(server, served[index]?.port ?? 0)));
  fake = new FakeBitrix24({
    deliver,
    ...rest,
    oauthHost,
    portals: served.map(({ name, port: _, ...portal }, index) => ({
      ...portal,
      domain: `${name}.localhost:${ports[index]}`,
      restHost: `${LOOPBACK}:${ports[index]}`,
    })),
  });
  return {
    fake,
    oauthHost,
    portals: served.map((portal, index) => ({
      memberId: portal.memberId,
      domain: `${portal.name}.localhost:${ports[index]}`,
      url: `http://${portal.name}.localhost:${ports[index]}`,
      restUrl: `http://${LOOPBACK}:${ports[index]}/rest/`,
    })),
    say: (text) => say(theFake(), text),
    close: async () => {
      for (const page of sockets.clients) page.terminate();
      theFake().releaseHangs();
      await Promise.all([oauth, ...servers].map(stop));
    },
  };
};

const BACKEND = /^\/(rest|oauth|__control)\//;

const answer = async (
  fake: FakeBitrix24,
  request: Request,
  options: { readonly demo: Demo | null; readonly maxLoadDelay: number },
): Promise<Response> => {
  const url = new URL(request.url);
  const portal = fake.portalAt(url.host);
  if (portal === null || BACKEND.test(url.pathname)) return fake.handle(request);
  return site(fake, portal, request, options);
};

const say = (fake: FakeBitrix24, text: string): void => {
  for (const portal of fake.world.portals.values()) {
    for (const userId of portal.users.keys()) {
      fake.world.pull.send(portal.memberId, userId, { command: 'demo', params: { text } });
    }
  }
};
