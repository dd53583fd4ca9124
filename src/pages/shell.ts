import { type HtmlEscapedString, html } from './html.ts';

/** Who may show a page in a frame: any portal (its domain is only a claim, so no list would prove anything), or nobody. */
export type Framing = 'portal' | 'nobody';

export interface Shell {
  readonly title: string;
  /** URL of the style sheet. */
  readonly styles: string;
  /** URL of the page's module; null for a page that needs none. */
  readonly script: string | null;
  readonly body: HtmlEscapedString;
}

/** A whole document around a body. */
export function shell({ title, styles, script, body }: Shell): HtmlEscapedString {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<title>${title}</title>
<link rel="stylesheet" href="${styles}">
${script === null ? '' : html`<script type="module" src="${script}"></script>`}
</head>
<body>
${body}
</body>
</html>
`;
}

/**
 * Content security policy of a page: nothing inline runs, nothing comes from or goes to another host.
 *
 * @param allowLocal development: portals on http may frame the page
 */
export function pagePolicy(framing: Framing, allowLocal: boolean): string {
  const ancestors = framing === 'nobody' ? "'none'" : `https: ${allowLocal ? 'http: ' : ''}'self'`;
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${ancestors}`,
  ].join('; ');
}

/** Answers with a page. Never cached: each one is somebody's own. */
export function pageResponse(
  page: HtmlEscapedString,
  {
    framing,
    allowLocal,
    status = 200,
    headers = {},
  }: {
    framing: Framing;
    allowLocal: boolean;
    status?: number;
    headers?: Record<string, string>;
  },
): Response {
  return new Response(page.toString(), {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': pagePolicy(framing, allowLocal),
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
  });
}

/** Whether a person is looking: their browser asks for HTML by name, a program does not. */
export const prefersHtml = (request: Request): boolean => (request.headers.get('accept') ?? '').includes('text/html');

/** One sentence on a page of its own: what a person sees where a program gets `{error, message}`. */
export function messagePage(title: string, message: string, styles: string): HtmlEscapedString {
  return shell({
    title,
    styles,
    script: null,
    body: html`<main class="page page--narrow">
<section class="panel">
<h1>${title}</h1>
<p class="lead">${message}</p>
</section>
</main>`,
  });
}
