import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * The smallest app that speaks the bridge: it binds every event once the list is filled, keeps what it hears in
 * `window.heard`, and offers `ask(method, params)`, which resolves with 'silence' where the portal says nothing at once,
 * and `wait(method, params)` for what the portal answers only after it has asked its own server.
 */
const PAGE = `<!doctype html><meta charset="utf-8"><title>example app</title><script>
const [domain, https, sid] = name.split('|');
const portal = (https === '1' ? 'https://' : 'http://') + domain;
const waiting = new Map();
let count = 0;
window.heard = [];
window.ready = false;
window.send = (method, params, hear) => {
  const id = hear ? 'cb' + ++count : '';
  if (hear) waiting.set(id, hear);
  parent.postMessage([method, params === undefined ? '' : JSON.stringify(params), id, sid].join(':'), portal);
};
addEventListener('message', ({ origin, data }) => {
  if (origin !== portal) return;
  const colon = data.indexOf(':');
  waiting.get(data.slice(0, colon))?.(data.slice(colon + 1));
});
const parsed = (json) => (json === '' ? '' : JSON.parse(json));
window.wait = (method, params) => new Promise((answer) => send(method, params, (json) => answer(parsed(json))));
window.ask = (method, params) => new Promise((answer) => {
  send(method, params, (json) => answer(parsed(json)));
  // A later question that is always answered: silence before it is silence for good, as messages keep their order.
  send('getInterface', undefined, () => answer('silence'));
});
const bind = async () => {
  const { event } = await ask('getInterface');
  if (event.length === 0) return setTimeout(bind, 25);
  for (const name of event) send('placementBindEvent', { event: name }, (json) => heard.push([name.split('::')[1], json]));
  await ask('getInterface');
  ready = true;
};
addEventListener('load', bind);
</script>`;

export interface ExampleApp {
  /** e.g. `http://app.localhost:8787` */
  readonly url: string;
  /** Everything that arrived: `METHOD /path?query` and body. */
  readonly hits: { readonly line: string; readonly body: string }[];
  /** Holds answers to /placement back until the returned function is called. */
  readonly holdPlacement: () => () => void;
  readonly close: () => Promise<void>;
}

/** Starts the example app on a free loopback port: any path answers the same page. */
export const startExampleApp = async (): Promise<ExampleApp> => {
  const hits: { line: string; body: string }[] = [];
  let gate: Promise<void> = Promise.resolve();
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', async () => {
      hits.push({ line: `${incoming.method} ${incoming.url}`, body: Buffer.concat(chunks).toString() });
      if (incoming.url?.startsWith('/placement?')) await gate;
      outgoing.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://app.localhost:${(server.address() as AddressInfo).port}`,
    hits,
    holdPlacement: () => {
      let open = (): void => undefined;
      gate = new Promise((resolve) => {
        open = resolve;
      });
      return () => open();
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
