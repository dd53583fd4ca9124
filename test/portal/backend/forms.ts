/** Form bodies as PHP reads and writes them: `a[b][c]=1`, `list[]=1`. */

export type FormValue = string | FormValue[] | { [key: string]: FormValue };
export type Params = { [key: string]: unknown };

const splitKey = (key: string): string[] => {
  const open = key.indexOf('[');
  if (open <= 0 || !key.endsWith(']')) return [key];
  return [key.slice(0, open), ...key.slice(open + 1, -1).split('][')];
};

interface Node {
  [key: string]: string | Node;
}

const nextIndex = (node: Node): string => {
  const indices = Object.keys(node).filter((key) => /^\d+$/.test(key));
  return String(indices.length === 0 ? 0 : Math.max(...indices.map(Number)) + 1);
};

const put = (root: Node, path: readonly string[], value: string): void => {
  let node = root;
  for (const [depth, part] of path.entries()) {
    const key = part === '' && depth > 0 ? nextIndex(node) : part;
    if (depth === path.length - 1) {
      node[key] = value;
      return;
    }
    const child = node[key];
    const next: Node = typeof child === 'object' ? child : Object.create(null);
    node[key] = next;
    node = next;
  }
};

const settle = (node: string | Node): FormValue => {
  if (typeof node === 'string') return node;
  const keys = Object.keys(node);
  const isList = keys.length > 0 && keys.every((key, index) => key === String(index));
  if (isList) return keys.map((key) => settle(node[key] ?? ''));
  return Object.fromEntries(keys.map((key) => [key, settle(node[key] ?? '')]));
};

/**
 * Reads key/value pairs the way PHP does: nested keys become objects, keys 0..n become lists.
 * @example parsePairs(new URLSearchParams('cmd[a]=profile&x[]=1')) // { cmd: { a: 'profile' }, x: ['1'] }
 */
export const parsePairs = (pairs: Iterable<[string, string]>): { [key: string]: FormValue } => {
  const root: Node = Object.create(null);
  for (const [key, value] of pairs) put(root, splitKey(key), value);
  return Object.fromEntries(Object.keys(root).map((key) => [key, settle(root[key] ?? '')]));
};

const flatten = (prefix: string, value: unknown, out: URLSearchParams): void => {
  if (value === null || value === undefined) return;
  if (typeof value !== 'object') {
    out.append(prefix, value === true ? '1' : value === false ? '0' : String(value));
    return;
  }
  for (const [key, child] of Object.entries(value)) flatten(`${prefix}[${key}]`, child, out);
};

/**
 * Writes nested data as PHP's http_build_query does: null is left out, booleans are 1 and 0.
 * @example encodeForm({ data: { USER_ID: 1 } }) // 'data%5BUSER_ID%5D=1'
 */
export const encodeForm = (data: Params): string => {
  const out = new URLSearchParams();
  for (const [key, value] of Object.entries(data)) flatten(key, value, out);
  return out.toString();
};

/** Top-level keys in upper case, as the REST module does before it looks at them. */
export const upperKeys = (params: Params): Params =>
  Object.fromEntries(Object.entries(params).map(([key, value]) => [key.toUpperCase(), value]));

/** PHP's JSON: an empty array is `[]` even where an object is meant; keys 0..n make a list. */
export const phpArray = (entries: readonly (readonly [string, unknown])[]): unknown => {
  if (entries.every(([key], index) => key === String(index))) return entries.map(([, value]) => value);
  return Object.fromEntries(entries);
};

/** A parameter as text; '' for anything that is not text or a number. */
export const text = (params: Params, key: string): string => {
  const value = params[key];
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
};

/** A parameter as a whole number, PHP's intval: 0 where there is none. */
export const whole = (params: Params, key: string): number => {
  const parsed = Number.parseInt(text(params, key), 10);
  return Number.isFinite(parsed) ? parsed : params[key] === true ? 1 : 0;
};

/** PHP's (bool): the text "false" is true (fact 4.1, SHOW). */
export const phpBool = (value: unknown, whenMissing: boolean): boolean => {
  if (value === undefined || value === null) return whenMissing;
  if (Array.isArray(value)) return value.length > 0;
  return !(value === '' || value === '0' || value === 0 || value === false);
};
