import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { build, type Rolldown } from 'vite';
import type { TestBrowser } from '../harness/browser.ts';
import { LINE } from '../harness/cast.ts';
import { listenOn } from '../harness/ports.ts';
import { until } from '../harness/until.ts';
import type { World } from '../harness/world.ts';
import type { DefaultAccount, DefaultPhone } from './default-phone.ts';
import { type Outcome, spread } from './figures.ts';
import { firstStamp, noteStamps } from './stamps.ts';

/** Calls: dialled ten at a time, as each takes the five seconds that it is about. */
const CALLS = 50;
const AT_ONCE = 10;

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

type Holder = { readonly defaultPhone: DefaultPhone };

async function dialled(page: Page): Promise<number[]> {
  const times: number[] = [];
  while (times.length < CALLS) {
    const some = await page.evaluate((n) => (globalThis as unknown as Holder).defaultPhone.dial('600', n), AT_ONCE);
    times.push(...some);
  }
  return times;
}

async function rung(page: Page, world: World): Promise<number[]> {
  const times: number[] = [];
  for (let turn = 0; turn < CALLS; turn += 1) {
    const asked = Date.now();
    const giveUp = new AbortController();
    const customer = world.pbx?.callAgent('1001', { from: '+49301234567', line: LINE.number, signal: giveUp.signal });
    const [invite, ringing] = await until('a ringing phone', async () => {
      const stamps = await page.evaluate(() => window.stamps);
      const out = firstStamp(stamps, 'out', 'SIP/2.0 180', asked);
      const came = firstStamp(stamps, 'in', 'INVITE ', asked);
      return came && out ? ([came, out] as const) : null;
    });
    times.push(ringing.at - invite.at);
    giveUp.abort();
    await customer;
  }
  return times;
}

/** SIP.js as it comes, beside our own figures: dial -> INVITE on the wire, INVITE -> ringing, bytes. */
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
    await person.context.addInitScript(noteStamps);
    await person.page.goto(`http://127.0.0.1:${port}/`);
    const { user, password } = account;
    const who: DefaultAccount = { url, domain, user, password, stun: deadStun };
    await person.page.evaluate((given) => (globalThis as unknown as Holder).defaultPhone.connect(given), who);
    const part = (id: string, what: string, unit: 'ms' | 'bytes', values: number[]): Outcome => ({
      id: `sipjs_default_${id}`,
      what,
      unit,
      measured: spread(values),
      target: null,
    });
    return [
      part('invite_ms', 'SIP.js’s defaults: dial -> INVITE on the wire', 'ms', await dialled(person.page)),
      part('ringing_ms', 'SIP.js’s defaults: INVITE received -> ringing', 'ms', await rung(person.page, world)),
      part('bytes', 'SIP.js alone: bytes (brotli) of its script', 'bytes', [brotliCompressSync(script).length]),
    ];
  } finally {
    await person.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
