import { expect, test } from 'vitest';
import type { PullEvent } from '../../portal/backend/index.ts';
import { call, createFake, incoming, ours } from './setup.ts';

const watch = (fake: ReturnType<typeof createFake>): PullEvent[] => {
  const seen: PullEvent[] = [];
  fake.onPull((event) => seen.push(event));
  return seen;
};

test('4.1 register finds the contact by number, creates the unknown line and shows the card', async () => {
  const fake = createFake();
  const seen = watch(fake);
  const { body } = await call(fake, fake.issueTokens(), 'telephony.externalCall.register', {
    ...incoming,
    LINE_NUMBER: '700',
  });
  expect(body.result).toMatchObject({ CRM_ENTITY_TYPE: 'CONTACT', CRM_ENTITY_ID: 5, CRM_CREATED_ENTITIES: [] });
  expect(body.result.CALL_ID).toMatch(/^externalCall\.[0-9a-f]{32}\.\d+$/);
  expect(fake.portal().lines).toMatchObject([{ number: '700' }]);
  expect(seen).toMatchObject([{ userId: 2, message: { command: 'showExternalCall', params: { lineNumber: '700' } } }]);
});

test('4.1 SHOW is cast as PHP casts: the text "false" shows the card, 0 does not', async () => {
  const fake = createFake();
  const tokens = fake.issueTokens();
  const seen = watch(fake);
  await call(fake, tokens, 'telephony.externalcall.register', { ...incoming, SHOW: 0 });
  expect(seen).toEqual([]);
  await call(fake, tokens, 'telephony.externalcall.register', { ...incoming, SHOW: 'false' });
  expect(seen).toHaveLength(1);
});

test('4.1 the same call within 30 minutes has the same CALL_ID; another EXTERNAL_CALL_ID makes another', async () => {
  const fake = createFake();
  const tokens = fake.issueTokens();
  const register = async (params: object) =>
    (await call(fake, tokens, 'telephony.externalcall.register', { ...incoming, ...params })).body.result.CALL_ID;
  const first = await register({});
  expect(await register({})).toBe(first);
  expect(await register({ EXTERNAL_CALL_ID: 'sip-2' })).not.toBe(first);
  fake.advance(1801);
  expect(await register({})).not.toBe(first);
});

test('4.1 CRM_CREATE makes a lead for a stranger; a colleague’s internal number makes none and a simple card', async () => {
  const fake = createFake();
  const tokens = fake.issueTokens();
  const seen = watch(fake);
  const stranger = { ...incoming, PHONE_NUMBER: '+15550199', CRM_CREATE: 1 };
  const { body } = await call(fake, tokens, 'telephony.externalcall.register', stranger);
  expect(body.result.CRM_CREATED_ENTITIES).toEqual([{ ENTITY_TYPE: 'LEAD', ENTITY_ID: body.result.CRM_CREATED_LEAD }]);
  const colleague = { ...incoming, PHONE_NUMBER: '101', CRM_CREATE: 1 };
  const inner = await call(fake, tokens, 'telephony.externalcall.register', colleague);
  expect(inner.body.result.CRM_CREATED_LEAD).toBeNull();
  expect(seen.at(-1)).toMatchObject({ message: { params: { simple: true } } });
});

test('4.1 register names what is wrong with ERROR_CORE and a sentence', async () => {
  const fake = createFake();
  const tokens = fake.issueTokens();
  const why = async (params: object) =>
    (await call(fake, tokens, 'telephony.externalcall.register', { ...incoming, ...params })).body.error_description;
  expect(await why({ USER_ID: 0 })).toBe('USER_ID or USER_PHONE_INNER should be set');
  expect(await why({ USER_ID: 3 })).toBe('User is not found or is not active');
  expect(await why({ TYPE: 9 })).toBe('Unknown TYPE');
  expect(await why({ CALL_START_DATE: 'yesterday' })).toBe('CALL_START_DATE should be in the ISO-8601 format');
  expect(await why({ PHONE_NUMBER: 'anonymous' })).toBe('Unsupported phone number format');
});

test('4.1 finish writes statistics and an activity, hides the card, and works once', async () => {
  const fake = createFake();
  const tokens = fake.issueTokens();
  const { CALL_ID } = (await call(fake, tokens, 'telephony.externalcall.register', incoming)).body.result;
  const seen = watch(fake);
  const wanted = { CALL_ID, USER_ID: 2, DURATION: 12 };
  const { body } = await call(fake, tokens, 'telephony.externalcall.finish', wanted);
  expect(body.result).toMatchObject({ CALL_STATUS: 1, CALL_FAILED_CODE: '200', INCOMING: '2', CALL_START_DATE: {} });
  expect(body.result.CRM_ACTIVITY_ID).toBeGreaterThan(0);
  expect(seen[0]).toMatchObject({ userId: 2, message: { command: 'hideExternalCall' } });
  const again = await call(fake, tokens, 'telephony.externalcall.finish', wanted);
  expect(again.body.error_description).toBe('Call is not found (call should be registered prior to finishing)');
});

