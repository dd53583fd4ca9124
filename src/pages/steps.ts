import { type HtmlEscapedString, html } from './html.ts';

/**
 * Permissions that the app asks a portal for; Bitrix24's Market takes no more than what is used (the Market’s rule).
 * `placement` for placement.*; `telephony` for telephony.*, finding the responsible person included; `im` for the notice
 * that a phone does not ring; `crm` for the caller's company and newest deal on the card, which are left out without it. profile, app.info, batch and event.* need none.
 */
export const SCOPES = ['placement', 'telephony', 'im', 'crm'] as const;

/**
 * How a portal gets its phone, step by step, with this service's own addresses and Bitrix24's own names of the fields.
 * docs/deploying.md says more.
 *
 * @param origin of the Worker, e.g. `https://phone.example.com`
 */
export function installSteps(origin: string): HtmlEscapedString {
  return html`<ol class="steps">
<li>In Bitrix24 open <b>Applications</b>, <b>Developer resources</b>, tab <b>Common use cases</b>, then <b>Other</b>,
<b>Local application</b>, and choose <b>Server</b>. Leave <b>uses API only</b> unchecked and type a menu item text.</li>
<li>Your handler path: <code>${origin}/app</code><br>Initial installation path: <code>${origin}/install</code></li>
<li>Assign permissions: ${SCOPES.map((scope, index) => html`${index > 0 ? ', ' : ''}<code>${scope}</code>`)}. Save.</li>
<li>Copy the application ID (client_id) into <code>B24_CLIENT_ID</code> and the application key (client_secret) into
<code>B24_CLIENT_SECRET</code> of this service.</li>
<li>Press <b>Reinstall</b> in Bitrix24 and open the app there. Then fill in the PBX and the agents.</li>
</ol>`;
}
