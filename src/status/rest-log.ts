import { type HtmlEscapedString, html } from '../pages/html.ts';
import { shell } from '../pages/shell.ts';
import type { RestLogQuery, RestLogRow } from '../portal/rest-log.ts';
import { milliseconds } from './view.ts';

/** Rows on one page. */
export const REST_LOG_PAGE = 100;

/** What the address asks for. Without `all` only requests that failed: whoever looks is looking for a fault. */
export function readRestLogQuery(query: URLSearchParams): RestLogQuery {
  const before = Number(query.get('before'));
  const method = (query.get('method') ?? '').trim().slice(0, 64);
  return {
    failed: query.get('all') !== '1',
    limit: REST_LOG_PAGE,
    ...(method && { method }),
    ...(Number.isSafeInteger(before) && before > 0 && { before }),
  };
}

const address = (portal: string, { failed, method }: RestLogQuery, before?: number): string =>
  `/status/rest?${new URLSearchParams({
    portal,
    ...(!failed && { all: '1' }),
    ...(method && { method }),
    ...(before !== undefined && { before: String(before) }),
  })}`;

function line(row: RestLogRow): HtmlEscapedString {
  const at = new Date(row.at).toISOString();
  return html`<tr><td><time datetime="${at}">${at.slice(0, 10)} ${at.slice(11, 19)}</time></td><td><code>${row.method}</code></td>
<td>${row.code ? html`<strong>${row.code}</strong>` : 'ok'}</td><td>${milliseconds(row.ms)}</td><td>${row.together}</td><td><code>${row.call}</code></td></tr>`;
}

const table = (rows: readonly RestLogRow[]): HtmlEscapedString => html`<table>
<caption class="sr">REST requests, newest first</caption>
<thead><tr><th scope="col">Time (UTC)</th><th scope="col">Method</th><th scope="col">Outcome</th><th scope="col">Took</th><th scope="col">Together</th><th scope="col">Call</th></tr></thead>
<tbody>${rows.map(line)}</tbody>
</table>`;

/** Why the list is empty, in words that hold. */
function empty({ failed, method, before }: RestLogQuery): string {
  if (before !== undefined) return 'Nothing older is kept.';
  const which = method ? ` of ${method}` : '';
  return failed
    ? `No request${which} has failed in the days that are kept.`
    : `No request${which} in the days that are kept.`;
}

export interface RestLogPage {
  readonly portal: string;
  /** Host of the portal, or its member_id where nothing else is known. */
  readonly name: string;
  readonly styles: string;
  readonly query: RestLogQuery;
  readonly rows: readonly RestLogRow[];
}

/** A portal's REST requests of the last days, for whoever runs the service: failed ones first. */
export function restLogPage({ portal, name, styles, query, rows }: RestLogPage): HtmlEscapedString {
  const last = rows.at(-1);
  return shell({
    title: `REST requests of ${name}`,
    styles,
    script: null,
    body: html`<main class="page">
<header class="masthead"><h1>REST requests of ${name}</h1><p><a href="/status">All portals</a></p></header>
<form class="panel" action="/status/rest" method="get">
<input type="hidden" name="portal" value="${portal}">
<div class="field"><label for="method">Method</label>
<input id="method" name="method" type="text" spellcheck="false" value="${query.method ?? ''}" placeholder="telephony.externalcall.finish"></div>
<p><label><input type="checkbox" name="all" value="1"${query.failed ? '' : html` checked`}> also those that went well</label></p>
<button class="button">Show</button>
</form>
<section class="panel" id="rest-log">${rows.length === 0 ? html`<p>${empty(query)}</p>` : table(rows)}
${last && rows.length === REST_LOG_PAGE ? html`<p><a href="${address(portal, query, last.id)}">Older</a></p>` : ''}
<p class="dim">Kept for four days. No parameters and no answers are kept, only what is shown here.</p></section>
</main>`,
  });
}
