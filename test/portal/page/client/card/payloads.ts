import type { CardOffer } from '../../../backend/types.ts';

/** Payload of `initialized` (fact 3.3): what is unknown or 0 is absent, not null. */
export const initialized = (offer: CardOffer): Record<string, unknown> => ({
  CALL_ID: offer.callId,
  ...(offer.phoneNumber === '' ? {} : { PHONE_NUMBER: offer.phoneNumber }),
  LINE_NUMBER: offer.lineNumber,
  LINE_NAME: offer.lineName,
  CRM_ENTITY_TYPE: offer.entityType,
  CRM_ENTITY_ID: offer.entityId,
  ...(offer.activityId === 0 ? {} : { CRM_ACTIVITY_ID: offer.activityId }),
  CRM_BINDINGS: offer.bindings,
  CALL_DIRECTION: offer.direction,
  CALL_STATE: 'idle',
  CALL_LIST_MODE: false,
});

export const entityChanged = (offer: CardOffer): Record<string, unknown> => ({
  CRM_ENTITY_TYPE: offer.entityType,
  CRM_ENTITY_ID: offer.entityId,
  PHONE_NUMBER: offer.phoneNumber,
});

export type TransferTarget =
  /** Picked from the list: the id comes as a number, from the menu as text (fact 3.3). */
  | { readonly type: 'user'; readonly id: number | string }
  | { readonly type: 'pstn'; readonly number: string }
  | { readonly type: 'queue'; readonly id: number };

/** Payload of `transferButtonClick`; undefined = a department, for which a used worker gets no event. */
export const transferPayload = (target: TransferTarget, used: boolean, phoneNumber: string): unknown => {
  const value = target.type === 'pstn' ? target.number : target.id;
  if (!used) return { type: target.type, target: value };
  return target.type === 'queue' ? undefined : { phoneNumber, target: value };
};

export interface FoldFacts {
  readonly folded: boolean;
  readonly used: boolean;
  /** ESC would close it, or it is in externalCard: nothing is lost by leaving. */
  readonly harmless: boolean;
}

/** What leaving the page does to an open card (fact 3.4). */
export const onLeave = ({
  folded,
  used,
  harmless,
}: FoldFacts): { readonly prompt: boolean; readonly restore: boolean } =>
  folded ? { prompt: used && !harmless, restore: !used } : { prompt: true, restore: false };
