/** What REST parameters are made of. undefined is left out. */
export type Param = string | number | boolean | null | undefined | readonly Param[] | { readonly [key: string]: Param };
export type Params = { readonly [key: string]: Param };

function* pairs(prefix: string, value: Param): Generator<[string, string]> {
  if (value === undefined) return;
  if (value !== null && typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) yield* pairs(prefix ? `${prefix}[${key}]` : key, inner);
    return;
  }
  yield [prefix, value === null ? '' : typeof value === 'boolean' ? (value ? '1' : '0') : String(value)];
}

/**
 * Encodes parameters as PHP reads them. Booleans become 1 and 0: the portal casts, and "false" would be true
 * (fact 4.1).
 *
 * @example encodeForm({ OPTIONS: { errorHandlerUrl: 'https://…' } }) // OPTIONS%5BerrorHandlerUrl%5D=https…
 */
export const encodeForm = (params: Params): string => new URLSearchParams([...pairs('', params)]).toString();
