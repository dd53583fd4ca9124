import { type Answer, accessDenied, coreError, fail, ok } from '../answers.ts';
import { text, whole } from '../forms.ts';
import { nextId } from '../portal.ts';
import type { PlacementRow } from '../types.ts';
import { type Call, isAdmin, type Method } from './context.ts';

/** max_count per placement; 0 = any number (fact 1.6: the background worker's is 1). */
const KNOWN: Readonly<Record<string, number>> = {
  PAGE_BACKGROUND_WORKER: 1,
  CALL_CARD: 0,
  LEFT_MENU: 0,
  CRM_CONTACT_DETAIL_TAB: 0,
  CRM_LEAD_DETAIL_TAB: 0,
  CRM_ANALYTICS_MENU: 0,
};

const missing = (argument: string): Answer =>
  fail('ERROR_ARGUMENT', `Argument '${argument}' is null or empty`, 400, { argument });

const handlerError = (handler: string): Answer | null => {
  const url = URL.canParse(handler) ? new URL(handler) : null;
  if (url !== null && url.protocol !== 'http:' && url.protocol !== 'https:') {
    return fail('ERROR_UNSUPPORTED_PROTOCOL', 'Unsupported handler protocol');
  }
  return url?.hostname.includes('.') === true ? null : fail('ERROR_WRONG_HANDLER_URL', 'Wrong handler URL');
};

const optionsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

/** Rows of this app that stand in the way of one more: the code looks at everybody's and at the same person's. */
const rivals = (call: Call, placement: string, userId: number): PlacementRow[] =>
  call.portal.placements.filter(
    (row) =>
      row.clientId === call.app.clientId && row.placement === placement && (row.userId === 0 || row.userId === userId),
  );

const bind = (call: Call): Answer => {
  const { portal, params, world } = call;
  if (!isAdmin(call)) return accessDenied();
  const status = world.options.placementErrorStatus ?? 400;
  const placement = text(params, 'PLACEMENT').toUpperCase();
  const handler = text(params, 'HANDLER');
  if (placement === '') return missing('PLACEMENT');
  if (handler === '') return missing('HANDLER');
  const maxCount = KNOWN[placement];
  if (maxCount === undefined) return fail('ERROR_PLACEMENT_NOT_FOUND', 'Placement not found');
  const wrong = handlerError(handler);
  if (wrong !== null) return wrong;
  const userId = whole(params, 'USER_ID');
  const before = rivals(call, placement, userId);
  if (maxCount > 0 && before.length >= maxCount) {
    return fail('ERROR_PLACEMENT_MAX_COUNT', 'Placement max count exceeded', status);
  }
  if (before.some((row) => row.handler === handler && row.userId === userId)) {
    return coreError('Unable to set placement handler: Handler already binded');
  }
  const errorHandlerUrl = text(optionsOf(params.OPTIONS), 'errorHandlerUrl');
  if (placement === 'PAGE_BACKGROUND_WORKER' && errorHandlerUrl === '') {
    return fail('EMPTY_ERROR_HANDLER_URL', 'Field errorHandlerUrl is empty.', 200);
  }
  portal.placements.push({
    id: nextId(portal),
    clientId: call.app.clientId,
    placement,
    userId,
    handler,
    title: text(params, 'TITLE'),
    description: text(params, 'DESCRIPTION'),
    langAll: params.LANG_ALL ?? [],
    options: errorHandlerUrl === '' ? {} : { errorHandlerUrl },
  });
  return ok(true);
};

const unbind = (call: Call): Answer => {
  const { portal, params } = call;
  if (!isAdmin(call)) return accessDenied();
  const placement = text(params, 'PLACEMENT').toUpperCase();
  if (placement === '') return missing('PLACEMENT');
  const handler = text(params, 'HANDLER');
  const gone = portal.placements.filter(
    (row) =>
      row.clientId === call.app.clientId &&
      row.placement === placement &&
      (handler === '' || row.handler === handler) &&
      (params.USER_ID === undefined || row.userId === whole(params, 'USER_ID')),
  );
  for (const row of gone) portal.placements.splice(portal.placements.indexOf(row), 1);
  // The portal's code counts each deleted handler twice (fact 4.3); an app must not rely on the number.
  return ok({ count: gone.length * 2 });
};

const shownOptions = (call: Call, row: PlacementRow): unknown => {
  const { maxTimeCount, ...rest } = row.options;
  const shown =
    call.world.options.showMaxTimeCount === true && maxTimeCount !== undefined ? { ...rest, maxTimeCount } : rest;
  return Object.keys(shown).length === 0 ? [] : shown;
};

const get = (call: Call): Answer => {
  if (!isAdmin(call)) return accessDenied();
  const rows = call.portal.placements.filter((row) => row.clientId === call.app.clientId);
  return ok(
    rows.map((row) => ({
      placement: row.placement,
      userId: row.userId,
      handler: row.handler,
      options: shownOptions(call, row),
      title: row.title,
      description: row.description,
      langAll: row.langAll,
    })),
  );
};

export const placementMethods: Readonly<Record<string, Method>> = {
  'placement.bind': { scope: 'placement', run: bind },
  'placement.unbind': { scope: 'placement', run: unbind },
  'placement.get': { scope: 'placement', run: get },
  'placement.list': { scope: 'placement', run: () => ok(Object.keys(KNOWN)) },
};
