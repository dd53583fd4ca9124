import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build, type Rolldown } from 'vite';
import type { TestBrowser } from '../harness/browser.ts';
import { listenOn } from '../harness/ports.ts';
import type { World } from '../harness/world.ts';
import type { DefaultAccount, DefaultPhone } from './default-phone.ts';
import { type Outcome, spread } from './figures.ts';

/** Few: each takes the five seconds that it is about. */
const CALLS = 3;

async function bundle(): Promise<string> {
  const input = fileURLToPath(new URL('default-phone.ts', import.meta.url));
  const result = await build({
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    build: { write: false, rolldownOptions: { input, output: { format: 'iife' } } },
  });
  return (result as Rolldown.RolldownOutput).output[0].code;
}

/** Dial -> INVITE on the wire with SIP.js as it comes, beside our own figure. */
export async function measureDefaults(browser: TestBrowser, world: World, deadStun: string): Promise<Outcome[]> {
  const account = world.accounts[0];
  if (world.pbx === null || account === undefined) throw new Error('This world has no PBX.');
  const { url, domain } = world.pbx;
  const script = await bundle();
  const server = createServer((request, answer) => {
    const isScript = request.url === '/phone.js';
    answer.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' });
    answer.end(
      isScript ? script : '<!doctype html><meta charset="utf-8"><title>SIP.js</title><script src="/phone.js"></script>',
    );
  });
  const port = await listenOn(server, 0);
  const person = await browser.person();
  try {
    await person.page.goto(`http://127.0.0.1:${port}/`);
    const { user, password } = account;
    const who: DefaultAccount = { url, domain, user, password, stun: deadStun };
    await person.page.evaluate(
      (given) => (globalThis as unknown as { defaultPhone: DefaultPhone }).defaultPhone.connect(given),
      who,
    );
    const times: number[] = [];
    for (let turn = 0; turn < CALLS; turn += 1) {
      times.push(
        await person.page.evaluate(() =>
          (globalThis as unknown as { defaultPhone: DefaultPhone }).defaultPhone.dial('600'),
        ),
      );
    }
    return [
      {
        id: 'sipjs_default_invite_ms',
        what: 'the same with SIP.js’s defaults',
        unit: 'ms',
        measured: spread(times),
        target: null,
      },
    ];
  } finally {
    await person.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
