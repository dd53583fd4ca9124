import { request } from 'node:http';

/**
 * A fetch for `http://*.localhost` addresses. RFC 6761 6.3 reserves those names for loopback and browsers know it, but
 * Node asks the system's resolver, which often does not. Connects to 127.0.0.1 and keeps the Host header.
 *
 * @param url an http address on loopback
 * @param init method, headers and a text body; redirects are not followed
 */
export function loopbackFetch(url: string, init: RequestInit = {}): Promise<Response> {
  const { hostname, port, host, pathname, search } = new URL(url);
  if (!/^(127\.0\.0\.1|(.+\.)?localhost)$/.test(hostname)) throw new Error(`${hostname} is not on loopback.`);
  const headers = Object.fromEntries(new Headers(init.headers));
  const body = init.body === undefined || init.body === null ? undefined : String(init.body);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: '127.0.0.1', port, method: init.method ?? 'GET', path: pathname + search, headers: { ...headers, host } },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => resolve(toResponse(answer.statusCode ?? 502, answer.rawHeaders, Buffer.concat(chunks))));
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function toResponse(status: number, rawHeaders: readonly string[], body: Buffer): Response {
  const headers = new Headers();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) headers.append(rawHeaders[i] ?? '', rawHeaders[i + 1] ?? '');
  const empty = status === 204 || status === 304;
  return new Response(empty ? null : new Uint8Array(body), { status, headers });
}
