import { findLine } from './methods/lines.ts';
import { createLead, digits, findByNumber, findEntity, fullName, userByInner } from './portal.ts';
import { md5, randomId } from './tokens.ts';
import type { CallType, CardOffer, Entity, EntityType, LiveCall, Portal } from './types.ts';
import type { World } from './world.ts';

/** Registering the same call again within this time gives the same CALL_ID (fact 4.1). */
export const DEDUPE_MS = 30 * 60_000;

export interface NewCall {
  readonly clientId: string;
  readonly userId: number;
  readonly number: string;
  readonly type: CallType;
  readonly line: string;
  readonly externalCallId: string | null;
  readonly startedAt: number;
  readonly crmCreate: boolean;
  readonly entityType: string;
  readonly entityId: number;
}

const isEntityType = (value: string): value is EntityType =>
  value === 'CONTACT' || value === 'COMPANY' || value === 'LEAD';

const sameCall = (call: LiveCall, wanted: NewCall): boolean =>
  call.clientId === wanted.clientId &&
  call.userId === wanted.userId &&
  digits(call.number) === digits(wanted.number) &&
  call.type === wanted.type &&
  (wanted.line === '' || call.line === wanted.line) &&
  (wanted.externalCallId === null || call.externalCallId === wanted.externalCallId);

/** The unfinished call that a second register falls back to: line and EXTERNAL_CALL_ID count only where given. */
export const findTwin = (portal: Portal, wanted: NewCall, now: number): LiveCall | null =>
  [...portal.calls.values()].find((call) => sameCall(call, wanted) && now - call.registeredAt < DEDUPE_MS) ?? null;

const entityFor = (
  portal: Portal,
  wanted: NewCall,
  internal: boolean,
): { entity: Entity | null; lead: Entity | null } => {
  if (internal) return { entity: null, lead: null };
  const given = isEntityType(wanted.entityType) ? findEntity(portal, wanted.entityType, wanted.entityId) : null;
  const known = given ?? findByNumber(portal, wanted.number)[0] ?? null;
  if (known !== null || !wanted.crmCreate) return { entity: known, lead: null };
  const lead = createLead(portal, wanted.number, wanted.userId);
  return { entity: lead, lead };
};

/** Writes a new live call; CALL_ID has the form `externalCall.<md5>.<Unix seconds>`. */
export const createCall = (world: World, portal: Portal, wanted: NewCall): LiveCall => {
  const internal = userByInner(portal, wanted.number) !== null;
  const { entity, lead } = entityFor(portal, wanted, internal);
  const call: LiveCall = {
    callId: `externalCall.${md5(randomId())}.${Math.floor(world.now() / 1000)}`,
    externalCallId: wanted.externalCallId,
    clientId: wanted.clientId,
    userId: wanted.userId,
    number: wanted.number,
    type: wanted.type,
    line: wanted.line,
    startedAt: wanted.startedAt,
    registeredAt: world.now(),
    entityType: entity?.type ?? '',
    entityId: entity?.id ?? 0,
    createdLead: lead?.id ?? null,
    internal,
    comment: null,
  };
  portal.calls.set(call.callId, call);
  return call;
};

const directionOf = (type: CallType): CardOffer['direction'] =>
  type === 4 ? 'callback' : type === 2 || type === 3 ? 'incoming' : 'outgoing';

export const cardOffer = (portal: Portal, call: LiveCall): CardOffer => {
  const entity = findEntity(portal, call.entityType, call.entityId);
  const colleague = userByInner(portal, call.number);
  return {
    callId: call.callId,
    phoneNumber: call.number,
    lineNumber: call.line,
    lineName: findLine(portal, call.clientId, call.line)?.name ?? '',
    entityType: call.entityType,
    entityId: call.entityId,
    entityName: entity?.name ?? (colleague === null ? '' : fullName(colleague)),
    activityId: 0,
    bindings: entity === null ? [] : [{ ENTITY_TYPE: entity.type, ENTITY_ID: entity.id }],
    direction: directionOf(call.type),
    simple: call.internal,
  };
};

export const showCard = (world: World, portal: Portal, call: LiveCall, userId: number): void =>
  world.pull.send(portal.memberId, userId, { command: 'showExternalCall', params: cardOffer(portal, call) });

export const hideCard = (world: World, portal: Portal, callId: string, userId: number): void =>
  world.pull.send(portal.memberId, userId, { command: 'hideExternalCall', params: { callId } });
