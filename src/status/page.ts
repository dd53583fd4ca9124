import { type HtmlEscapedString, html } from '../pages/html.ts';
import { shell } from '../pages/shell.ts';
import type { StatusDocument } from '../protocol/status.ts';
import { clock, emptyState, portalList, summaryLine } from './render.ts';

/** The page as the Worker sends it: whole and readable without any script, which only keeps it fresh. */
export function statusPage(
  document: StatusDocument,
  { title, origin, styles, script }: { title: string; origin: string; styles: string; script: string },
): HtmlEscapedString {
  return shell({
    title: `${title}: status`,
    styles,
    script,
    body: html`<main class="page">
<header class="masthead">
<h1>${title} <span class="dim">status</span></h1>
<p class="asof" id="asof">${clock(document.generatedAt)}</p>
</header>
<div id="summary" role="status">${summaryLine(document)}</div>
<p class="notice notice--bad" id="stale" role="alert" hidden></p>
<div id="portals">${document.portals.length === 0 ? emptyState(origin) : portalList(document)}</div>
<template id="empty">${emptyState(origin)}</template>
</main>`,
  });
}
