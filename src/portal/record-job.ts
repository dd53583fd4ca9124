import { readUploadUrl } from '../bitrix24/address.ts';
import type { RestError } from '../bitrix24/errors.ts';
import type { Fetch } from '../bitrix24/rest.ts';
import { type UploadFile, uploadFile } from '../bitrix24/upload.ts';
import type { Config } from '../config.ts';
import { err, type Result } from '../http/result.ts';
import { log } from '../log.ts';
import type { CallSettings } from '../protocol/settings.ts';
import type { DueOutcome } from './due.ts';
import type { CallRecord } from './ledger.ts';
import type { LedgerStore } from './ledger-store.ts';
import { askUpload, attachByAddress } from './ledger-work.ts';
import { retryAfter } from './outcome.ts';
import { extensionOf, recordAddress, recordName } from './record-names.ts';
import type { LegRecordRow, LegRecords } from './record-store.ts';
import type { Caller } from './tokens.ts';

/** What the job asks of the object that holds a leg's sound. */
export interface HeldRecord {
  read(from: number): Promise<{ readonly bytes: Uint8Array; readonly next: number } | null>;
  taken(bytes: number): Promise<boolean>;
}

export interface RecordTools {
  readonly ledger: LedgerStore;
  readonly records: LegRecords;
  readonly caller: Caller;
  readonly fetch: Fetch;
  readonly config: Config;
  readonly memberId: () => string;
  /** The settings on calls as they are now. */
  readonly settings: () => CallSettings;
  /** The Recording of a leg. */
  readonly held: (leg: string) => HeldRecord;
  readonly denied: (error: RestError) => void;
}

/**
 * How often a refusal is asked again, and after how long each time (s): the PBX writes its file a moment after the call,
 * and Bitrix24 its statistics a moment after the finish.
 */
export const REFUSED_AGAIN_S = [5, 15, 60, 300, 900] as const;

/** Unlike other steps a refusal may pass; it is given up only after the last of the times above. */
function refused(tools: RecordTools, call: CallRecord, refusals: number, error: RestError): DueOutcome {
  if (error.kind === 'denied') tools.denied(error);
  const again = retryAfter(error, Date.now());
  if (again) return again;
  const wait = REFUSED_AGAIN_S[refusals];
  tools.records.addRefusal(call.key);
  if (wait !== undefined) return { at: Date.now() + wait * 1000 };
  tools.records.setFailed(call.key, `${error.code}: ${error.message}`);
  log('warn', 'record_failed', { portal: tools.memberId(), code: error.code });
  return 'done';
}

/** One leg after the other, each read part by part: mp3 frames stand for themselves, so records may be joined. */
async function* soundOf(tools: RecordTools, records: readonly LegRecordRow[]): AsyncGenerator<Uint8Array> {
  for (const { leg } of records) {
    const held = tools.held(leg);
    for (let from = 0; ; ) {
      const part = await held.read(from);
      if (!part) break;
      yield part.bytes;
      from = part.next;
    }
  }
}

async function upload(
  tools: RecordTools,
  call: CallRecord,
  callId: string,
  records: readonly LegRecordRow[],
): Promise<Result<unknown, RestError>> {
  const name = recordName(call, 'mp3');
  const place = await askUpload(tools.caller, callId, name);
  if (!place.ok) return place;
  const url = readUploadUrl(tools.config, place.value.uploadUrl);
  if (!url.ok) return err({ kind: 'refused', code: 'UPLOAD_ADDRESS', message: url.error.message });
  const file: UploadFile = {
    field: place.value.fieldName,
    name,
    type: 'audio/mpeg',
    length: records.reduce((sum, { bytes }) => sum + bytes, 0),
    parts: () => soundOf(tools, records),
  };
  return uploadFile(tools.fetch, url.value, file);
}

/** The Recordings may forget the sound now; one that has got more meanwhile keeps it and says so again. */
async function tellTaken(tools: RecordTools, callKey: string): Promise<DueOutcome> {
  for (const { leg, bytes, state } of tools.records.ofCall(callKey)) {
    if (state !== 'attached') continue;
    if (await tools.held(leg).taken(bytes)) tools.records.setState(leg, 'done');
    else tools.records.setState(leg, 'arriving');
  }
  return 'done';
}

async function attachSound(
  tools: RecordTools,
  call: CallRecord,
  callId: string,
  records: readonly LegRecordRow[],
): Promise<DueOutcome> {
  if (records.some(({ state }) => state === 'arriving')) return 'done';
  const whole = records.filter(({ state }) => state === 'whole');
  if (whole.length > 0) {
    // Attaching again replaces the file (fact 4.1): a leg that came too late must not take the others' place.
    if (records.some(({ state }) => state === 'done')) {
      tools.records.setFailed(call.key, 'TOO_LATE: Bitrix24 had the record of this call already.');
      return 'done';
    }
    const got = await upload(tools, call, callId, whole);
    if (!got.ok) return refused(tools, call, Math.max(...whole.map(({ refusals }) => refusals)), got.error);
    tools.records.setAttached(whole);
    tools.ledger.setRecorded(call.key);
  }
  return tellTaken(tools, call.key);
}

async function attachAddress(tools: RecordTools, call: CallRecord, callId: string): Promise<DueOutcome> {
  const address = recordAddress(tools.settings(), call);
  if (address === null || call.answeredLeg === null) return 'done';
  const leg = call.answeredLeg;
  if (!tools.records.find(leg)) tools.records.begin(leg, call.key, 'pbx', Date.now());
  const record = tools.records.find(leg);
  if (record?.state !== 'whole') return 'done';
  const got = await attachByAddress(tools.caller, callId, address, recordName(call, extensionOf(address)));
  if (!got.ok) return refused(tools, call, record.refusals, got.error);
  tools.records.setState(leg, 'done');
  tools.ledger.setRecorded(call.key);
  return 'done';
}

/**
 * The due job `record` of a finished call: hands Bitrix24 what its browsers recorded, or the address of what the PBX
 * recorded. Does nothing while a browser's part is still arriving, for its end plans the job anew.
 */
export async function attachRecords(tools: RecordTools, callKey: string): Promise<DueOutcome> {
  const call = tools.ledger.call(callKey);
  if (!call?.callId || (call.state !== 'finished' && call.state !== 'recorded')) return 'done';
  const records = tools.records.ofCall(callKey);
  const recorded = records.some(({ source }) => source === 'browser');
  return recorded ? attachSound(tools, call, call.callId, records) : attachAddress(tools, call, call.callId);
}
