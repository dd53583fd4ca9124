import { defaultScope } from './oauth.ts';
import { clientEndpoint, serverEndpoint } from './portal.ts';
import { ACCESS_MS } from './tokens.ts';
import type { AppOptions, EventRow, Install, Portal } from './types.ts';
import type { World } from './world.ts';

export interface AuthOptions {
  /** Who caused the event; null = nobody, so no tokens (fact 5.2). */
  readonly userId: number | null;
  readonly refreshToken: boolean;
}

/** The `auth` block of an event (fact 5.2). */
export const authBlock = (
  world: World,
  portal: Portal,
  app: AppOptions,
  install: Install,
  { userId, refreshToken }: AuthOptions,
): Record<string, unknown> => {
  const always = {
    domain: portal.domain,
    server_endpoint: serverEndpoint(world),
    client_endpoint: clientEndpoint(world, portal),
    member_id: portal.memberId,
    application_token: install.applicationToken,
  };
  if (userId === null) return always;
  const pair = world.tokens.issue({ memberId: portal.memberId, clientId: app.clientId, userId }, world.now());
  return {
    access_token: pair.accessToken,
    expires: Math.floor(pair.expiresAt / 1000),
    expires_in: ACCESS_MS / 1000,
    scope: (app.scope ?? defaultScope).join(','),
    status: app.status ?? 'L',
    user_id: userId,
    ...always,
    ...(refreshToken ? { refresh_token: pair.refreshToken } : {}),
  };
};

export interface EventBody {
  readonly event: string;
  readonly data: Record<string, unknown>;
  readonly userId: number | null;
  readonly refreshToken?: boolean;
}

const envelope = (world: World, portal: Portal, app: AppOptions, install: Install, body: EventBody, id: number) => ({
  event: body.event,
  event_handler_id: id,
  data: body.data,
  ts: Math.floor(world.now() / 1000),
  auth: authBlock(world, portal, app, install, { userId: body.userId, refreshToken: body.refreshToken ?? false }),
});

/** Queues an event to the given handlers; once each, no retries. Events wait for the installation (fact 5.1). */
export const queueEvent = (
  world: World,
  portal: Portal,
  clientId: string,
  body: EventBody,
  handlers: readonly EventRow[],
): number => {
  const app = world.apps.get(clientId);
  const install = portal.installs.get(clientId);
  if (app === undefined || install === undefined || !install.installed) return 0;
  for (const [index, row] of handlers.entries()) {
    const userId = row.authType === 0 ? body.userId : row.authType;
    const full = envelope(world, portal, app, install, body.userId === null ? body : { ...body, userId }, index + 1);
    world.queue.push(portal.memberId, body.event, row.handler, full);
  }
  return handlers.length;
};

export const handlersOf = (portal: Portal, clientId: string, event: string): EventRow[] =>
  portal.events.filter((row) => row.clientId === clientId && row.event === event);

/** ONAPPINSTALL as an API-only app gets it at its installer URL: there is no handler row yet (fact 5.1). */
export const queueInstall = (world: World, portal: Portal, app: AppOptions, install: Install, userId: number): void => {
  const body: EventBody = { event: 'ONAPPINSTALL', data: installData(portal, install), userId, refreshToken: true };
  world.queue.push(portal.memberId, body.event, app.installUrl, envelope(world, portal, app, install, body, 0));
};

export const installData = (portal: Portal, install: Install): Record<string, unknown> => ({
  VERSION: install.version,
  ACTIVE: 'Y',
  INSTALLED: install.installed ? 'Y' : 'N',
  LANGUAGE_ID: portal.lang,
});

/**
 * The request to errorHandlerUrl after the placement was deleted (fact 1.6): `error` and `error_description`, no tokens,
 * no application_token; what the queue itself adds (auth[member_id] and such) is not evidenced and not sent here.
 */
export const queueOvertime = (world: World, portal: Portal, url: string): void =>
  world.queue.push(portal.memberId, 'placementError', url, {
    error: 'ERROR_PLACEMENT_LOADING_OVERTIME',
    error_description: `The placement handler took longer than 5 seconds to load more than ${world.overtimeLimit} times.`,
  });
