import { expect, test } from 'vitest';
import { A, call, createFake, ours, worker } from './setup.ts';

const MEMBER = 'aaaa';

test('4.3 placement.bind: administrators only, errorHandlerUrl required, one per app, no upsert', async () => {
  const fake = createFake();
  const admin = fake.issueTokens();
  expect((await call(fake, fake.issueTokens({ userId: 2 }), 'placement.bind', worker)).status).toBe(403);
  const { OPTIONS: _, ...bare } = worker;
  expect(await call(fake, admin, 'placement.bind', bare)).toMatchObject({
    status: 200,
    body: { error: 'EMPTY_ERROR_HANDLER_URL' },
  });
  expect((await call(fake, admin, 'placement.bind', worker)).body.result).toBe(true);
  const elsewhere = { ...worker, HANDLER: 'http://app.localhost:8787/other' };
  expect((await call(fake, admin, 'placement.bind', elsewhere)).body.error).toBe('ERROR_PLACEMENT_MAX_COUNT');
});

test('4.3 a row for everybody blocks a personal one; the personal one first leaves room for everybody', async () => {
  const fake = createFake();
  const admin = fake.issueTokens();
  expect((await call(fake, admin, 'placement.bind', { ...worker, USER_ID: 2 })).body.result).toBe(true);
  expect((await call(fake, admin, 'placement.bind', worker)).body.result).toBe(true);
  expect((await call(fake, admin, 'placement.bind', { ...worker, USER_ID: 1 })).body.error).toBe(
    'ERROR_PLACEMENT_MAX_COUNT',
  );
});

test('4.3 a handler needs http or https and a host with a dot', async () => {
  const fake = createFake();
  const admin = fake.issueTokens();
  const bind = async (HANDLER: string) =>
    (await call(fake, admin, 'placement.bind', { ...worker, HANDLER })).body.error;
  expect(await bind('ftp://app.example/x')).toBe('ERROR_UNSUPPORTED_PROTOCOL');
  expect(await bind('http://localhost:8787/x')).toBe('ERROR_WRONG_HANDLER_URL');
});

test('1.5 the 11th long load deletes the row and queues errorHandlerUrl with error and description alone (1.6)', async () => {
  const fake = createFake();
  await call(fake, fake.issueTokens(), 'placement.bind', worker);
  expect(fake.longLoad({}, 10)).toEqual({ count: 10, deleted: false });
  expect(fake.longLoad()).toEqual({ count: 11, deleted: true });
  expect(fake.portal().placements).toEqual([]);
  const [hit] = fake.takeOutbox();
  expect(hit?.url).toBe(worker.OPTIONS.errorHandlerUrl);
  expect([...new URLSearchParams(hit?.body).keys()]).toEqual(['error', 'error_description']);
  expect(fake.takeOutbox()).toEqual([]);
});

test('1.5 the count starts anew a day later', async () => {
  const fake = createFake();
  await call(fake, fake.issueTokens(), 'placement.bind', worker);
  fake.longLoad({}, 10);
  fake.advance(86_401);
  expect(fake.longLoad()).toEqual({ count: 1, deleted: false });
});

test("1.5 a neighbour's first long load pushes everybody's reset out by a day", async () => {
  const fake = createFake();
  await call(fake, fake.issueTokens(), 'placement.bind', worker);
  const neighbour = fake.issueTokens({ clientId: 'app.other' });
  await call(fake, neighbour, 'placement.bind', worker);
  fake.longLoad({}, 6);
  fake.advance(80_000);
  fake.longLoad({ clientId: 'app.other' });
  fake.advance(10_000);
  expect(fake.longLoad()).toEqual({ count: 7, deleted: false });
});

test('1.4 the frame post carries the viewer’s tokens, the page and a name that the bridge reads', async () => {
  const fake = createFake();
  await call(fake, fake.issueTokens(), 'placement.bind', worker);
  const [post] = fake.workerFields({ memberId: MEMBER, userId: 2 }, '/crm/lead/list/');
  expect(post?.frameName).toBe(`portal-a.localhost:9101|0|${post?.sid}`);
  expect(new URL(post?.action ?? '').searchParams.get('APP_SID')).toBe(post?.sid);
  expect(JSON.parse(post?.fields.PLACEMENT_OPTIONS ?? '')).toEqual({
    ID: 'PAGE_BACKGROUND_WORKER',
    URI: '/crm/lead/list/',
  });
  expect((await call(fake, post?.fields.AUTH_ID ?? '', 'profile')).body.result.ID).toBe('2');
  expect(post?.fields).not.toHaveProperty('APPLICATION_TOKEN');
});

