import { handlersOf, installData, queueEvent, queueInstall, queueOvertime } from './appevents.ts';
import { countLongLoad } from './longload.ts';
import { findLine } from './methods/lines.ts';
import { addInstall, digits } from './portal.ts';
import { createCall, showCard } from './telephony.ts';
import type { AppOptions, DefaultLine, LiveCall, Portal } from './types.ts';
import type { World } from './world.ts';

/** setInstallFinish, or the end of an API-only installation: from now on widgets show and events flow (fact 5.1). */
export const finishInstall = (world: World, portal: Portal, app: AppOptions, userId: number): void => {
  const install = addInstall(portal, app.clientId, app.version ?? 1);
  if (install.installed) return;
  install.installed = true;
  const body = { event: 'ONAPPINSTALL', data: installData(portal, install), userId, refreshToken: true };
  queueEvent(world, portal, app.clientId, body, handlersOf(portal, app.clientId, 'ONAPPINSTALL'));
};

/** An API-only app: ONAPPINSTALL goes to the installer URL, and that is the whole installation. */
export const installByEvent = (world: World, portal: Portal, app: AppOptions, userId: number): void => {
  const install = addInstall(portal, app.clientId, app.version ?? 1);
  install.installed = true;
  queueInstall(world, portal, app, install, userId);
};

/** A new version: ONAPPUPDATE goes to whoever listens, then the handlers are gone (fact 5.2: bind again). */
export const updateApp = (world: World, portal: Portal, app: AppOptions, version: number, userId: number): void => {
  const install = portal.installs.get(app.clientId);
  if (install === undefined) return;
  const data = { VERSION: version, PREVIOUS_VERSION: install.version, LANGUAGE_ID: portal.lang };
  const handlers = handlersOf(portal, app.clientId, 'ONAPPUPDATE');
  install.version = version;
  queueEvent(world, portal, app.clientId, { event: 'ONAPPUPDATE', data, userId, refreshToken: true }, handlers);
  keepOthers(portal.events, app.clientId);
};

const keepOthers = <Row extends { readonly clientId: string }>(rows: Row[], clientId: string): void => {
  const others = rows.filter((row) => row.clientId !== clientId);
  rows.splice(0, rows.length, ...others);
};

/** Removes the app with all that it bound; its tokens die; the last event carries no tokens (fact 5.2). */
export const uninstall = (world: World, portal: Portal, app: AppOptions, clean: boolean): void => {
  const data = { LANGUAGE_ID: portal.lang, CLEAN: clean ? 1 : 0 };
  const handlers = handlersOf(portal, app.clientId, 'ONAPPUNINSTALL');
  queueEvent(world, portal, app.clientId, { event: 'ONAPPUNINSTALL', data, userId: null }, handlers);
  keepOthers(portal.events, app.clientId);
  keepOthers(portal.placements, app.clientId);
  keepOthers(portal.lines, app.clientId);
  portal.installs.delete(app.clientId);
  world.tokens.revoke(portal.memberId, app.clientId);
};

export interface LongLoadResult {
  readonly count: number;
  readonly deleted: boolean;
}

/** One page's report that the frame of a placement took too long (fact 1.5). Unknown rows are ignored. */
export const reportLongLoad = (world: World, portal: Portal, placementId: number): LongLoadResult | null => {
  const row = portal.placements.find((entry) => entry.id === placementId);
  if (row === undefined) return null;
  const state = { count: row.options.maxTimeCount ?? 0, resetAt: portal.overtimeResetAt };
  const verdict = countLongLoad(state, world.now(), world.overtimeLimit);
  portal.overtimeResetAt = verdict.resetAt;
  row.options.maxTimeCount = verdict.count;
  if (!verdict.deleteRow) return { count: verdict.count, deleted: false };
  portal.placements.splice(portal.placements.indexOf(row), 1);
  if (row.options.errorHandlerUrl !== undefined) queueOvertime(world, portal, row.options.errorHandlerUrl);
  return { count: verdict.count, deleted: true };
};

export interface ClickToCall {
  readonly userId: number;
  readonly number: string;
  readonly entityType?: string;
  readonly entityId?: number;
  readonly mobile?: boolean;
  readonly extension?: string;
}

const chosenLine = (portal: Portal, userId: number): DefaultLine | null =>
  portal.userDefaultLine.get(userId) ?? portal.defaultLine;

const startData = (portal: Portal, live: LiveCall, wanted: ClickToCall): Record<string, unknown> => ({
  PHONE_NUMBER: live.number,
  PHONE_NUMBER_INTERNATIONAL: `+${digits(live.number)}`,
  EXTENSION: wanted.extension ?? '',
  USER_ID: live.userId,
  CALL_LIST_ID: 0,
  LINE_NUMBER: chosenLine(portal, live.userId)?.number ?? '',
  IS_MOBILE: wanted.mobile === true ? 1 : 0,
  CALL_ID: live.callId,
  CRM_ENTITY_TYPE: live.entityType,
  CRM_ENTITY_ID: live.entityId,
  CRM_CREATED_LEAD: live.createdLead ?? '',
});

/**
 * A click on a number: Bitrix24 registers the call itself, shows the card and tells the one app whose line is the
 * default (fact 4.2).
 * @returns the live call, or null where no installed app is the default line
 */
export const clickToCall = (world: World, portal: Portal, wanted: ClickToCall): LiveCall | null => {
  const line = chosenLine(portal, wanted.userId);
  if (line === null || portal.installs.get(line.clientId)?.installed !== true) return null;
  const live = createCall(world, portal, {
    clientId: line.clientId,
    userId: wanted.userId,
    number: wanted.number,
    type: 1,
    line: line.number,
    externalCallId: null,
    startedAt: world.now(),
    crmCreate: findLine(portal, line.clientId, line.number)?.crmAutoCreate ?? false,
    entityType: wanted.entityType ?? '',
    entityId: wanted.entityId ?? 0,
  });
  // A call started in the mobile app shows no card in the browser: the app has the event alone to go by.
  if (wanted.mobile !== true) showCard(world, portal, live, live.userId);
  const body = {
    event: 'ONEXTERNALCALLSTART',
    data: startData(portal, live, wanted),
    userId: wanted.userId,
    refreshToken: world.options.eventRefreshToken === true,
  };
  queueEvent(world, portal, line.clientId, body, handlersOf(portal, line.clientId, body.event));
  return live;
};

export interface CallbackForm {
  readonly clientId: string;
  readonly number: string;
  readonly line: string;
  readonly text?: string;
  readonly entityType?: string;
  readonly entityId?: number;
}

/** A visitor asks to be called back in a CRM form whose chosen app is `clientId` (fact 4.2). No user, no tokens. */
export const callbackForm = (world: World, portal: Portal, form: CallbackForm): number => {
  const data = {
    PHONE_NUMBER: form.number,
    TEXT: form.text ?? '',
    VOICE: '',
    CRM_ENTITY_TYPE: form.entityType ?? '',
    CRM_ENTITY_ID: form.entityId ?? '',
    LINE_NUMBER: form.line,
  };
  const body = { event: 'ONEXTERNALCALLBACKSTART', data, userId: null };
  return queueEvent(world, portal, form.clientId, body, handlersOf(portal, form.clientId, body.event));
};
