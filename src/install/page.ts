import { type HtmlEscapedString, html, jsonBlock } from '../pages/html.ts';
import { shell } from '../pages/shell.ts';

/** One thing that the installer did, and how it went. */
export interface InstallStep {
  readonly name: string;
  readonly ok: boolean;
  /** One sentence: what is there now, or what went wrong and what to do. */
  readonly message: string;
}

export interface InstallPage {
  readonly title: string;
  /** Whether Bitrix24 may mark the app as installed. */
  readonly ok: boolean;
  readonly steps: readonly InstallStep[];
  /** URLs of the client build: `styles.pages` and `entries.install`. */
  readonly styles: string;
  readonly script: string;
}

const stepItem = ({ name, ok, message }: InstallStep): HtmlEscapedString =>
  html`<li class="check check--${ok ? 'ok' : 'bad'}"><svg class="check__icon" viewBox="0 0 16 16" role="img" aria-label="${ok ? 'done' : 'failed'}"><path d="${ok ? 'M3.5 8.5l3 3 6-7' : 'M4 4l8 8M12 4l-8 8'}"/></svg><div><strong>${name}</strong><span class="dim">${message}</span></div></li>`;

/**
 * The installer's page. Its script only tells Bitrix24 that the installation is finished; the steps are readable
 * without it, because a failed installation is when a person needs them.
 */
export function installPage({ title, ok, steps, styles, script }: InstallPage): HtmlEscapedString {
  return shell({
    title: `${title}: installation`,
    styles,
    script,
    body: html`<main class="page page--narrow">
<section class="panel">
<h1>${ok ? `${title} is installed` : `${title} could not be installed`}</h1>
<ul class="checks">${steps.map(stepItem)}</ul>
${ok && steps.some((step) => !step.ok) ? html`<p class="dim">What is marked is tried again by itself.</p>` : ''}
<p class="lead" id="outcome" role="status">${
      ok
        ? 'One moment, Bitrix24 is being told…'
        : 'The installation is not finished. Mend what is marked above, then install again.'
    }</p>
</section>
</main>
${jsonBlock('install-data', { ok, title, steps })}`,
  });
}
