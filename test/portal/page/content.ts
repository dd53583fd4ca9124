import { fullName } from '../backend/portal.ts';
import type { Entity, FinishedCall, LiveCall, Portal } from '../backend/types.ts';
import type { CallRow, Demo } from './config.ts';
import { type Html, html } from './html.ts';
import { icon } from './icons.ts';

const KIND: Readonly<Record<string, string>> = { CONTACT: 'Contact', COMPANY: 'Company', LEAD: 'Lead' };

const phoneLink = (entity: Entity, phone: string): Html =>
  html`<a class="tel" href="tel:${phone}" data-call="${phone}" data-entity-type="${entity.type}" data-entity-id="${entity.id}" title="Call ${phone}">${icon('phone')}${phone}</a>`;

const entityPath = (entity: Entity): string => `/${entity.type.toLowerCase()}/${entity.id}/`;

const entityRow = (portal: Portal, entity: Entity): Html => {
  const responsible = portal.users.get(entity.responsibleId);
  return html`<tr><td><a href="${entityPath(entity)}" data-slider title="Opens in a slider">${entity.name}</a>
    <a class="open-page" href="${entityPath(entity)}" title="Open as a page">${icon('panel')}</a>
    <small>${entity.company}</small></td>
    <td><span class="tag tag-${entity.type.toLowerCase()}">${KIND[entity.type] ?? entity.type}</span></td>
    <td>${entity.phones.map((phone) => phoneLink(entity, phone))}</td>
    <td>${responsible === undefined ? '' : fullName(responsible)}</td></tr>`;
};

export const entityList = (portal: Portal): Html => html`<section class="sheet"><table class="grid" data-entities>
  <thead><tr><th>Name</th><th>Type</th><th>Phone</th><th>Responsible</th></tr></thead>
  <tbody>${[...portal.entities].reverse().map((entity) => entityRow(portal, entity))}</tbody></table></section>`;

const callTable = (rows: readonly CallRow[]): Html => html`<table class="grid calls" data-calls>
  <thead><tr><th></th><th>Number</th><th>Result</th><th>Duration</th><th>Line</th><th>Employee</th><th>When</th></tr></thead>
  <tbody>${
    rows.length === 0
      ? html`<tr class="empty"><td colspan="7">No calls yet. They appear here when they end.</td></tr>`
      : rows.map(callRow)
  }</tbody></table>`;

const clock = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;

const callRow = (
  row: CallRow,
): Html => html`<tr data-call-id="${row.callId}" data-direction="${row.direction}" data-number="${row.number}" data-status="${row.status}" data-seconds="${row.seconds}" data-live="${row.live ? 'yes' : 'no'}" data-line="${row.line}" data-agent="${row.agent}">
  <td class="way way-${row.direction}${row.failed ? ' is-failed' : ''}">${icon(row.direction)}</td>
  <td><b>${row.name === '' ? row.number : row.name}</b>${row.name === '' ? null : html` <small>${row.number}</small>`}
    ${row.comment === '' ? null : html`<div class="comment">${row.comment}</div>`}</td>
  <td><span class="tag ${row.live ? 'tag-live' : row.failed ? 'tag-failed' : 'tag-ok'}">${row.live ? 'in progress' : row.status}</span>${row.vote > 0 ? html` <span class="vote" title="Rated ${row.vote} of 5">★ ${row.vote}</span>` : null}</td>
  <td>${row.live ? '' : clock(row.seconds)}</td><td>${row.line}</td><td>${row.agent}</td><td><small>${row.at}</small>
  ${row.recordUrl === null ? null : html` <a href="${row.recordUrl}">recording</a>`}</td></tr>`;

/** The panel that lists calls; scripts replace it when a call ends. */
export const callsPanel = (rows: readonly CallRow[], title: string): Html =>
  html`<section class="sheet" data-calls-panel><h2>${title}</h2>${callTable(rows)}</section>`;

export const callsHtml = (rows: readonly CallRow[]): string => callTable(rows).source;

