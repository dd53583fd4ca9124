import { type Answer, coreError, fail, ok } from '../answers.ts';
import { text } from '../forms.ts';
import { findByNumber, nextId, origin } from '../portal.ts';
import { randomId } from '../tokens.ts';
import type { FinishedCall, Portal } from '../types.ts';
import type { Call, Method } from './context.ts';

/** Errors that the portal gives with an empty code: only the description tells them apart. */
const nameless = (description: string): Answer => fail('', description);

const finished = (portal: Portal, callId: string): FinishedCall | null =>
  portal.finished.find((call) => call.callId === callId) ?? null;

const extensionFits = (name: string): boolean => /\.(wav|mp3)$/i.test(name);

const PRIVATE_HOST = /^(localhost|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|\[?::1)/;

/** Stores a recording; a repeat replaces the file (fact 4.1). */
export const store = (
  portal: Portal,
  call: FinishedCall,
  name: string,
  from: { readonly url: string } | { readonly bytes: Uint8Array },
): Answer => {
  const fileId = nextId(portal);
  call.record = {
    fileId,
    name,
    url: 'url' in from ? from.url : null,
    bytes: 'bytes' in from ? from.bytes : null,
  };
  return ok({ FILE_ID: fileId });
};

const fromUrl = async ({ portal, params, world }: Call, call: FinishedCall): Promise<Answer> => {
  const url = text(params, 'RECORD_URL');
  if (!URL.canParse(url)) return coreError('Server returns HTTP error code 0');
  const parsed = new URL(url);
  const name = text(params, 'FILENAME') || (parsed.pathname.split('/').pop() ?? '');
  if (PRIVATE_HOST.test(parsed.hostname) && world.scheme === 'https') {
    return nameless('Record URL resolves to a non-public address and was blocked.');
  }
  if (name === '') return coreError('File name is empty');
  if (!extensionFits(name)) return coreError('Wrong file extension. Only wav and mp3 are allowed');
  const { deliver } = world.options;
  if (deliver === undefined || deliver === null) return store(portal, call, name, { url });
  const fetched = await deliver(url, { method: 'GET' }).catch(() => null);
  if (fetched?.ok !== true) return coreError(`Server returns HTTP error code ${fetched?.status ?? 0}`);
  return store(portal, call, name, { bytes: new Uint8Array(await fetched.arrayBuffer()) });
};

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const attachRecord = (call: Call): Answer | Promise<Answer> => {
  const { portal, params, world } = call;
  if (params.RECORD_URL === undefined && params.FILENAME === undefined) {
    return nameless('Required parameters are not set. Request should contain either URL or FILENAME parameter');
  }
  const callId = text(params, 'CALL_ID');
  const done = finished(portal, callId);
  if (done === null) {
    return nameless('Call is not found in the statistic table. It looks like it is not finished yet.');
  }
  // Checked by isset: an empty RECORD_URL still wins over FILENAME (fact 4.1).
  if (params.RECORD_URL !== undefined) return fromUrl(call, done);
  const name = text(params, 'FILENAME');
  if (name === '') return coreError('File name is empty');
  if (!extensionFits(name)) return coreError('Wrong file extension. Only wav and mp3 are allowed');
  if (params.FILE_CONTENT === undefined) {
    const token = randomId();
    portal.uploads.set(token, { callId, name });
    const own = `${origin(world, portal.restHost)}/rest/upload.json?token=${token}`;
    return ok({ uploadUrl: portal.uploadUrl ?? own, fieldName: 'file' });
  }
  const content = text(params, 'FILE_CONTENT');
  if (content === '') return coreError('File content is empty.');
  if (!BASE64.test(content)) {
    return coreError('File content is not properly encoded. Base64 encoding is expected.');
  }
  return store(portal, done, name, { bytes: Uint8Array.from(Buffer.from(content, 'base64')) });
};

/** The multipart request to uploadUrl; the token of the address is its whole proof and is good once. */
export const upload = async (portal: Portal, token: string, request: Request): Promise<Answer> => {
  const wanted = portal.uploads.get(token);
  if (wanted === undefined) return fail('ERROR_UPLOAD', 'Unknown upload token', 403);
  portal.uploads.delete(token);
  const form = await request.formData().catch(() => null);
  const file = form?.get('file');
  const done = finished(portal, wanted.callId);
  if (!(file instanceof Blob) || done === null) return coreError('File content is empty.');
  return store(portal, done, wanted.name, { bytes: new Uint8Array(await file.arrayBuffer()) });
};

interface Passage {
  readonly SIDE?: unknown;
  readonly START_TIME?: unknown;
  readonly STOP_TIME?: unknown;
  readonly MESSAGE?: unknown;
}

const passageFits = (passage: Passage): boolean =>
  (passage.SIDE === 'User' || passage.SIDE === 'Client') &&
  Number(passage.START_TIME) >= 0 &&
  Number(passage.STOP_TIME) > 0 &&
  typeof passage.MESSAGE === 'string' &&
  passage.MESSAGE !== '';

const attachTranscription = ({ portal, params }: Call): Answer => {
  const callId = text(params, 'CALL_ID');
  const messages = params.MESSAGES;
  if (!Array.isArray(messages) || messages.length === 0 || !messages.every(passageFits)) {
    return coreError('MESSAGES is not valid');
  }
  const done = finished(portal, callId);
  if (done === null) return coreError(`Call ${callId} is not found. Is it finished?`);
  done.transcript = messages;
  return ok({ TRANSCRIPT_ID: nextId(portal) });
};

const searchCrmEntities = ({ portal, params }: Call): Answer => {
  const number = text(params, 'PHONE_NUMBER');
  if (number === '') return coreError('PHONE_NUMBER is empty');
  return ok(
    findByNumber(portal, number).map((entity) => {
      const responsible = portal.users.get(entity.responsibleId);
      return {
        CRM_ENTITY_TYPE: entity.type,
        CRM_ENTITY_ID: entity.id,
        ASSIGNED_BY_ID: entity.responsibleId,
        NAME: entity.name,
        ASSIGNED_BY: {
          ID: String(entity.responsibleId),
          ...(responsible?.timeman && { TIMEMAN_STATUS: responsible.timeman }),
          USER_PHONE_INNER: responsible?.inner ?? '',
          WORK_PHONE: '',
          PERSONAL_PHONE: '',
          PERSONAL_MOBILE: responsible?.phone ?? '',
        },
      };
    }),
  );
};

export const recordMethods: Readonly<Record<string, Method>> = {
  'telephony.externalcall.attachrecord': { scope: 'telephony', run: attachRecord },
  'telephony.externalcall.searchcrmentities': { scope: 'telephony', run: searchCrmEntities },
  'telephony.call.attachtranscription': { scope: 'telephony', run: attachTranscription },
};
