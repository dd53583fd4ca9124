import { readBytes } from '../http/bytes.ts';
import { err, ok, type Result } from '../http/result.ts';
import { classify, type RestError } from './errors.ts';
import { encodeForm, type Params } from './form.ts';

/** Where and as whom to call. */
export interface RestAccess {
  /** `https://acme.bitrix24.de/rest/` */
  readonly endpoint: string;
  readonly token: string;
}

/** What the client needs from outside; handed in so that tests decide what the network does. */
export type Fetch = (input: string, init: RequestInit) => Promise<Response>;

/** Bitrix24 itself gives up after 60 s; a person is waiting for most of our calls (ms). */
export const REST_TIMEOUT_MS = 20_000;

/** Longer answers are not read (bytes): the largest, 50 batched ones, is far below, and other portals share the memory. */
const ANSWER_LIMIT = 4 * 1024 * 1024;

/** One command that a portal was sent, as a log may keep it: no parameter but the call that it was about. */
export interface RestCall {
  /** When it was sent, Unix ms. */
  readonly at: number;
  /** `oauth` = a refresh at the OAuth server. */
  readonly method: string;
  /** '' = it went well; else Bitrix24's error code, or ours (docs/logging.md). */
  readonly code: string;
  /** How long the whole request took, ms. */
  readonly ms: number;
  /** Commands that shared the request. */
  readonly together: number;
  /** CALL_ID, or for `register` EXTERNAL_CALL_ID, our key of the call; '' = about no call. */
  readonly call: string;
}

/** Told each command that was sent. */
export type RestWatch = (call: RestCall) => void;

const record = (value: unknown): Record<string, unknown> =>
  value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {};

/** Unix ms at which an exhausted method may be called again (`operating_reset_at`, seconds), where the answer says so. */
function resetAt(body: Record<string, unknown>): number | undefined {
  const seconds = Number(record(body.time).operating_reset_at);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined;
}

/** Reads the error of an answer's body, or null. Also used for the nested answers of a batch. */
export function readError(status: number, body: Record<string, unknown>): RestError | null {
  const code = body.error;
  if (code === undefined && status < 400) return null;
  const description = typeof body.error_description === 'string' ? body.error_description : '';
  const limitedUntil = String(code).toUpperCase() === 'OPERATION_TIME_LIMIT' ? resetAt(body) : undefined;
  return classify(status, code === undefined ? '' : String(code), description, limitedUntil);
}

/** POSTs a form and reads JSON; the redirect of a renamed portal is reported, not followed (a followed POST turns GET). */
export async function postForm(
  fetch: Fetch,
  url: string,
  params: Params,
): Promise<Result<{ status: number; body: Record<string, unknown> }, RestError>> {
  // Not AbortSignal.timeout: its timer outlives the answer and would keep the object from hibernating.
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), REST_TIMEOUT_MS);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: encodeForm(params),
      redirect: 'manual',
      signal: abort.signal,
    });
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel();
      return err({
        kind: 'moved',
        code: `HTTP_${response.status}`,
        message: 'The portal answers from another address.',
      });
    }
    const bytes = await readBytes(response, ANSWER_LIMIT);
    if (!bytes)
      return err({ kind: 'unavailable', code: 'TOO_LARGE', message: 'Bitrix24 answered more than can be read.' });
    return ok({ status: response.status, body: record(JSON.parse(new TextDecoder().decode(bytes))) });
  } catch (error) {
    if (abort.signal.aborted)
      return err({ kind: 'unavailable', code: 'TIMEOUT', message: 'Bitrix24 did not answer in time.' });
    if (error instanceof SyntaxError)
      return err({ kind: 'unavailable', code: 'BAD_ANSWER', message: 'Bitrix24 answered something that is not JSON.' });
    return err({ kind: 'unavailable', code: 'NETWORK', message: 'Bitrix24 could not be reached.' });
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Calls one REST method.
 *
 * @returns the answer's `result`, unchecked: the caller reads it with a schema
 * @example await rest(fetch, access, 'placement.get', {})
 */
export async function rest(
  fetch: Fetch,
  access: RestAccess,
  method: string,
  params: Params,
): Promise<Result<unknown, RestError>> {
  const answer = await postForm(fetch, `${access.endpoint}${method}.json`, { ...params, auth: access.token });
  if (!answer.ok) return answer;
  const error = readError(answer.value.status, answer.value.body);
  return error ? err(error) : ok(answer.value.body.result);
}

/** One command of a batch. */
export interface Command {
  readonly method: string;
  readonly params?: Params;
}

/** Outcome of each command under the caller's own key. */
export type BatchResult<K extends string> = Readonly<Record<K, Result<unknown, RestError>>>;

/**
 * Calls up to 50 methods in one request, in order. One failing command does not stop the rest.
 *
 * @param watch told each command and how it went
 * @example const got = await batch(fetch, access, { me: { method: 'profile' }, app: { method: 'app.info' } });
 */
export async function batch<K extends string>(
  fetch: Fetch,
  access: RestAccess,
  commands: Readonly<Record<K, Command>>,
  watch: RestWatch = () => {},
): Promise<Result<BatchResult<K>, RestError>> {
  const at = Date.now();
  const got = await callBatch(fetch, access, commands);
  const keys = Object.keys(commands) as K[];
  for (const key of keys) {
    const { method, params = {} } = commands[key];
    const result = got.ok ? got.value[key] : got;
    const call = String(params.EXTERNAL_CALL_ID ?? params.CALL_ID ?? '');
    watch({ at, method, code: result.ok ? '' : result.error.code, ms: Date.now() - at, together: keys.length, call });
  }
  return got;
}

async function callBatch<K extends string>(
  fetch: Fetch,
  access: RestAccess,
  commands: Readonly<Record<K, Command>>,
): Promise<Result<BatchResult<K>, RestError>> {
  const keys = Object.keys(commands) as K[];
  const cmd = Object.fromEntries(
    keys.map((key) => [key, `${commands[key].method}?${encodeForm(commands[key].params ?? {})}`]),
  );
  const answer = await rest(fetch, access, 'batch', { halt: 0, cmd });
  if (!answer.ok) return answer;
  const results = record(record(answer.value).result);
  const errors = record(record(answer.value).result_error);
  const times = record(record(answer.value).result_time);
  const read = (key: K): Result<unknown, RestError> => {
    if (key in errors) {
      const failed = errors[key];
      const body = typeof failed === 'string' ? { error: 'ERROR_CORE', error_description: failed } : record(failed);
      return err(readError(400, { time: times[key], ...body }) ?? { kind: 'refused', code: 'ERROR_CORE', message: '' });
    }
    if (key in results) return ok(results[key]);
    return err({ kind: 'unavailable', code: 'BAD_ANSWER', message: 'The batch answer lacks a result.' });
  };
  return ok(Object.fromEntries(keys.map((key) => [key, read(key)])) as Record<K, Result<unknown, RestError>>);
}
