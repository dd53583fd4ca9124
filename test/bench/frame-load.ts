import { createServer } from 'node:http';
import type { TestBrowser } from '../harness/browser.ts';
import { listenOn } from '../harness/ports.ts';
import { type Outcome, quantile, spread } from './figures.ts';
import { PLACEMENT_FIELDS, PLACEMENT_QUERY } from './post.ts';
import { type Link, startShaper } from './shaper.ts';
import { startConstant, startProduct } from './workerd.ts';

const LINK: Link = { rttMs: 300, bitsPerSecond: 1_600_000 };
const PAIRS = 20;

/** As little as a browser takes for a page. */
const EMPTY_PAGE = '<!doctype html><title>Empty</title><link rel="icon" href="data:,">';

/** A page of a portal with nothing on it but the hidden container. */
async function servePortal(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((_request, answer) => {
    answer.writeHead(200, { 'content-type': 'text/html' });
    answer.end(
      '<!doctype html><title>Portal</title><link rel="icon" href="data:,"><div id="place" style="display:none"></div>',
    );
  });
  const port = await listenOn(server, 0);
  return {
    url: `http://portal.localhost:${port}/`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Insertion {
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** Runs in the page. Inserts the frame as a portal does: without a src, filled by a form post (bitrix24 facts 1.2, 1.5). */
function insert({ action, fields }: Insertion): Promise<number> {
  const frame = document.createElement('iframe');
  frame.name = `portal.localhost|0|${crypto.randomUUID()}`;
  frame.allow = 'microphone *; autoplay *;';
  const form = document.createElement('form');
  Object.assign(form, { action, method: 'POST', target: frame.name });
  for (const [name, value] of Object.entries(fields)) {
    const input = document.createElement('input');
    Object.assign(input, { type: 'hidden', name, value });
    form.append(input);
  }
  const box = document.createElement('div');
  box.append(frame, form);
  document.getElementById('place')?.append(box);
  const inserted = performance.now();
  return new Promise((resolve) => {
    frame.addEventListener('load', () => resolve(performance.now() - inserted));
    form.submit();
  });
}

/** One load by somebody who comes for the first time: no connection, nothing in the cache. */
async function firstLoad(browser: TestBrowser, portal: string, port: number): Promise<number> {
  const person = await browser.person();
  await person.page.goto(portal);
  const action = `http://app.localhost:${port}/placement?${PLACEMENT_QUERY}`;
  const ms = await person.page.evaluate(insert, { action, fields: PLACEMENT_FIELDS });
  await person.close();
  return ms;
}

async function inTurns(browser: TestBrowser, portal: string, ours: number, empty: number): Promise<Outcome[]> {
  // The browser's own first frame is slow for either.
  for (const port of [ours, empty]) await firstLoad(browser, portal, port);
  const pairs: { ours: number; empty: number }[] = [];
  for (let pair = 0; pair < PAIRS; pair += 1) {
    const mine = await firstLoad(browser, portal, ours);
    pairs.push({ ours: mine, empty: await firstLoad(browser, portal, empty) });
  }
  const ms = (who: 'ours' | 'empty', share: number) =>
    quantile(
      pairs.map((pair) => pair[who]),
      share,
    ).toFixed(0);
  return [
    {
      id: 'frame_load_ratio',
      what: `frame inserted -> load, ${LINK.rttMs} ms RTT, ${LINK.bitsPerSecond / 1e6} Mbit/s, against an empty page`,
      unit: 'x',
      measured: spread(pairs.map((pair) => pair.ours / pair.empty)),
      target: { atMost: 1.15, of: 'p50' },
      note: `first visit, without TLS and without compression: p50/p95 ${ms('ours', 0.5)}/${ms('ours', 0.95)} ms against ${ms('empty', 0.5)}/${ms('empty', 0.95)} ms`,
    },
  ];
}

/** What Bitrix24 times, over a slow network: the handler's page against an empty one from the same kind of server. */
export async function measureFrameLoad(browser: TestBrowser): Promise<Outcome[]> {
  const closers: { close(): Promise<void> }[] = [];
  const keep = <Part extends { close(): Promise<void> }>(part: Part): Part => {
    closers.push(part);
    return part;
  };
  try {
    const ours = keep(await startProduct());
    const empty = keep(await startConstant(EMPTY_PAGE, { 'content-type': 'text/html; charset=utf-8' }));
    const [near, nearEmpty] = [keep(await startShaper(LINK, ours.port)), keep(await startShaper(LINK, empty.port))];
    const portal = keep(await servePortal());
    return await inTurns(browser, portal.url, near.port, nearEmpty.port);
  } finally {
    for (const part of closers.reverse()) await part.close();
  }
}
