import { type HtmlEscapedString, html } from '../pages/html.ts';
import { installSteps } from '../pages/steps.ts';
import { peopleList } from '../presence/render.ts';
import { countsOf } from '../presence/view.ts';
import type { PortalStatus, StatusDocument } from '../protocol/status.ts';
import { byUrgency, milliseconds, relative, SEVERITY_ICONS, summaryOf, type Verdict, verdictOf } from './view.ts';

/** More cells than this would be hairlines: a bar for a higher limit shows shares instead of single strikes. */
const MAX_CELLS = 24;

/** A verdict as a badge: shape, colour and word say the same. */
export function badge({ severity, label }: Verdict): HtmlEscapedString {
  return html`<span class="badge badge--${severity}"><svg class="badge__icon" viewBox="0 0 16 16" aria-hidden="true"><path d="${SEVERITY_ICONS[severity]}"/></svg>${label}</span>`;
}

function time(at: string | null, now: string): HtmlEscapedString {
  return at === null ? html`never` : html`<time datetime="${at}" title="${at}">${relative(at, now)}</time>`;
}

/** Slow loads of the day as a bar of cells up to the limit, with a mark where the alarm is. */
export function strikeBar({ today, alarmAt, limit }: PortalStatus['strikes']): HtmlEscapedString {
  const cells = Math.min(limit, MAX_CELLS);
  const filled = Math.min(cells, Math.ceil((today / limit) * cells));
  const alarm = Math.round((alarmAt / limit) * cells) * 10 - 1;
  const tone = today >= limit ? 'bad' : today >= alarmAt ? 'warn' : 'ok';
  const label = `${today} of ${limit} slow loads today, alarm at ${alarmAt}`;
  return html`<svg class="bar bar--${tone}" viewBox="0 0 ${cells * 10 - 2} 14" preserveAspectRatio="none" role="img" aria-label="${label}">
${Array.from({ length: cells }, (_, i) => html`<rect class="${i < filled ? 'bar__on' : 'bar__off'}" x="${i * 10}" y="3" width="8" height="8"/>`)}
${alarm > 0 && alarm < cells * 10 - 2 ? html`<rect class="bar__alarm" x="${alarm - 0.5}" y="0" width="1" height="14"/>` : ''}
</svg>`;
}

const fact = (term: string, value: string | HtmlEscapedString, more: string | HtmlEscapedString) =>
  html`<div class="fact"><dt>${term}</dt><dd><strong>${value}</strong><span>${more}</span></dd></div>`;

const TOKEN_WORDS: Record<PortalStatus['tokens']['state'], string> = {
  ok: 'valid',
  expired: 'renewed at need',
  refused: 'refused',
  none: 'none',
};

function facts(row: PortalStatus, now: string): HtmlEscapedString {
  const { handler, calls, agents, tokens, rebinds } = row;
  return html`<dl class="facts">
${fact(
  'Page load p50 / p95',
  `${milliseconds(handler.p50)} / ${milliseconds(handler.p95)}`,
  html`${handler.loads} loads, ${handler.slow} slow, last ${time(handler.lastAt, now)}`,
)}
${fact('Calls', `${calls.live} live`, `${calls.today} today, ${calls.backlog} steps waiting for Bitrix24`)}
${fact('Phones', `${agents.phones} on`, `${agents.reachable} reachable, ${agents.talking} talking${agents.doNotDisturb ? `, ${agents.doNotDisturb} not to be disturbed` : ''}`)}
${fact(
  'Tokens',
  TOKEN_WORDS[tokens.state],
  html`${tokens.expiresAt === null ? 'no end known' : html`${tokens.expiresAt > now ? 'ends' : 'ended'} ${time(tokens.expiresAt, now)}`}, renewed ${time(tokens.refreshedAt, now)}`,
)}
${fact(
  'Bound again',
  `${rebinds.count} ${rebinds.count === 1 ? 'time' : 'times'}`,
  rebinds.count === 0
    ? 'never needed'
    : html`${time(rebinds.lastAt, now)}${rebinds.lastReason ? `: ${rebinds.lastReason}` : ''}`,
)}
</dl>`;
}

