import { readBytes } from '../http/bytes.ts';
import { err, ok, type Result } from '../http/result.ts';
import type { RestError } from './errors.ts';
import { type Fetch, readError } from './rest.ts';

/** A record of hours over a slow line; nobody waits for it (ms). */
const UPLOAD_TIMEOUT_MS = 5 * 60_000;
const ANSWER_LIMIT = 64 * 1024;

/** A file of known length that is read part by part. */
export interface UploadFile {
  readonly field: string;
  readonly name: string;
  readonly type: string;
  /** Bytes; what `parts` brings must be exactly as many. */
  readonly length: number;
  parts(): AsyncIterable<Uint8Array>;
}

const escaped = (text: string) => text.replace(/[\r\n"]/g, (sign) => encodeURIComponent(sign));

async function fill(into: WritableStream<Uint8Array>, head: Uint8Array, file: UploadFile, tail: Uint8Array) {
  const writer = into.getWriter();
  try {
    await writer.write(head);
    for await (const part of file.parts()) await writer.write(part);
    await writer.write(tail);
    await writer.close();
  } catch (error) {
    await writer.abort(error).catch(() => {});
    throw error;
  }
}

/**
 * Uploads one file as multipart/form-data (RFC 7578), streamed: no more of it is in memory than one part.
 *
 * @param url checked by the caller (address.ts)
 * @returns what the portal answered as `result`; `unavailable` also when the file was shorter or longer than it said
 */
export async function uploadFile(fetch: Fetch, url: string, file: UploadFile): Promise<Result<unknown, RestError>> {
  const boundary = `b24phone-${crypto.randomUUID()}`;
  const text = new TextEncoder();
  const head = text.encode(
    `--${boundary}\r\nContent-Disposition: form-data; name="${escaped(file.field)}"; filename="${escaped(file.name)}"\r\n` +
      `Content-Type: ${file.type}\r\n\r\n`,
  );
  const tail = text.encode(`\r\n--${boundary}--\r\n`);
  const { readable, writable } = new FixedLengthStream(head.length + file.length + tail.length);
  const abort = new AbortController();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    abort.abort();
  }, UPLOAD_TIMEOUT_MS);
  const filled = fill(writable, head, file, tail).catch((error: unknown) => abort.abort(error));
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}`, accept: 'application/json' },
      body: readable,
      redirect: 'manual',
      signal: abort.signal,
    });
    const bytes = await readBytes(response, ANSWER_LIMIT);
    if (!bytes) return err({ kind: 'unavailable', code: 'TOO_LARGE', message: 'Bitrix24 answered too much.' });
    if (response.status >= 300 && response.status < 400)
      return err({
        kind: 'moved',
        code: `HTTP_${response.status}`,
        message: 'The portal answers from another address.',
      });
    const body = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
    const error = readError(response.status, body);
    return error ? err(error) : ok(body.result);
  } catch (error) {
    const code = error instanceof SyntaxError ? 'BAD_ANSWER' : late ? 'TIMEOUT' : 'NETWORK';
    return err({ kind: 'unavailable', code, message: 'Bitrix24 did not take the file.' });
  } finally {
    clearTimeout(timer);
    await filled;
  }
}
