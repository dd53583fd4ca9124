import * as v from 'valibot';
import { readBytes } from './bytes.ts';
import { type Failure, failure } from './failure.ts';
import { err, ok, type Result } from './result.ts';

/** Larger bodies are refused with 413 before they are parsed (bytes). */
export const BODY_LIMIT = 64 * 1024;

/** A form as Bitrix24 posts it: one value a key, PHP-style keys (`auth[member_id]`) kept as they are. */
export type Form = ReadonlyMap<string, string>;

async function readText(request: Request, limit: number): Promise<Result<string, Failure>> {
  const bytes = await readBytes(request, limit);
  if (!bytes) return err(failure('too_large', `The body is larger than ${limit / 1024} KB.`));
  try {
    return ok(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes));
  } catch {
    return err(failure('bad_request', 'The body is not UTF-8 text.'));
  }
}

function parseJson(text: string): Result<unknown, Failure> {
  try {
    return ok(JSON.parse(text));
  } catch {
    return err(failure('bad_request', 'The body is not valid JSON.'));
  }
}

const mediaType = (request: Request) => (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase();

/**
 * Reads a JSON body and checks it. `text/plain` is taken too, because `navigator.sendBeacon` sends strings as such.
 *
 * @param limit bytes, default {@link BODY_LIMIT}
 * @returns too_large, unsupported or bad_request with the first thing that did not fit
 */
export async function readJson<S extends v.GenericSchema>(
  request: Request,
  schema: S,
  limit = BODY_LIMIT,
): Promise<Result<v.InferOutput<S>, Failure>> {
  const type = mediaType(request);
  if (type !== 'application/json' && type !== 'text/plain')
    return err(failure('unsupported', 'Send JSON with content-type application/json.'));
  const text = await readText(request, limit);
  if (!text.ok) return text;
  const json = parseJson(text.value);
  if (!json.ok) return json;
  const parsed = v.safeParse(schema, json.value);
  if (parsed.success) return ok(parsed.output);
  const issue = parsed.issues[0];
  const where = v.getDotPath(issue);
  return err(failure('bad_request', where ? `${where}: ${issue.message}` : issue.message));
}

/** Deeper than any event of Bitrix24 (data, a list, its fields); nested without end it would take the stack. */
const DEEPEST = 8;

/** @returns whether the value was no deeper than {@link DEEPEST} */
function flatten(prefix: string, value: unknown, into: Map<string, string>, depth = 0): boolean {
  if (value !== null && typeof value === 'object') {
    if (depth >= DEEPEST) return false;
    return Object.entries(value).every(([key, inner]) =>
      flatten(prefix ? `${prefix}[${key}]` : key, inner, into, depth + 1),
    );
  }
  if (prefix && value !== undefined && value !== null) into.set(prefix, String(value));
  return true;
}

/**
 * Reads what Bitrix24 or its queue posts: `application/x-www-form-urlencoded`, or JSON, which is flattened to the same
 * PHP-style keys, because the queue's encoding is documented for events only (fact 1.6).
 *
 * @example (await readForm(request)).value.get('auth[member_id]')
 */
export async function readForm(request: Request): Promise<Result<Form, Failure>> {
  const type = mediaType(request);
  if (type !== 'application/x-www-form-urlencoded' && type !== 'application/json')
    return err(failure('unsupported', 'Send a form (application/x-www-form-urlencoded) or JSON.'));
  const text = await readText(request, BODY_LIMIT);
  if (!text.ok) return text;
  const form = new Map<string, string>();
  if (type === 'application/json') {
    const json = parseJson(text.value);
    if (!json.ok) return json;
    if (json.value === null || typeof json.value !== 'object' || Array.isArray(json.value))
      return err(failure('bad_request', 'The JSON body must be an object.'));
    if (!flatten('', json.value, form)) return err(failure('bad_request', 'The JSON body is nested too deeply.'));
  } else {
    for (const [key, value] of new URLSearchParams(text.value)) form.set(key, value);
  }
  return ok(form);
}
