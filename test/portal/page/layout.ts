import type { AppOptions, Portal, User } from '../backend/types.ts';
import type { PageConfig } from './config.ts';
import { type Html, html, scriptJson } from './html.ts';
import { icon } from './icons.ts';

export interface Frame {
  readonly portal: Portal;
  readonly user: User;
  readonly apps: readonly AppOptions[];
  readonly config: PageConfig;
  readonly path: string;
  readonly title: string;
  readonly content: Html;
}

const initials = (user: User): string => `${user.name.slice(0, 1)}${user.lastName.slice(0, 1)}`.toUpperCase();

const MENU = [
  { path: '/', label: 'Home', icon: 'home' },
  { path: '/crm/lead/list/', label: 'CRM', icon: 'crm' },
  { path: '/telephony/calls/', label: 'Calls', icon: 'phone' },
] as const;

const menuItem = (path: string, current: string, label: string, iconName: string): Html =>
  html`<a class="menu-item${path === current ? ' is-current' : ''}" href="${path}">${icon(iconName)}<span>${label}</span></a>`;

const menu = ({ path, apps, portal }: Frame): Html => html`<nav class="menu" aria-label="Main menu">
  <div class="menu-head"><b>${portal.title}</b><span>24</span></div>
  ${MENU.map((item) => menuItem(item.path, path, item.label, item.icon))}
  ${apps.map((app) => menuItem(`/app/${encodeURIComponent(app.clientId)}/`, path, app.title, 'app'))}
</nav>`;

const switcher = ({ portal, user, path }: Frame): Html => html`<details class="who">
  <summary><span class="avatar" data-user="${user.id}">${initials(user)}</span><span class="who-name">${user.name} ${user.lastName}</span></summary>
  <div class="who-list"><p>Look at the portal as</p>
  ${[...portal.users.values()]
    .filter((other) => other.active)
    .map(
      (other) => html`<a href="/__portal/switch?user=${other.id}&amp;back=${encodeURIComponent(path)}">
        <span class="avatar avatar-small">${initials(other)}</span>${other.name} ${other.lastName}
        <small>${other.admin ? 'administrator' : ''} ${other.inner === '' ? '' : `ext. ${other.inner}`}</small></a>`,
    )}</div></details>`;

const header = (frame: Frame): Html => html`<header class="top">
  <div class="search">${icon('search')}<span>Find people, documents and more</span></div>
  <time class="clock" data-clock></time>
  <span class="plan">Stand-in portal</span>
  ${switcher(frame)}
</header>`;

const scripts = (
  config: PageConfig,
): Html => html`<script type="application/json" id="page-config">${scriptJson(config)}</script>
<script type="module" src="/__page/main.js"></script>`;

const head = (title: string): Html => html`<meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/__page/portal.css"><link rel="stylesheet" href="/__page/widgets.css">
<link rel="stylesheet" href="/__page/card.css">`;

/** The whole document of a page, or of a slider's document (no menu, no header). */
export const page = (frame: Frame): string =>
  html`<!doctype html><html lang="en"><head>${head(frame.title)}</head>
<body class="${frame.config.slider ? 'in-slider' : 'in-page'}">
${frame.config.slider ? null : menu(frame)}
<div class="work">${frame.config.slider ? null : header(frame)}
<main><h1>${frame.title}</h1>${frame.content}</main></div>
<div id="intranet-placement-PAGE_BACKGROUND_WORKER" style="display:none"></div>
<div id="toasts" class="toasts" aria-live="polite"></div>
${scripts(frame.config)}</body></html>`.source;
