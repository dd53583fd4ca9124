import { type HtmlEscapedString, html } from '../pages/html.ts';

/** How the portal's PBX asks whom to ring (docs/routing.md). */
export interface PbxAccess {
  readonly url: string;
  readonly key: string;
}

const copied = (id: string, label: string, value: string): HtmlEscapedString => html`<div class="field">
<label for="${id}">${label}</label>
<input id="${id}" type="text" readonly spellcheck="false" value="${value}">
<button type="button" class="button" data-copy="${id}">Copy</button>
</div>`;

/** Address and key for the PBX; for administrators only. */
export const pbxAccess = ({ url, key }: PbxAccess): HtmlEscapedString => html`<section class="panel">
<h2>Ring who is responsible</h2>
<p class="field__hint">Your PBX can ask this service whom to ring for a caller. The key is a secret: whoever has it can ask who your
customers are.</p>
${copied('route-url', 'Address', url)}
${copied('route-key', 'Key', key)}
</section>`;

/** The calls added up, asked for when it is opened. */
export const statistics = (): HtmlEscapedString => html`<details class="panel" id="statistics">
<summary><strong>Statistics</strong> of the last 30 days</summary>
<p id="statistics-state" role="status">Loading…</p>
<div class="grid" id="statistics-table" hidden>
<table>
<caption class="sr">Calls by day, agent, direction and outcome</caption>
<thead><tr><th scope="col">Day (UTC)</th><th scope="col">Agent</th><th scope="col">Direction</th><th scope="col">Outcome</th><th scope="col">Calls</th><th scope="col">Talk time</th><th scope="col">Quality (MOS)</th></tr></thead>
<tbody></tbody>
</table>
</div>
<p><button type="button" class="button" data-download="csv">Download CSV</button>
<button type="button" class="button" data-download="json">Download JSON</button></p>
</details>`;
