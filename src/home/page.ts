import { type HtmlEscapedString, html } from '../pages/html.ts';
import { shell } from '../pages/shell.ts';
import { installSteps } from '../pages/steps.ts';

/** The page for a person who opens the service's address: what this is and how a portal gets it. */
export function homePage({
  title,
  origin,
  styles,
}: {
  title: string;
  origin: string;
  styles: string;
}): HtmlEscapedString {
  return shell({
    title,
    styles,
    script: null,
    body: html`<main class="page page--narrow">
<header class="masthead"><h1>${title}</h1></header>
<p class="lead">A browser phone for Bitrix24. It lives invisibly on every page of a portal: the customer’s card opens when a
call arrives, a click on a number dials through the company’s own PBX, and every call ends up in the CRM.</p>
<section class="panel">
<h2>Put it into a portal</h2>
${installSteps(origin)}
</section>
<section class="panel">
<h2>For whoever runs this service</h2>
<ul class="plain">
<li><a href="/status">/status</a> shows each portal’s phone, slow loads and calls (with the status token).</li>
<li><a href="/healthz">/healthz</a> answers monitors.</li>
</ul>
</section>
</main>`,
  });
}
