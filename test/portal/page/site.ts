import { json } from '../backend/answers.ts';
import type { FakeBitrix24 } from '../backend/index.ts';
import { fullName } from '../backend/portal.ts';
import type { AppOptions, Portal, User } from '../backend/types.ts';
import { entityAt, pageApi, pageFrame } from './api.ts';
import { asset } from './assets.ts';
import type { Demo, PageConfig, PageFrame, PageUser } from './config.ts';
import { callRows, callsPanel, entityCard, entityList, home } from './content.ts';
import { type Html, html } from './html.ts';
import { page } from './layout.ts';

export interface SiteOptions {
  readonly demo: Demo | null;
  /** ms; Bitrix24: 5000 (fact 1.5). */
  readonly maxLoadDelay: number;
}

const COOKIE = 'portal_user';

const pageUser = (user: User): PageUser => ({
  id: user.id,
  name: fullName(user),
  inner: user.inner,
  admin: user.admin,
});

/** The person who looks: `?as=<id>` once, else the cookie, else the first employee. */
export const visitor = (portal: Portal, request: Request): User | null => {
  const asked = new URL(request.url).searchParams.get('as');
  const cookie = new RegExp(`(?:^|; )${COOKIE}=(\\d+)`).exec(request.headers.get('cookie') ?? '')?.[1];
  const wanted = portal.users.get(Number(asked ?? cookie ?? Number.NaN));
  return wanted?.active === true ? wanted : ([...portal.users.values()].find((user) => user.active) ?? null);
};

const remember = (user: User): string => `${COOKIE}=${user.id}; Path=/; SameSite=Lax`;

interface Content {
  readonly title: string;
  readonly body: Html;
  readonly app?: PageFrame | null;
}

const appPage = (fake: FakeBitrix24, portal: Portal, user: User, clientId: string): Content | null => {
  const app = fake.world.apps.get(clientId);
  if (app === undefined) return null;
  const post = fake.appFields({ memberId: portal.memberId, clientId, userId: user.id });
  const body =
    post === null
      ? html`<section class="sheet"><p>The application is not fully installed. Ask your administrator.</p></section>`
      : html`<section class="sheet app-frame" id="app-frame"></section>`;
  return { title: app.title, body, app: post === null ? null : pageFrame(post) };
};

const contentOf = (fake: FakeBitrix24, portal: Portal, user: User, path: string, demo: Demo | null): Content | null => {
  if (path === '/') return { title: `Good day, ${user.name}`, body: home(portal, demo) };
  if (path === '/crm/lead/list/') return { title: 'Clients', body: entityList(portal) };
  if (path === '/telephony/calls/') return { title: 'Calls', body: callsPanel(callRows(portal), 'All calls') };
  const entity = entityAt(portal, path);
  if (entity !== null) return { title: entity.name, body: entityCard(portal, entity) };
  const clientId = /^\/app\/([^/]+)\/$/.exec(path)?.[1];
  return clientId === undefined ? null : appPage(fake, portal, user, decodeURIComponent(clientId));
};

const configOf = (
  fake: FakeBitrix24,
  portal: Portal,
  user: User,
  url: URL,
  app: PageFrame | null,
  maxLoadDelay: number,
): PageConfig => ({
  memberId: portal.memberId,
  domain: portal.domain,
  scheme: fake.world.scheme,
  lang: portal.lang,
  user: pageUser(user),
  colleagues: [...portal.users.values()].filter((other) => other.active && other.id !== user.id).map(pageUser),
  uri: url.pathname + url.search,
  slider: url.searchParams.get('IFRAME') === 'Y',
  desktop: user.desktop,
  workers: portal.placements
    .filter((row) => row.placement === 'PAGE_BACKGROUND_WORKER')
    .map((row) => ({ placementId: row.id, clientId: row.clientId })),
  app,
  maxLoadDelay,
});

const installedApps = (fake: FakeBitrix24, user: User): AppOptions[] =>
  [...fake.world.apps.values()].filter((app) => user.admin || app.ui !== false);

const document = (fake: FakeBitrix24, portal: Portal, user: User, url: URL, options: SiteOptions): Response => {
  const content = contentOf(fake, portal, user, url.pathname, options.demo);
  const config = configOf(fake, portal, user, url, content?.app ?? null, options.maxLoadDelay);
  const body = page({
    portal,
    user,
    apps: installedApps(fake, user),
    config,
    path: url.pathname,
    title: content?.title ?? 'Nothing here',
    content: content?.body ?? html`<section class="sheet"><p>This portal has no such page.</p></section>`,
  });
  return new Response(body, {
    status: content === null ? 404 : 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'set-cookie': remember(user),
    },
  });
};

const switchUser = (portal: Portal, url: URL): Response => {
  const user = portal.users.get(Number(url.searchParams.get('user')));
  const back = url.searchParams.get('back') ?? '/';
  const location = /^\/(?![/\\])/.test(back) ? back : '/';
  const headers = new Headers({ location });
  if (user?.active === true) headers.set('set-cookie', remember(user));
  return new Response(null, { status: 303, headers });
};

const record = (portal: Portal, url: URL): Response | null => {
  const fileId = Number(url.searchParams.get('file'));
  const found = portal.finished.find((call) => call.record?.fileId === fileId)?.record;
  if (found === undefined || found === null) return null;
  if (found.bytes === null) return Response.redirect(found.url ?? url.origin, 302);
  const type = found.name.endsWith('.wav') ? 'audio/wav' : 'audio/mpeg';
  return new Response(Uint8Array.from(found.bytes), { headers: { 'content-type': type } });
};

const runDemo = async (demo: Demo | null, id: string, portal: Portal, user: User): Promise<Response> => {
  if (demo === null || !demo.actions.some((action) => action.id === id)) {
    return json({ ok: false, text: `There is no action '${id}'.` }, 404);
  }
  try {
    return json({ ok: true, text: await demo.run(id, { memberId: portal.memberId, userId: user.id }) });
  } catch (cause) {
    return json({ ok: false, text: cause instanceof Error ? cause.message : String(cause) }, 500);
  }
};

/** A portal's pages and what their scripts ask for. REST, OAuth and control are the backend's. */
export const site = async (
  fake: FakeBitrix24,
  portal: Portal,
  request: Request,
  options: SiteOptions,
): Promise<Response> => {
  const url = new URL(request.url);
  const file = await asset(url.pathname);
  if (file !== null) return file;
  // Pages live at the domain: the frames' names and the bridge's origins say so.
  if (url.host !== portal.domain)
    return Response.redirect(`${url.protocol}//${portal.domain}${url.pathname}${url.search}`, 307);
  const user = visitor(portal, request);
  if (user === null) return new Response('nobody works here', { status: 403 });
  if (url.pathname === '/__portal/switch') return switchUser(portal, url);
  if (url.pathname === '/__portal/record')
    return record(portal, url) ?? new Response('no such recording', { status: 404 });
  if (url.pathname.startsWith('/__portal/')) {
    const answer = await pageApi(fake, portal, user, request);
    return answer === null ? json({ error: 'NOT_FOUND' }, 404) : json(answer);
  }
  if (url.pathname.startsWith('/__demo/') && request.method === 'POST') {
    return runDemo(options.demo, url.pathname.slice('/__demo/'.length), portal, user);
  }
  return document(fake, portal, user, url, options);
};
