import { whoIs } from '../bitrix24/identity.ts';
import { sameText } from '../crypto/bytes.ts';
import { seal, unseal } from '../crypto/seal.ts';
import type { Env } from '../env.ts';
import { type Failure, failure } from '../http/failure.ts';
import { err, ok, type Result } from '../http/result.ts';
import { log } from '../log.ts';
import { CloseCode } from '../protocol/frame.ts';
import { settingsFor } from '../settings/store.ts';
import type { Desk } from './desk.ts';
import { writeApplicationToken } from './records.ts';

/** An event of Bitrix24's queue (bitrix24.md 4.2, 5.2), as the Worker read it from the form. */
export interface PortalEvent {
  /** Upper case, e.g. ONEXTERNALCALLSTART. */
  readonly event: string;
  readonly applicationToken: string;
  readonly accessToken: string | null;
  readonly data: Readonly<Record<string, string>>;
}

const FORBIDDEN = failure('forbidden', 'The application_token is not this portal\u2019s.');

/**
 * Whether the event is the portal's. The application_token is learned once, from the first event whose access token
 * the portal itself confirms as ours (bitrix24.md 5.2: UI apps get no ONAPPINSTALL).
 */
async function isGenuine(desk: Desk, event: PortalEvent): Promise<boolean> {
  if (!event.applicationToken) return false;
  const { memberId, applicationToken, endpoint, appCode } = desk.portal;
  const place = { portal: memberId, field: 'application_token' };
  if (applicationToken !== null) {
    const known = await unseal(desk.config.sealKeys, applicationToken, place);
    return known.ok && (await sameText(known.value, event.applicationToken));
  }
  if (!event.accessToken) return false;
  const who = await whoIs(desk.fetch, { endpoint, token: event.accessToken });
  if (!who.ok || who.value.appCode !== appCode) return false;
  writeApplicationToken(desk.sql, await seal(desk.config.sealKeys, event.applicationToken, place));
  return true;
}

/** Takes a genuine event in. Everything it asks for is stored or planned when this returns. */
export async function receiveEvent(
  desk: Desk,
  env: Env,
  event: PortalEvent,
  now: number,
): Promise<Result<true, Failure>> {
  if (!(await isGenuine(desk, event))) return err(FORBIDDEN);
  const { data } = event;
  switch (event.event) {
    case 'ONEXTERNALCALLSTART':
      return startCall(desk, data, now);
    case 'ONEXTERNALCALLBACKSTART':
      if (!data.PHONE_NUMBER) return err(failure('bad_request', 'PHONE_NUMBER is missing.'));
      desk.switchboard.callback(`${now}:${data.PHONE_NUMBER}`, data.PHONE_NUMBER, data.LINE_NUMBER ?? '', now);
      desk.changed();
      return ok(true);
    case 'ONAPPUPDATE':
      // A new version has lost its handlers (bitrix24.md 5.2).
      desk.binder.learn({ t: 'missing' }, 'the app was updated');
      desk.due.plan('events', '', now);
      desk.due.plan('lines', '', now);
      return ok(true);
    case 'ONAPPUNINSTALL':
      return uninstall(desk, env, data.CLEAN === '1');
    default:
      return err(failure('bad_request', 'This event is not one that the app has bound.'));
  }
}

function startCall(desk: Desk, data: Readonly<Record<string, string>>, now: number): Result<true, Failure> {
  const userId = Number(data.USER_ID);
  if (!data.CALL_ID || !data.PHONE_NUMBER || !Number.isInteger(userId) || userId <= 0)
    return err(failure('bad_request', 'CALL_ID, PHONE_NUMBER or USER_ID is missing.'));
  const call = { callId: data.CALL_ID, userId, number: data.PHONE_NUMBER, line: data.LINE_NUMBER ?? '' };
  desk.switchboard.started(call, now);
  // A click without a phone may mean that the placement is gone and its hit was lost.
  if (desk.agents.phoneOf(userId) === null) desk.due.plan('reconcile', '', now);
  desk.changed();
  return ok(true);
}

/** Secrets go at once; strikes and calls stay for /status unless the admin asked to have the data removed. */
async function uninstall(desk: Desk, env: Env, clean: boolean): Promise<Result<true, Failure>> {
  const { memberId } = desk.portal;
  desk.binder.learn({ t: 'uninstalled' }, 'uninstalled');
  desk.sessions.revokeAll();
  desk.agents.closeAll(CloseCode.uninstalled, 'uninstalled');
  desk.sql.exec('DELETE FROM token');
  desk.sql.exec("DELETE FROM due WHERE kind != 'tell'");
  desk.sql.exec('UPDATE portal SET application_token = NULL');
  if (clean) {
    desk.sql.exec('DELETE FROM leg');
    desk.sql.exec('DELETE FROM call');
    desk.sql.exec('DELETE FROM agent');
    await settingsFor(env, memberId).wipe();
  }
  log('info', 'uninstalled', { portal: memberId });
  return ok(true);
}
