import { type HtmlEscapedString, html } from './html.ts';

/** Permissions that the app asks a portal for (docs/deploying.md lists what each is needed for). */
export const SCOPES = ['placement', 'telephony', 'im', 'crm'] as const;

/**
 * How a portal gets its phone, step by step, with this service's own addresses.
 *
 * @param origin of the Worker, e.g. `https://phone.example.com`
 */
export function installSteps(origin: string): HtmlEscapedString {
  return html`<ol class="steps">
<li>In Bitrix24 open <b>Developer resources</b>, then <b>Other</b>, then <b>Local application</b>, type <b>Server</b>.</li>
<li>Handler path: <code>${origin}/app</code><br>Initial installation path: <code>${origin}/install</code></li>
<li>Permissions: ${SCOPES.map((scope, index) => html`${index > 0 ? ', ' : ''}<code>${scope}</code>`)}. Save.</li>
<li>Copy the client ID into <code>B24_CLIENT_ID</code> and the client secret into <code>B24_CLIENT_SECRET</code> of this service.</li>
<li>Press <b>Reinstall</b> in Bitrix24. Then open the app there and fill in the PBX and the agents.</li>
</ol>`;
}
