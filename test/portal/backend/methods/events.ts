import { type Answer, accessDenied, coreError, fail, ok } from '../answers.ts';
import { text, whole } from '../forms.ts';
import type { EventRow } from '../types.ts';
import { type Call, isAdmin, type Method } from './context.ts';

const KNOWN: ReadonlySet<string> = new Set([
  'ONAPPINSTALL',
  'ONAPPUPDATE',
  'ONAPPUNINSTALL',
  'ONAPPPAYMENT',
  'ONEXTERNALCALLSTART',
  'ONEXTERNALCALLBACKSTART',
  'ONVOXIMPLANTCALLEND',
  'ONCRMLEADADD',
]);

const missing = (argument: string): Answer =>
  fail('ERROR_ARGUMENT', `Argument '${argument}' is null or empty`, 400, { argument });

const bind = (call: Call): Answer => {
  const { portal, params, user, app } = call;
  const event = text(params, 'EVENT').toUpperCase();
  const handler = text(params, 'HANDLER');
  if (event === '') return missing('EVENT');
  if (handler === '') return missing('HANDLER');
  if (!KNOWN.has(event)) return fail('ERROR_EVENT_NOT_FOUND', 'Event not found');
  const offline = text(params, 'EVENT_TYPE').toLowerCase() === 'offline';
  const authType = params.AUTH_TYPE === undefined ? 0 : whole(params, 'AUTH_TYPE');
  if (!isAdmin(call) && (offline || (authType !== 0 && authType !== user.id))) return accessDenied();
  if (offline) return fail('ERROR_ARGUMENT', 'Offline events are not part of this fake', 400);
  const row: EventRow = { clientId: app.clientId, event, handler, authType: isAdmin(call) ? authType : user.id };
  const twin = (other: EventRow): boolean =>
    other.clientId === row.clientId &&
    other.event === event &&
    other.handler === handler &&
    other.authType === row.authType;
  if (portal.events.some(twin)) return coreError('Unable to set event handler: Handler already binded');
  portal.events.push(row);
  return ok(true);
};

const unbind = ({ portal, params, app }: Call): Answer => {
  const event = text(params, 'EVENT').toUpperCase();
  const handler = text(params, 'HANDLER');
  if (event === '') return missing('EVENT');
  const gone = portal.events.filter(
    (row) => row.clientId === app.clientId && row.event === event && (handler === '' || row.handler === handler),
  );
  for (const row of gone) portal.events.splice(portal.events.indexOf(row), 1);
  return ok({ count: gone.length });
};

const get = ({ portal, app }: Call): Answer =>
  ok(
    portal.events
      .filter((row) => row.clientId === app.clientId)
      .map((row) => ({ event: row.event, handler: row.handler, auth_type: String(row.authType), offline: 0 })),
  );

export const eventMethods: Readonly<Record<string, Method>> = {
  'event.bind': { scope: null, run: bind },
  'event.unbind': { scope: null, run: unbind },
  'event.get': { scope: null, run: get },
};