test('5.1 until setInstallFinish an administrator gets the installer, others get nothing, and no event flows', async () => {
  const fake = createFake();
  fake.portal(MEMBER).installs.clear();
  const install = fake.installFields({ memberId: MEMBER });
  expect(install.action.startsWith(`${ours.installUrl}?DOMAIN=`)).toBe(true);
  const admin = install.fields.AUTH_ID ?? '';
  await call(fake, admin, 'placement.bind', worker);
  await call(fake, admin, 'event.bind', { event: 'OnAppInstall', handler: 'http://app.localhost:8787/install' });
  expect(fake.workerFields({ userId: 2 })).toEqual([]);
  expect(fake.workerFields({ userId: 1 })[0]?.action.startsWith(ours.installUrl)).toBe(true);
  expect((await call(fake, admin, 'app.info')).body.result.INSTALLED).toBe(false);
  fake.finishInstall();
  expect(fake.workerFields({ userId: 2 })).toHaveLength(1);
  expect(fake.takeOutbox()).toMatchObject([{ kind: 'ONAPPINSTALL' }]);
});

test('5.2 ONAPPUNINSTALL has no tokens, keeps application_token, and takes everything of the app along', async () => {
  const fake = createFake();
  const admin = fake.issueTokens();
  await call(fake, admin, 'event.bind', { event: 'ONAPPUNINSTALL', handler: 'http://app.localhost:8787/install' });
  await call(fake, admin, 'placement.bind', worker);
  const token = fake.portal().installs.get(ours.clientId)?.applicationToken;
  fake.uninstall();
  const sent = new URLSearchParams(fake.takeOutbox()[0]?.body);
  expect(sent.get('auth[application_token]')).toBe(token);
  expect(sent.has('auth[access_token]')).toBe(false);
  expect(fake.portal().placements).toEqual([]);
  expect((await call(fake, admin, 'profile')).body.error).toBe('NO_AUTH_FOUND');
});

test('5.2 event.bind: an unknown event and a second time are errors; a new version drops the handlers', async () => {
  const fake = createFake();
  const admin = fake.issueTokens();
  const wanted = { event: 'OnExternalCallStart', handler: 'http://app.localhost:8787/events' };
  expect((await call(fake, admin, 'event.bind', { ...wanted, event: 'OnNothing' })).body.error).toBe(
    'ERROR_EVENT_NOT_FOUND',
  );
  expect((await call(fake, admin, 'event.bind', wanted)).body.result).toBe(true);
  expect((await call(fake, admin, 'event.bind', wanted)).body.error_description).toContain('already binded');
  fake.updateApp(2);
  expect((await call(fake, admin, 'event.get')).body.result).toEqual([]);
});

test('5.2 an event is sent once: a failed delivery is never repeated', async () => {
  let attempts = 0;
  const fake = createFake({
    deliver: async () => {
      attempts += 1;
      return new Response('', { status: 500 });
    },
  });
  await call(fake, fake.issueTokens(), 'placement.bind', worker);
  fake.longLoad({}, 11);
  await fake.settled();
  expect(attempts).toBe(1);
  expect(fake.state()).toMatchObject({ deliveries: [{ status: 500 }] });
});

test('the control API does over HTTP what the methods do in process', async () => {
  const fake = createFake();
  const control = async (action: string, body: object = {}) => {
    const init = { method: 'POST', body: JSON.stringify(body) };
    const answer = await fake.handle(new Request(`http://${A}/__control/${action}`, init));
    return { status: answer.status, body: (await answer.json()) as { ok: boolean; result: unknown; message: string } };
  };
  const tokens = await control('tokens', { userId: 1 });
  const { accessToken } = tokens.body.result as { accessToken: string };
  await call(fake, accessToken, 'placement.bind', worker);
  expect((await control('long-load', { times: 11 })).body.result).toEqual({ count: 11, deleted: true });
  expect((await control('outbox')).body.result).toHaveLength(1);
  expect((await control('no-such-action')).status).toBe(404);
  expect(await control('advance', {})).toMatchObject({ status: 400, body: { message: "'seconds' must be a number" } });
});
