import { html as honoHtml, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

export type { HtmlEscapedString };

/** Tagged template that escapes every value. Ours never holds a promise, so the result is always there at once. */
export const html = honoHtml as (strings: TemplateStringsArray, ...values: unknown[]) => HtmlEscapedString;

const UNSAFE: Record<string, string> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/**
 * A JSON data block for a page's script. Nothing in it can end the element: the characters that could are written as
 * JSON escapes (HTML standard, "Restrictions for contents of script elements").
 *
 * @example jsonBlock('app-data', { ticket })
 */
export function jsonBlock(id: string, value: unknown): HtmlEscapedString {
  const text = JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (char) => UNSAFE[char] ?? char);
  return html`<script type="application/json" id="${id}">${raw(text)}</script>`;
}
