import * as v from 'valibot';
import type { RestError } from '../bitrix24/errors.ts';
import type { Command } from '../bitrix24/rest.ts';
import { err, type Result } from '../http/result.ts';
import { matchable } from '../numbers/match.ts';
import { lineOf, makesLead, type PortalRules } from './leads.ts';
import type { CallRecord } from './ledger.ts';
import type { Caller } from './tokens.ts';

const Registered = v.object({ CALL_ID: v.pipe(v.string(), v.minLength(1), v.maxLength(255)) });

/** One command as the portal's admin, with its own error and the request's folded into one. */
async function callOne(caller: Caller, command: Command): Promise<Result<unknown, RestError>> {
  const got = await caller.batch({ it: command });
  return got.ok ? got.value.it : got;
}

/**
 * Stands for a caller who hides their number: Bitrix24 registers no call without digits, and without a registered call
 * there is no card to answer it with. It finds nobody in the CRM, and no lead is made of it.
 */
const HIDDEN_NUMBER = '0000000';

/**
 * The register command of a call. EXTERNAL_CALL_ID is our key: asked again, Bitrix24 answers the same CALL_ID for half
 * an hour instead of making a second call (fact 4.1).
 *
 * @param show whether to raise the card at once
 */
export function registerCommand(call: CallRecord, show: boolean, rules: PortalRules): Command {
  const hidden = !/\d/.test(call.number);
  return {
    method: 'telephony.externalcall.register',
    params: {
      USER_ID: call.userId,
      PHONE_NUMBER: hidden ? HIDDEN_NUMBER : matchable(call.number, rules.calls),
      TYPE: call.type,
      CALL_START_DATE: new Date(call.startedAt).toISOString(),
      CRM_CREATE: makesLead(call, rules) ? 1 : 0,
      SHOW: show ? 1 : 0,
      LINE_NUMBER: (lineOf(call.line, rules)?.number ?? call.line) || undefined,
      EXTERNAL_CALL_ID: call.key,
    },
  };
}

/** Registers a call at Bitrix24. @returns its CALL_ID */
export async function registerCall(
  caller: Caller,
  call: CallRecord,
  show: boolean,
  rules: PortalRules,
): Promise<Result<string, RestError>> {
  const got = await callOne(caller, registerCommand(call, show, rules));
  if (!got.ok) return got;
  const parsed = v.safeParse(Registered, got.value);
  if (!parsed.success)
    return err({ kind: 'unavailable', code: 'BAD_ANSWER', message: 'Bitrix24 answered no CALL_ID.' });
  return { ok: true, value: parsed.output.CALL_ID };
}

/** The finish command. ADD_TO_CHAT is always sent: documents and code disagree about its default (fact 4.1). */
export const finishCommand = (call: CallRecord, callId: string): Command => ({
  method: 'telephony.externalcall.finish',
  params: {
    CALL_ID: callId,
    USER_ID: call.answeredBy ?? call.userId,
    DURATION: call.seconds ?? 0,
    STATUS_CODE: call.status ?? '304',
    FAILED_REASON: call.reason || undefined,
    VOTE: call.vote ?? undefined,
    ADD_TO_CHAT: 1,
  },
});

/** Finishes a call. A call that Bitrix24 no longer knows was finished by the attempt whose answer we lost. */
export async function finishCall(
  caller: Caller,
  call: CallRecord,
  callId: string,
): Promise<Result<unknown, RestError>> {
  const got = await callOne(caller, finishCommand(call, callId));
  if (!got.ok && got.error.kind === 'refused' && /call is not found/i.test(got.error.message))
    return { ok: true, value: null };
  return got;
}

/** Raises the card of a registered call for one more employee. */
export const showCall = (caller: Caller, callId: string, userId: number): Promise<Result<unknown, RestError>> =>
  callOne(caller, { method: 'telephony.externalcall.show', params: { CALL_ID: callId, USER_ID: userId } });

/** Takes the card away from employees whom somebody else was quicker than. */
export const hideCall = (
  caller: Caller,
  callId: string,
  users: readonly number[],
): Promise<Result<unknown, RestError>> =>
  callOne(caller, { method: 'telephony.externalcall.hide', params: { CALL_ID: callId, USER_ID: users } });

const UploadPlace = v.object({
  uploadUrl: v.pipe(v.string(), v.minLength(1), v.maxLength(4096)),
  fieldName: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(64)), 'file'),
});

/** Asks where to upload a call's record. Attaching again replaces the file, so this may be repeated (fact 4.1). */
export async function askUpload(
  caller: Caller,
  callId: string,
  filename: string,
): Promise<Result<v.InferOutput<typeof UploadPlace>, RestError>> {
  const got = await callOne(caller, {
    method: 'telephony.externalcall.attachRecord',
    params: { CALL_ID: callId, FILENAME: filename },
  });
  if (!got.ok) return got;
  const parsed = v.safeParse(UploadPlace, got.value);
  if (parsed.success) return { ok: true, value: parsed.output };
  return err({ kind: 'unavailable', code: 'BAD_ANSWER', message: 'Bitrix24 answered no address for the upload.' });
}

/** Has Bitrix24 fetch a call's record from the PBX. */
export const attachByAddress = (
  caller: Caller,
  callId: string,
  url: string,
  filename: string,
): Promise<Result<unknown, RestError>> =>
  callOne(caller, {
    method: 'telephony.externalcall.attachRecord',
    params: { CALL_ID: callId, RECORD_URL: url, FILENAME: filename },
  });

/** Puts one sentence into a person's notifications; the TAG lets a newer one replace it. */
export const notifyPerson = (caller: Caller, userId: number, text: string): Promise<Result<unknown, RestError>> =>
  callOne(caller, {
    method: 'im.notify.personal.add',
    params: { USER_ID: userId, MESSAGE: text, TAG: 'webphone' },
  });