function strikes(row: PortalStatus, now: string): HtmlEscapedString {
  const { strikes: s } = row;
  return html`<div class="strikes">
<p class="strikes__head"><strong>${s.today} of ${s.limit}</strong> slow loads today<span class="dim">alarm at ${s.alarmAt}, ${
    s.windowResetsAt === null ? 'no window open' : html`window ends ${time(s.windowResetsAt, now)}`
  }, ${s.total} in all${s.unverified > 0 ? `, ${s.unverified} unverified reports not counted` : ''}</span></p>
${strikeBar(s)}
</div>`;
}

const SOURCE_WORDS = { vitals: 'told by the page', socket: 'told by the phone' } as const;

function lastStrikes(row: PortalStatus, now: string): HtmlEscapedString | '' {
  if (row.strikes.last.length === 0) return '';
  return html`<details data-part="strikes"><summary>Last slow loads</summary>
<ul class="rows">${row.strikes.last.map(
    (strike) =>
      html`<li><span>${time(strike.at, now)}</span><strong>${milliseconds(strike.ms)}</strong><span class="dim">${SOURCE_WORDS[strike.source]}</span></li>`,
  )}</ul></details>`;
}

function lastCalls(row: PortalStatus, now: string): HtmlEscapedString | '' {
  if (row.calls.last.length === 0) return '';
  return html`<details data-part="calls"><summary>Last calls</summary>
<ul class="rows">${row.calls.last.map(
    (call) =>
      html`<li><span>${time(call.at, now)}</span><strong>${call.direction === 'in' ? 'from' : 'to'} ${call.number}</strong><span class="dim">${call.state}, ${call.callId}${call.recordProblem ? `; record not attached: ${call.recordProblem}` : ''}</span></li>`,
  )}</ul></details>`;
}

function people(row: PortalStatus, now: string): HtmlEscapedString | '' {
  const all = row.agents.people ?? [];
  if (all.length === 0) return '';
  return html`<details data-part="people"><summary>People: ${countsOf(all)}</summary>${peopleList(all, now)}</details>`;
}

/** One portal, whole. `now`: ISO 8601, the moment the row was made. */
export function portalCard(row: PortalStatus, now: string): HtmlEscapedString {
  const verdict = verdictOf(row);
  return html`<article class="panel portal portal--${verdict.severity}" data-portal="${row.memberId}">
<header class="portal__head"><h2>${row.domain}</h2>${badge(verdict)}</header>
<p class="portal__advice">${verdict.advice}</p>
${row.binding === 'uninstalled' ? '' : html`${strikes(row, now)}${facts(row, now)}`}
<div class="portal__more">
${row.binding === 'uninstalled' ? '' : people(row, now)}
${lastStrikes(row, now)}
${lastCalls(row, now)}
<details data-part="ids"><summary>Identity</summary>
<ul class="rows"><li><span>member_id</span><code>${row.memberId}</code></li><li><span>handler</span><code>${row.handler.url}</code></li></ul></details>
<p><a href="/status/rest?portal=${encodeURIComponent(row.memberId)}">REST requests</a></p>
</div>
</article>`;
}

/** The sentence above the list. */
export function summaryLine(document: StatusDocument): HtmlEscapedString {
  if (document.portals.length === 0) return html`<p class="lead">No portal has installed the app yet.</p>`;
  const summary = summaryOf(document.portals);
  return html`<p class="lead">${badge(summary)} ${summary.advice}</p>`;
}

/** What stands in place of the list before the first install. */
export function emptyState(origin: string): HtmlEscapedString {
  return html`<section class="panel empty">
<h2>How a portal gets its phone</h2>
${installSteps(origin)}
<p class="dim">The portal appears here as soon as it is installed.</p>
</section>`;
}

/** All portals, problems first. */
export function portalList(document: StatusDocument): HtmlEscapedString {
  return html`${byUrgency(document.portals).map((row) => portalCard(row, document.generatedAt))}`;
}

/** The moment of the figures, with its zone named: whoever reads at night is not always where the server is. */
export function clock(at: string): HtmlEscapedString {
  return html`<time datetime="${at}">${at.slice(0, 10)} ${at.slice(11, 19)} UTC</time>`;
}