test('4.1 STATUS_CODE defaults to 304 without a duration', async () => {
  const fake = createFake();
  const tokens = fake.issueTokens();
  const { CALL_ID } = (await call(fake, tokens, 'telephony.externalcall.register', incoming)).body.result;
  const { body } = await call(fake, tokens, 'telephony.externalcall.finish', { CALL_ID, USER_PHONE_INNER: '102' });
  expect(body.result).toMatchObject({ CALL_FAILED_CODE: '304', CALL_STATUS: 0, PORTAL_USER_ID: 2 });
});

test('4.1 attachRecord needs a finished call, checks RECORD_URL before FILENAME, and takes uploads', async () => {
  const fake = createFake();
  const tokens = fake.issueTokens();
  const { CALL_ID } = (await call(fake, tokens, 'telephony.externalcall.register', incoming)).body.result;
  const attach = async (params: object) =>
    (await call(fake, tokens, 'telephony.externalcall.attachRecord', { CALL_ID, ...params })).body;
  expect(await attach({ FILENAME: 'a.mp3', FILE_CONTENT: 'AAAA' })).toMatchObject({ error: '' });
  await call(fake, tokens, 'telephony.externalcall.finish', { CALL_ID, USER_ID: 2 });
  expect((await attach({ FILENAME: 'a.ogg' })).error_description).toContain('Only wav and mp3');
  expect((await attach({ RECORD_URL: '', FILENAME: 'a.mp3', FILE_CONTENT: 'AAAA' })).error).toBe('ERROR_CORE');
  expect((await attach({ FILENAME: 'a.mp3', FILE_CONTENT: 'AAAA' })).result.FILE_ID).toBeGreaterThan(0);
  const { uploadUrl, fieldName } = (await attach({ FILENAME: 'b.wav' })).result;
  const form = new FormData();
  form.append(fieldName, new Blob(['12345']), 'b.wav');
  const answer = await fake.handle(new Request(uploadUrl, { method: 'POST', body: form }));
  expect(answer.status).toBe(200);
  expect(fake.portal().finished[0]?.record).toMatchObject({ name: 'b.wav', bytes: { length: 5 } });
});

test('4.2 a click on a number registers, shows the card and tells only the app of the default line', async () => {
  const fake = createFake();
  const mine = fake.issueTokens();
  const theirs = fake.issueTokens({ clientId: 'app.other' });
  await call(fake, mine, 'event.bind', { event: 'ONEXTERNALCALLSTART', handler: 'http://app.localhost:8787/events' });
  await call(fake, theirs, 'event.bind', { event: 'ONEXTERNALCALLSTART', handler: 'http://other.example/events' });
  await call(fake, mine, 'telephony.externalline.add', { NUMBER: '700', NAME: 'Main' });
  expect(fake.clickToCall({ userId: 2, number: '+15550100' })).toBeNull();
  fake.setDefaultLine({ clientId: ours.clientId, number: '700' });
  const seen = watch(fake);
  const live = fake.clickToCall({ userId: 2, number: '+15550100' });
  expect(live).toMatchObject({ type: 1, externalCallId: null, entityType: 'LEAD' });
  expect(seen).toMatchObject([{ message: { params: { direction: 'outgoing', callId: live?.callId } } }]);
  const sent = fake.takeOutbox();
  expect(sent.map((item) => item.url)).toEqual(['http://app.localhost:8787/events']);
  const body = new URLSearchParams(sent[0]?.body);
  expect(body.get('data[CALL_ID]')).toBe(live?.callId);
  expect(body.get('auth[member_id]')).toBe('aaaa');
  expect(body.has('auth[refresh_token]')).toBe(false);
  const again = await call(fake, mine, 'telephony.externalcall.register', {
    USER_ID: 2,
    PHONE_NUMBER: '+15550100',
    TYPE: 1,
  });
  expect(again.body.result.CALL_ID).toBe(live?.callId);
});

test('4.1 lines belong to one app; an update without fields is an error', async () => {
  const fake = createFake();
  const tokens = fake.issueTokens();
  await call(fake, tokens, 'telephony.externalline.add', { NUMBER: '700' });
  const foreign = fake.issueTokens({ clientId: 'app.other' });
  expect((await call(fake, foreign, 'telephony.externalline.get')).body.result).toEqual([]);
  const update = await call(fake, tokens, 'telephony.externalline.update', { NUMBER: '700' });
  expect(update.body.error_description).toBe('There are no fields to update');
});

test('a scope that the app lacks is insufficient_scope', async () => {
  const fake = createFake({ apps: [{ ...ours, scope: ['placement'] }] });
  const answer = await call(fake, fake.issueTokens(), 'telephony.externalline.get');
  expect(answer).toMatchObject({ status: 403, body: { error: 'insufficient_scope' } });
});
