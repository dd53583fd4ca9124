import { request } from 'node:http';
import type { Deliver } from './backend/types.ts';

const LOOPBACK = { address: '127.0.0.1', family: 4 } as const;

type Found = (error: null, address: string | (typeof LOOPBACK)[], family?: number) => void;

const answerLoopback = (_host: string, options: { all?: boolean | undefined }, found: Found): void => {
  if (options.all === true) found(null, [LOOPBACK]);
  else found(null, LOOPBACK.address, LOOPBACK.family);
};

/** Browsers take `*.localhost` for loopback; the resolver that Node asks often doesn't. */
const viaLoopback: Deliver = (url, init) =>
  new Promise((resolve, reject) => {
    const { method = 'GET', headers, body } = init;
    const outgoing = request(
      url,
      { method, headers: Object.fromEntries(new Headers(headers)), lookup: answerLoopback },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => resolve(new Response(Buffer.concat(chunks), { status: incoming.statusCode ?? 502 })));
      },
    );
    outgoing.on('error', reject);
    outgoing.end(typeof body === 'string' ? body : undefined);
  });

/** How the started fake's queue reaches apps: like `fetch`, but `http://app.localhost:8787` works everywhere. */
export const deliver: Deliver = (url, init) => {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && hostname.endsWith('.localhost') ? viaLoopback(url, init) : fetch(url, init);
};
