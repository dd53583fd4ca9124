import { type HtmlEscapedString, html, jsonBlock } from '../pages/html.ts';
import { shell } from '../pages/shell.ts';
import { peopleList } from '../presence/render.ts';
import type { Session } from '../protocol/frame.ts';
import type { PortalStatus } from '../protocol/status.ts';
import { badge, strikeBar } from '../status/render.ts';
import { callSettings } from './call-settings.ts';
import type { AppData } from './data.ts';
import { field, rowsTable } from './fields.ts';
import { type PbxAccess, pbxAccess, statistics } from './office.ts';
import { panel } from './panel.ts';
import { portalFigures, portalVerdict } from './words.ts';

export interface AppPage {
  readonly title: string;
  readonly styles: string;
  readonly script: string;
  readonly session: Session;
  readonly status: PortalStatus | null;
  readonly data: AppData;
  /** ISO 8601, the moment the page is made. */
  readonly now: string;
  /** How the PBX asks whom to ring; null: not an administrator. */
  readonly pbx?: PbxAccess | null;
}

function portalState({ session, status, data: { admin } }: AppPage): HtmlEscapedString {
  const verdict = portalVerdict(status, session.user.admin);
  return html`<section class="panel"><h2>The portal’s phone</h2>
<p>${badge(verdict)}</p><p>${verdict.advice}</p>
${admin ? html`<p class="dim">${portalFigures(status)}</p>` : ''}
${admin && status ? strikeBar(status.strikes) : ''}
</section>`;
}

/** Who else is there; kept fresh by the page's script. Nobody else with a phone: nothing is shown. */
function colleagues({ session, status, now }: AppPage): HtmlEscapedString {
  const others = (status?.agents.people ?? []).filter(({ userId }) => userId !== session.user.id);
  return html`<section class="panel" id="colleagues" aria-labelledby="colleagues-title"${others.length === 0 ? html` hidden` : ''}>
<h2 id="colleagues-title">Colleagues</h2>
<div id="people">${peopleList(others, now)}</div>
<p class="dim" id="people-state" role="status" hidden></p>
</section>`;
}

const pbx = (): HtmlEscapedString => html`<fieldset class="panel">
<legend>PBX</legend>
<div class="fields">
${field({
  name: 'pbxUrl',
  label: 'WebSocket address',
  inputMode: 'url',
  placeholder: 'wss://pbx.example.com:8089/ws',
  hint: 'Where the browsers reach your PBX. It must be wss:// with a certificate that browsers trust.',
})}
${field({
  name: 'sipDomain',
  label: 'SIP domain',
  placeholder: 'pbx.example.com',
  hint: 'The part after @ in your SIP addresses.',
})}
${field({
  name: 'callHeader',
  label: 'Call header (optional)',
  placeholder: 'X-Call-Id',
  hint: 'SIP header that is the same in every leg of one call. Needed when several agents ring for one caller.',
})}
</div>
</fieldset>`;

const lines = (): HtmlEscapedString => html`<fieldset class="panel">
<legend>Lines</legend>
<p class="field__hint">The numbers your customers dial. They appear in Bitrix24 as outgoing lines.</p>
${rowsTable({
  list: 'lines',
  caption: 'Lines',
  add: 'Add a line',
  remove: 'Remove this line',
  cells: [
    { name: 'number', label: 'Number', inputMode: 'tel', placeholder: '+4930123456' },
    { name: 'name', label: 'Name', placeholder: 'Sales' },
    { name: 'leads', label: 'Makes leads', type: 'checkbox' },
  ],
})}
</fieldset>`;

const agents = (): HtmlEscapedString => html`<fieldset class="panel">
<legend>Agents</legend>
<p class="field__hint">Each employee with a SIP account has a phone. The employee’s number stands in the address of their profile:
<code>/company/personal/user/<b>17</b>/</code>. Passwords are stored encrypted and never shown again.</p>
${rowsTable({
  list: 'agents',
  caption: 'Agents',
  add: 'Add an agent',
  remove: 'Remove this agent',
  cells: [
    { name: 'userId', label: 'Employee no.', inputMode: 'numeric', placeholder: '17' },
    { name: 'name', label: 'Name', placeholder: 'Ann Miller' },
    { name: 'sipUser', label: 'SIP user', placeholder: '1001' },
    { name: 'authorizationUser', label: 'Login', placeholder: 'same as SIP user' },
    { name: 'password', label: 'Password', type: 'password' },
  ],
})}
</fieldset>`;

const iceServers = (): HtmlEscapedString => html`<fieldset class="panel">
<legend>STUN and TURN servers</legend>
<p class="field__hint">Only needed when browsers and PBX cannot reach each other directly. Leave empty if you are not sure.</p>
${rowsTable({
  list: 'iceServers',
  caption: 'STUN and TURN servers',
  add: 'Add a server',
  remove: 'Remove this server',
  cells: [
    { name: 'urls', label: 'Address', placeholder: 'turn:turn.example.com:3478' },
    { name: 'username', label: 'User' },
    { name: 'credential', label: 'Password', type: 'password' },
  ],
})}
</fieldset>`;

const settingsForm = (): HtmlEscapedString => html`<form id="settings" novalidate hidden>
<h2>Settings of the portal</h2>
${pbx()}${lines()}${agents()}${callSettings()}${iceServers()}
<div class="savebar">
<p id="outcome" class="savebar__text" role="status"></p>
<button type="submit" class="button button--main" id="save">Save</button>
</div>
</form>
<noscript><p class="notice notice--bad">Switch JavaScript on to change the settings.</p></noscript>`;

/** The app's page inside Bitrix24: the own phone for everybody, the settings for the portal's administrators. */
export function appPage(page: AppPage): HtmlEscapedString {
  const { session, data } = page;
  return shell({
    title: page.title,
    styles: page.styles,
    script: page.script,
    body: html`<main class="page">
<header class="masthead"><h1>${page.title}</h1>${session.user.name ? html`<p class="dim">${session.user.name}</p>` : ''}</header>
${panel(session)}
${colleagues(page)}
${portalState(page)}
${data.admin ? html`${settingsForm()}${statistics()}` : ''}
${page.pbx ? pbxAccess(page.pbx) : ''}
</main>
${jsonBlock('app-data', data)}`,
  });
}
