import { type Answer, coreError, fail, ok } from '../answers.ts';
import { phpBool, text, whole } from '../forms.ts';
import { activeUser, digits, nextId, userByInner } from '../portal.ts';
import { createCall, findTwin, hideCard, type NewCall, showCard } from '../telephony.ts';
import type { CallType, FinishedCall, LiveCall, User } from '../types.ts';
import type { Call, Method } from './context.ts';
import { addLine, findLine } from './lines.ts';

const ISO_8601 = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/;

/** USER_ID wins over USER_PHONE_INNER (fact 4.1). */
const whose = ({ portal, params }: Call): User | Answer => {
  const id = whole(params, 'USER_ID');
  const inner = text(params, 'USER_PHONE_INNER');
  if (id === 0 && inner === '') return coreError('USER_ID or USER_PHONE_INNER should be set');
  const user = id !== 0 ? activeUser(portal, id) : userByInner(portal, inner);
  return user?.active === true ? user : coreError('User is not found or is not active');
};

const isAnswer = (value: User | NewCall | Answer): value is Answer => 'ok' in value;

const typeOf = (value: number): CallType | null =>
  value === 1 || value === 2 || value === 3 || value === 4 || value === 5 ? value : null;

const wantedCall = (call: Call): NewCall | Answer => {
  const { params, app, world } = call;
  const user = whose(call);
  if (isAnswer(user)) return user;
  const type = typeOf(whole(params, 'TYPE'));
  if (type === null) return coreError('Unknown TYPE');
  const start = text(params, 'CALL_START_DATE');
  if (start !== '' && (!ISO_8601.test(start) || Number.isNaN(Date.parse(start)))) {
    return coreError('CALL_START_DATE should be in the ISO-8601 format');
  }
  const number = text(params, 'PHONE_NUMBER');
  if (digits(number) === '') return coreError('Unsupported phone number format');
  const external = text(params, 'EXTERNAL_CALL_ID');
  return {
    clientId: app.clientId,
    userId: user.id,
    number,
    type,
    line: text(params, 'LINE_NUMBER'),
    externalCallId: external === '' ? null : external,
    startedAt: start === '' ? world.now() : Date.parse(start),
    crmCreate: whole(params, 'CRM_CREATE') === 1,
    entityType: text(params, 'CRM_ENTITY_TYPE').toUpperCase(),
    entityId: whole(params, 'CRM_ENTITY_ID'),
  };
};

const register = (call: Call): Answer => {
  const { portal, params, app, world } = call;
  const wanted = wantedCall(call);
  if (isAnswer(wanted)) return wanted;
  if (wanted.line !== '' && findLine(portal, app.clientId, wanted.line) === null) {
    addLine(portal, app.clientId, wanted.line, wanted.line, true);
  }
  const twin = findTwin(portal, wanted, world.now());
  const live = twin ?? createCall(world, portal, wanted);
  if (phpBool(params.SHOW, true)) showCard(world, portal, live, live.userId);
  return ok({
    CALL_ID: live.callId,
    CRM_CREATED_LEAD: live.createdLead,
    CRM_CREATED_ENTITIES: live.createdLead === null ? [] : [{ ENTITY_TYPE: 'LEAD', ENTITY_ID: live.createdLead }],
    CRM_ENTITY_TYPE: live.entityType === '' ? null : live.entityType,
    CRM_ENTITY_ID: live.entityId === 0 ? null : live.entityId,
  });
};

const STATUS_CODES: ReadonlySet<string> = new Set('200 304 603 603-S 403 404 486 484 503 480 402 423 OTHER'.split(' '));

const statusOf = (given: string, duration: number): string =>
  STATUS_CODES.has(given) ? given : duration > 0 ? '200' : '304';

const record = (call: Call, live: LiveCall, user: User): FinishedCall => {
  const { params, portal, world } = call;
  const duration = Math.max(0, whole(params, 'DURATION'));
  const url = text(params, 'RECORD_URL');
  return {
    id: nextId(portal),
    callId: live.callId,
    externalCallId: live.externalCallId,
    clientId: live.clientId,
    userId: user.id,
    number: live.number,
    type: live.type,
    line: live.line,
    startedAt: live.startedAt,
    finishedAt: world.now(),
    duration,
    statusCode: statusOf(text(params, 'STATUS_CODE'), duration),
    failedReason: text(params, 'FAILED_REASON'),
    vote: whole(params, 'VOTE'),
    entityType: live.entityType,
    entityId: live.entityId,
    activityId: live.entityId === 0 ? 0 : nextId(portal),
    comment: live.comment,
    record: url === '' ? null : { fileId: nextId(portal), name: 'record.mp3', url, bytes: null },
    transcript: null,
  };
};

const finish = (call: Call): Answer => {
  const { params, portal, install, app, world } = call;
  if (typeof params.CALL_ID !== 'string' || params.CALL_ID === '') {
    return fail('INVALID_ARGUMENT', 'CALL_ID must be a string');
  }
  const user = whose(call);
  if (isAnswer(user)) return user;
  const live = portal.calls.get(params.CALL_ID);
  if (live === undefined) return coreError('Call is not found (call should be registered prior to finishing)');
  const done = record(call, live, user);
  portal.calls.delete(live.callId);
  portal.finished.push(done);
  hideCard(world, portal, live.callId, user.id);
  for (const employee of portal.users.keys()) {
    world.pull.send(portal.memberId, employee, { command: 'callFinished', params: { callId: live.callId } });
  }
  return ok({
    CALL_ID: done.callId,
    EXTERNAL_CALL_ID: done.externalCallId,
    PORTAL_USER_ID: done.userId,
    PHONE_NUMBER: done.number,
    PORTAL_NUMBER: done.line,
    INCOMING: String(done.type),
    CALL_DURATION: done.duration,
    // A PHP object that does not become JSON (fact 4.1).
    CALL_START_DATE: {},
    CALL_STATUS: done.statusCode === '200' ? 1 : 0,
    CALL_VOTE: done.vote,
    COST: Number(text(params, 'COST')) || 0,
    COST_CURRENCY: text(params, 'COST_CURRENCY'),
    CALL_FAILED_CODE: done.statusCode,
    CALL_FAILED_REASON: done.failedReason,
    REST_APP_ID: String(install.id),
    REST_APP_NAME: app.title,
    CRM_ACTIVITY_ID: done.activityId,
    COMMENT: done.comment,
    CRM_ENTITY_TYPE: done.entityType,
    CRM_ENTITY_ID: done.entityId,
    ID: done.id,
  });
};

const audience = ({ params }: Call, live: LiveCall): number[] => {
  const ids = [params.USER_ID].flat().map(Number).filter(Number.isInteger);
  return ids.length === 0 ? [live.userId] : ids;
};

/** show and hide answer false where there is no such call, and tell the app nothing else. */
const toggle =
  (how: 'show' | 'hide') =>
  (call: Call): Answer => {
    const { portal, params, world } = call;
    const live = portal.calls.get(text(params, 'CALL_ID'));
    if (live === undefined) return ok(false);
    for (const userId of audience(call, live)) {
      if (how === 'show') showCard(world, portal, live, userId);
      else hideCard(world, portal, live.callId, userId);
    }
    return ok(true);
  };

export const callMethods: Readonly<Record<string, Method>> = {
  'telephony.externalcall.register': { scope: 'telephony', run: register },
  'telephony.externalcall.finish': { scope: 'telephony', run: finish },
  'telephony.externalcall.show': { scope: 'telephony', run: toggle('show') },
  'telephony.externalcall.hide': { scope: 'telephony', run: toggle('hide') },
};
