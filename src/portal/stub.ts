import type { Env } from '../env.ts';
import { failure } from '../http/failure.ts';

/** The one answer for a portal that we do not know, or no longer. */
export const NOT_INSTALLED = failure('forbidden', 'The app is not installed in this portal.');

/** A member_id as Bitrix24 makes them (32 hex digits), with room for other shapes; anything else names no portal. */
const MEMBER_ID = /^[A-Za-z0-9_-]{8,64}$/;

/** The object of a portal, or null when the text cannot be a member_id. Waking it stores nothing. */
export const portalOf = (env: Env, memberId: string) =>
  MEMBER_ID.test(memberId) ? env.PORTAL.getByName(memberId) : null;
