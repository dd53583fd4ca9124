import { whoIs } from '../bitrix24/identity.ts';
import { sameText } from '../crypto/bytes.ts';
import { seal, unseal } from '../crypto/seal.ts';
import { DIRECTORY_NAME } from '../directory/directory.ts';
import type { Env } from '../env.ts';
import { type Failure, failure } from '../http/failure.ts';
import { err, ok, type Result } from '../http/result.ts';
import { log } from '../log.ts';
import { CloseCode } from '../protocol/frame.ts';
import { settingsFor } from '../settings/store.ts';
import { wished } from './callbacks.ts';
import type { Parts } from './parts.ts';
import { writeApplicationToken } from './records.ts';

/** An event of Bitrix24's queue (fact 4.2, 5.2), as the Worker read it from the form. */
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
 * the portal itself confirms as an administrator's with our app (fact 5.2: UI apps get no ONAPPINSTALL).
 *
 * Not as an employee's: each can read our address with `event.get` and make an event up with their own access token. So
 * until the application_token is known, theirs starts their own calls and nothing else.
 */
async function isGenuine(parts: Parts, event: PortalEvent): Promise<boolean> {
  if (!event.applicationToken) return false;
  const { memberId, applicationToken, endpoint, appCode } = parts.portal;
  const place = { portal: memberId, field: 'application_token' };
  if (applicationToken !== null) {
    const known = await unseal(parts.config.sealKeys, applicationToken, place);
    return known.ok && (await sameText(known.value, event.applicationToken));
  }
  if (!event.accessToken) return false;
  const who = await whoIs(parts.fetch, { endpoint, token: event.accessToken });
  if (!who.ok || who.value.appCode !== appCode) return false;
  if (!who.value.admin) return event.event === 'ONEXTERNALCALLSTART' && event.data.USER_ID === String(who.value.userId);
  writeApplicationToken(parts.sql, await seal(parts.config.sealKeys, event.applicationToken, place));
  return true;
}

/** Takes a genuine event in. Everything it asks for is stored or planned when this returns. */
export async function receiveEvent(
  parts: Parts,
  env: Env,
  event: PortalEvent,
  now: number,
): Promise<Result<true, Failure>> {
  if (!(await isGenuine(parts, event))) return err(FORBIDDEN);
  const { data } = event;
  switch (event.event) {
    case 'ONEXTERNALCALLSTART':
      return startCall(parts, data, now);
    case 'ONEXTERNALCALLBACKSTART':
      if (!data.PHONE_NUMBER || !fits(data))
        return err(failure('bad_request', 'PHONE_NUMBER is missing, or a field is too long.'));
      wished(parts, `${now}:${data.PHONE_NUMBER}`, data.PHONE_NUMBER, data.LINE_NUMBER ?? '', now);
      parts.changed();
      return ok(true);
    case 'ONAPPUPDATE':
      // A new version has lost its handlers (fact 5.2).
      parts.binder.learn({ t: 'missing' }, 'the app was updated');
      parts.due.plan('events', '', now);
      parts.due.plan('lines', '', now);
      return ok(true);
    case 'ONAPPUNINSTALL':
      return uninstall(parts, env, data.CLEAN === '1');
    default:
      return err(failure('bad_request', 'This event is not one that the app has bound.'));
  }
}

/** Whether what is stored and shown on /status has the length of what it is. */
const fits = ({ CALL_ID = '', PHONE_NUMBER = '', LINE_NUMBER = '' }: Readonly<Record<string, string>>) =>
  CALL_ID.length <= 255 && PHONE_NUMBER.length <= 64 && LINE_NUMBER.length <= 64;

function startCall(parts: Parts, data: Readonly<Record<string, string>>, now: number): Result<true, Failure> {
  const userId = Number(data.USER_ID);
  if (!data.CALL_ID || !data.PHONE_NUMBER || !Number.isSafeInteger(userId) || userId <= 0 || !fits(data))
    return err(failure('bad_request', 'CALL_ID, PHONE_NUMBER or USER_ID is missing or too long.'));
  const call = {
    callId: data.CALL_ID,
    userId,
    number: data.PHONE_NUMBER,
    line: data.LINE_NUMBER ?? '',
    mobile: data.IS_MOBILE === '1',
  };
  parts.switchboard.started(call, now);
  // A click without a phone may mean that the placement is gone and its hit was lost.
  if (parts.agents.phoneOf(userId) === null) parts.due.plan('reconcile', '', now);
  parts.changed();
  return ok(true);
}

/** Secrets go at once; strikes and calls stay for /status unless the admin asked to have the data removed. */
async function uninstall(parts: Parts, env: Env, clean: boolean): Promise<Result<true, Failure>> {
  const { memberId } = parts.portal;
  parts.binder.learn({ t: 'uninstalled' }, 'uninstalled');
  parts.sessions.revokeAll();
  parts.sockets.closeAll(CloseCode.uninstalled, 'uninstalled');
  for (const table of ['token', 'kept']) parts.sql.exec(`DELETE FROM ${table}`);
  // Calls that stay are forgotten in their time all the same.
  parts.sql.exec("DELETE FROM due WHERE kind NOT IN ('tell', 'sweep')");
  parts.sql.exec('UPDATE portal SET application_token = NULL');
  if (clean) {
    await Promise.all(parts.records.held().map((leg) => parts.recording(leg).wipe()));
    parts.sql.exec('DELETE FROM record');
    for (const table of [
      'leg',
      'call',
      'transcript',
      'handover',
      'agent',
      'rest_log',
      'strike',
      'load',
      'rebind',
      'counter',
    ])
      parts.sql.exec(`DELETE FROM ${table}`);
    await settingsFor(env, memberId).wipe();
    parts.due.cancel('tell', '');
    await env.DIRECTORY.getByName(DIRECTORY_NAME).forget(memberId);
  }
  log('info', 'uninstalled', { portal: memberId });
  return ok(true);
}
