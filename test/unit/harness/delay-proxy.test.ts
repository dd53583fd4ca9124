import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { type DelayProxy, startDelayProxy } from '../../harness/delay-proxy.ts';
import { loopbackFetch } from '../../harness/loopback.ts';

let worker: Server;
let proxy: DelayProxy;
let seen: { host: string | undefined; body: string }[];

beforeEach(async () => {
  seen = [];
  worker = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.push({ host: request.headers.host, body });
    response.writeHead(201, { 'x-answer': 'yes' }).end(`${request.method} ${request.url}`);
  });
  const sockets = new WebSocketServer({ server: worker, handleProtocols: () => 'b24phone.v1' });
  sockets.on('connection', (socket) => socket.on('message', (text) => socket.send(`${text}!`)));
  worker.listen(0, '127.0.0.1');
  await once(worker, 'listening');
  const { port } = worker.address() as AddressInfo;
  proxy = await startDelayProxy({ port: 0, target: () => new URL(`http://127.0.0.1:${port}`) });
});

afterEach(async () => {
  vi.useRealTimers();
  await proxy.close();
  worker.closeAllConnections();
  worker.close();
});

const url = (path: string) => `http://app.localhost:${proxy.port}${path}`;

test('requests pass with their Host header, from which the Worker learns its public origin', async () => {
  const answer = await loopbackFetch(url('/placement?a=1'), { method: 'POST', body: 'x=1' });
  expect([answer.status, answer.headers.get('x-answer'), await answer.text()]).toEqual([
    201,
    'yes',
    'POST /placement?a=1',
  ]);
  expect(seen).toEqual([{ host: `app.localhost:${proxy.port}`, body: 'x=1' }]);
  expect(proxy.requests).toEqual([{ method: 'POST', path: '/placement?a=1' }]);
});

test('only POST /placement is held back', async () => {
  // setTimeout is the proxy's own clock here; nothing else of the run uses it while it stands still.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  proxy.setPlacementDelay(6_000);
  const held = loopbackFetch(url('/placement'), { method: 'POST', body: '' });
  await loopbackFetch(url('/placement/error'), { method: 'POST', body: '' });
  await loopbackFetch(url('/placement'));
  while (proxy.requests.length < 3) await new Promise(setImmediate);
  expect(seen).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(6_000);
  expect((await held).status).toBe(201);
  expect(seen).toHaveLength(3);
});

test('WebSockets pass with their subprotocol, and can be lost without a close frame', async () => {
  const socket = new WebSocket(`ws://127.0.0.1:${proxy.port}/api/socket`, ['b24phone.v1', 't.abc']);
  await once(socket, 'open');
  expect(socket.protocol).toBe('b24phone.v1');
  socket.send('hello');
  const [reply] = await once(socket, 'message');
  expect(String(reply)).toBe('hello!');
  proxy.dropSockets();
  const [code] = await once(socket, 'close');
  expect(code).toBe(1006);
});

test('a Worker that is gone is a 502', async () => {
  worker.closeAllConnections();
  worker.close();
  await once(worker, 'close');
  expect((await loopbackFetch(url('/healthz'))).status).toBe(502);
});

test('a busy port makes the proxy take the next free one', async () => {
  const second = await startDelayProxy({ port: proxy.port, target: () => new URL('http://127.0.0.1:9') });
  expect(second.port).toBeGreaterThan(proxy.port);
  await second.close();
});
