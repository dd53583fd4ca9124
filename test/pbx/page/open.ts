import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { build, type Rolldown } from 'vite';
import type { TestBrowser } from '../../harness/browser.ts';
import { listenOn } from '../../harness/ports.ts';
import type { TestPhone } from './contract.ts';

const HTML =
  '<!doctype html><meta charset="utf-8"><title>Test phone</title><link rel="icon" href="data:,"><script src="/phone.js"></script>';

/** Serves the test page on loopback, with SIP.js bundled into one script. */
export async function servePhonePage(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const script = await bundle();
  const server = createServer((request, response) => {
    const isScript = request.url === '/phone.js';
    response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' });
    response.end(isScript ? script : HTML);
  });
  const port = await listenOn(server, 0);
  return {
    url: `http://127.0.0.1:${port}/`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bundle(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    build: {
      write: false,
      minify: false,
      rolldownOptions: {
        input: fileURLToPath(new URL('phone.ts', import.meta.url)),
        output: { format: 'iife' },
      },
    },
  });
  return (result as Rolldown.RolldownOutput).output[0].code;
}

export interface PhonePage {
  readonly phone: TestPhone;
  readonly page: Page;
  /** Uncaught errors of the page. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

/** A person with the test page open; every method of the page's phone can be called from here. */
export async function openPhone(browser: TestBrowser, url: string): Promise<PhonePage> {
  const person = await browser.person();
  await person.page.goto(url);
  const phone = new Proxy({} as TestPhone, {
    get: (_target, name) => {
      // A proxy that seems to have `then` would be taken for a promise and awaited.
      if (name === 'then') return undefined;
      return (...args: unknown[]) =>
        person.page.evaluate(
          ([method, values]) => {
            const { testPhone } = globalThis as unknown as {
              testPhone: Record<string, (...values: unknown[]) => unknown>;
            };
            return testPhone[method as string]?.(...(values as unknown[]));
          },
          [name, args] as const,
        );
    },
  });
  return { phone, page: person.page, errors: person.errors, close: person.close };
}