const RESULT: Readonly<Record<string, string>> = {
  '200': 'Answered',
  '304': 'Missed',
  '603': 'Declined',
  '603-S': 'Cancelled',
  '403': 'Forbidden',
  '404': 'Wrong number',
  '486': 'Busy',
  '484': 'No route',
  '503': 'No route',
  '480': 'Unavailable',
  '402': 'No funds',
  '423': 'Blocked',
};

const timeOf = (ms: number): string => new Date(ms).toISOString().slice(11, 19);

const common = (portal: Portal, call: LiveCall | FinishedCall) => {
  const entity = portal.entities.find((entry) => entry.type === call.entityType && entry.id === call.entityId);
  const agent = portal.users.get(call.userId);
  return {
    callId: call.callId,
    direction: call.type === 2 || call.type === 3 ? ('in' as const) : ('out' as const),
    number: call.number,
    name: entity?.name ?? '',
    line: call.line,
    agent: agent === undefined ? '' : fullName(agent),
    comment: call.comment ?? '',
  };
};

const liveRow = (portal: Portal, call: LiveCall): CallRow => ({
  ...common(portal, call),
  live: true,
  seconds: 0,
  status: '',
  failed: false,
  at: timeOf(call.startedAt),
  vote: 0,
  recordUrl: null,
});

const finishedRow = (portal: Portal, call: FinishedCall): CallRow => ({
  ...common(portal, call),
  live: false,
  seconds: call.duration,
  status: RESULT[call.statusCode] ?? 'Other',
  failed: call.statusCode !== '200',
  at: timeOf(call.finishedAt),
  vote: call.vote,
  recordUrl: call.record === null ? null : `/__portal/record?file=${call.record.fileId}`,
});

/** Live calls first, then finished ones, newest first; `only` narrows to one client. */
export const callRows = (portal: Portal, only: Entity | null = null): CallRow[] => {
  const mine = (call: LiveCall | FinishedCall): boolean =>
    only === null || (call.entityType === only.type && call.entityId === only.id);
  return [
    ...[...portal.calls.values()]
      .filter(mine)
      .reverse()
      .map((call) => liveRow(portal, call)),
    ...portal.finished
      .filter(mine)
      .reverse()
      .map((call) => finishedRow(portal, call)),
  ];
};

export const entityCard = (portal: Portal, entity: Entity): Html => {
  const responsible = portal.users.get(entity.responsibleId);
  return html`<div class="columns"><section class="sheet person"><span class="avatar avatar-big">${entity.name.slice(0, 1)}</span>
    <dl><dt>${KIND[entity.type] ?? entity.type}</dt><dd>${entity.name}</dd>
    <dt>Company</dt><dd>${entity.company === '' ? '—' : entity.company}</dd>
    <dt>Phone</dt><dd>${entity.phones.map((phone) => phoneLink(entity, phone))}</dd>
    <dt>Responsible</dt><dd>${responsible === undefined ? '—' : fullName(responsible)}</dd></dl></section>
    ${callsPanel(callRows(portal, entity), 'Calls with this client')}</div>`;
};

const demoButton = (action: Demo['actions'][number]): Html =>
  action.href === undefined
    ? html`<button type="button" class="action" data-demo="${action.id}"><b>${action.label}</b><span>${action.hint}</span></button>`
    : html`<a class="action" data-demo-link="${action.id}" href="${action.href}" target="_blank" rel="noopener"><b>${action.label}</b><span>${action.hint}</span></a>`;

/** The home page: what this is, the demo's buttons, a log line, and the calls. */
export const home = (portal: Portal, demo: Demo | null): Html => html`<section class="sheet demo">
  <h2>${demo?.title ?? 'A Bitrix24 to try things on'}</h2>
  <p>${demo?.intro ?? 'This portal is a stand-in: pages, call card, REST and events behave as documented for Bitrix24, and nothing leaves this computer.'}</p>
  ${demo === null ? null : html`<div class="actions">${demo.actions.map(demoButton)}</div>`}
  <ol class="log" data-log aria-live="polite"></ol></section>
  ${callsPanel(callRows(portal), 'Calls')}`;
