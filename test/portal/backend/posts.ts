import { encodeForm } from './forms.ts';
import { defaultScope } from './oauth.ts';
import { addInstall, serverEndpoint } from './portal.ts';
import { ACCESS_MS, randomId, type TokenPair } from './tokens.ts';
import type { AppOptions, Install, PlacementRow, Portal, User } from './types.ts';
import type { World } from './world.ts';

/** A form that the portal page posts into a frame (fact 1.4), with what the page itself must remember about it. */
export interface FramePost {
  /** Handler with DOMAIN, PROTOCOL, LANG and APP_SID appended to its own query. */
  readonly action: string;
  /** `name` of the frame: `<portal host>|<1 or 0>|<sid>`. */
  readonly frameName: string;
  readonly sid: string;
  readonly fields: Readonly<Record<string, string>>;
  /** The fields as the browser puts them on the wire. */
  readonly body: string;
  readonly contentType: 'application/x-www-form-urlencoded';
  readonly clientId: string;
  readonly placement: string;
  /** Row of the placement; 0 for the app's own page and the installer. */
  readonly placementId: number;
  readonly tokens: TokenPair;
  readonly userOptions: Readonly<Record<string, unknown>>;
  readonly appOptions: Readonly<Record<string, unknown>>;
  readonly install: boolean;
  readonly admin: boolean;
}

export interface Target {
  readonly portal: Portal;
  readonly app: AppOptions;
  readonly install: Install;
  readonly user: User;
}

const compose = (
  world: World,
  { portal, app, install, user }: Target,
  url: string,
  placement: string,
  placementOptions: Record<string, unknown> | null,
  placementId: number,
): FramePost => {
  const sid = randomId();
  const https = world.scheme === 'https' ? '1' : '0';
  const tokens = world.tokens.issue(
    { memberId: portal.memberId, clientId: app.clientId, userId: user.id },
    world.now(),
  );
  const query = new URLSearchParams({ DOMAIN: portal.domain, PROTOCOL: https, LANG: portal.lang, APP_SID: sid });
  const fields: Record<string, string> = {
    AUTH_ID: tokens.accessToken,
    AUTH_EXPIRES: String(ACCESS_MS / 1000),
    REFRESH_ID: tokens.refreshToken,
    SERVER_ENDPOINT: serverEndpoint(world),
    member_id: portal.memberId,
    status: app.status ?? 'L',
    PLACEMENT: placement,
    ...(placementOptions === null ? {} : { PLACEMENT_OPTIONS: JSON.stringify(placementOptions) }),
    ...(world.options.applicationTokenInPosts === true
      ? { APPLICATION_TOKEN: install.applicationToken, APPLICATION_SCOPE: (app.scope ?? defaultScope).join(',') }
      : {}),
  };
  return {
    action: `${url}${url.includes('?') ? '&' : '?'}${query}`,
    frameName: `${portal.domain}|${https}|${sid}`,
    sid,
    fields,
    body: encodeForm(fields),
    contentType: 'application/x-www-form-urlencoded',
    clientId: app.clientId,
    placement,
    placementId,
    tokens,
    userOptions: install.userOptions.get(user.id) ?? {},
    appOptions: install.appOptions,
    install: !install.installed,
    admin: portal.hostile || user.admin,
  };
};

/** The installer page in its frame: PLACEMENT=DEFAULT at URL_INSTALL (fact 5.1). */
export const installPost = (world: World, portal: Portal, app: AppOptions, user: User): FramePost => {
  const install = addInstall(portal, app.clientId, app.version ?? 1);
  return compose(world, { portal, app, install, user }, app.installUrl, 'DEFAULT', null, 0);
};

/**
 * The app's own page. Until the installation is finished an administrator gets the installer, everybody else nothing.
 * @returns null where the person sees "not fully installed"
 */
export const appPost = (world: World, target: Target): FramePost | null => {
  const { portal, app, install, user } = target;
  if (!install.installed) return user.admin ? installPost(world, portal, app, user) : null;
  return compose(world, target, app.appUrl, 'DEFAULT', null, 0);
};

/** The background worker's frame for one row (fact 1.1, 1.4); `uri` = path and query of the page. null = refused. */
export const workerPost = (world: World, target: Target, row: PlacementRow, uri: string): FramePost | null => {
  if (row.userId !== 0 && row.userId !== target.user.id) return null;
  if (!target.install.installed && !target.user.admin) return null;
  const url = target.install.installed ? row.handler : target.app.installUrl;
  return compose(world, target, url, row.placement, { ID: row.placement, URI: uri }, row.id);
};
