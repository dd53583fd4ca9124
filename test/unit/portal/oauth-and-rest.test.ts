import { expect, test } from 'vitest';
import { A, B, call, createFake, other, ours, refresh } from './setup.ts';

test('5.3 a refresh rotates: the used token dies, the new one works, member_id comes from the token', async () => {
  const fake = createFake();
  const first = fake.issueTokens();
  const answer = await refresh(fake, first.refreshToken);
  expect(answer.body).toMatchObject({
    member_id: 'aaaa',
    expires_in: 3600,
    user_id: 1,
    domain: '127.0.0.1',
    client_endpoint: `http://${A}/rest/`,
  });
  expect((await refresh(fake, first.refreshToken)).body.error).toBe('invalid_grant');
  expect((await refresh(fake, answer.body.refresh_token)).status).toBe(200);
  expect(fake.state('aaaa')).toMatchObject({ portals: [{ refreshes: 2 }] });
});

test('5.3 a refresh token is good only with its own app and secret', async () => {
  const fake = createFake();
  const { refreshToken } = fake.issueTokens();
  expect((await refresh(fake, refreshToken, other)).body.error).toBe('invalid_grant');
  expect((await refresh(fake, refreshToken, { ...ours, clientSecret: 'wrong' })).body.error).toBe('invalid_client');
  expect((await refresh(fake, refreshToken)).status).toBe(200);
});

test('5.3 an access token lives 3600 s by the fake clock', async () => {
  const fake = createFake();
  const tokens = fake.issueTokens();
  fake.advance(3599);
  expect((await call(fake, tokens, 'profile')).status).toBe(200);
  fake.advance(1);
  expect(await call(fake, tokens, 'profile')).toMatchObject({ status: 401, body: { error: 'expired_token' } });
});

test('5.3 a token of another portal, or none, is NO_AUTH_FOUND', async () => {
  const fake = createFake();
  const tokens = fake.issueTokens();
  expect(await call(fake, tokens, 'profile', {}, B)).toMatchObject({ status: 401, body: { error: 'NO_AUTH_FOUND' } });
  expect((await call(fake, '', 'profile')).body.error).toBe('NO_AUTH_FOUND');
});

test("a token of another app is valid on the portal, but app.info's CODE tells", async () => {
  const fake = createFake();
  const foreign = fake.issueTokens({ clientId: other.clientId });
  expect((await call(fake, foreign, 'app.info')).body.result.CODE).toBe('other.app');
  expect((await call(fake, foreign, 'user.admin')).body.result).toBe(true);
});

test('a hostile portal says ADMIN for everybody, yet the OAuth server still names its own member_id', async () => {
  const fake = createFake();
  fake.portal('bbbb').hostile = true;
  fake.user(fake.portal('bbbb'), 1).admin = false;
  const tokens = fake.issueTokens({ memberId: 'bbbb', userId: 1 });
  expect((await call(fake, tokens, 'profile', {}, B)).body.result.ADMIN).toBe(true);
  expect((await refresh(fake, tokens.refreshToken)).body.member_id).toBe('bbbb');
});

test('6 the 51st request of a burst is 503, and the bucket drains two a second', async () => {
  const fake = createFake({ now: () => 1_000_000 });
  const tokens = fake.issueTokens();
  for (let turn = 0; turn < 50; turn += 1) expect((await call(fake, tokens, 'profile')).status).toBe(200);
  expect(await call(fake, tokens, 'profile')).toMatchObject({ status: 503, body: { error: 'QUERY_LIMIT_EXCEEDED' } });
  fake.advance(1);
  expect((await call(fake, tokens, 'profile')).status).toBe(200);
  expect((await call(fake, tokens, 'profile')).status).toBe(200);
  expect((await call(fake, tokens, 'profile')).status).toBe(503);
});

test('6 a method that used up its operating time is 429 until operating_reset_at', async () => {
  const fake = createFake({ now: () => 1_200_000 });
  const tokens = fake.issueTokens();
  fake.portal().operatingCost.set('profile', 481);
  expect((await call(fake, tokens, 'profile')).status).toBe(200);
  const blocked = await call(fake, tokens, 'profile');
  expect(blocked).toMatchObject({ status: 429, body: { error: 'OPERATION_TIME_LIMIT' } });
  expect(blocked.body.time.operating_reset_at).toBe(1800);
  expect((await call(fake, tokens, 'user.admin')).status).toBe(200);
  fake.advance(600);
  expect((await call(fake, tokens, 'profile')).status).toBe(200);
});

test('6 a batch counts as one request, passes results on, and writes empty parts as lists', async () => {
  const fake = createFake();
  const cmd = { who: 'profile', same: 'user.get?ID=$result[who][ID]', bad: 'no.such.method' };
  const { body } = await call(fake, fake.issueTokens(), 'batch', { halt: 0, cmd });
  expect(body.result.result.same).toMatchObject([{ ID: '1', NAME: 'Ada' }]);
  expect(body.result.result_error.bad.error).toBe('ERROR_METHOD_NOT_FOUND');
  expect(body.result.result_next).toEqual([]);
  expect(fake.portal().bucket.level).toBeLessThanOrEqual(1);
});

test('6 a batch of 51 is refused, a batch in a batch too, and halt stops at the first error', async () => {
  const fake = createFake();
  const tokens = fake.issueTokens();
  const long = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`c${index}`, 'profile']));
  const refused = await call(fake, tokens, 'batch', { cmd: long });
  expect(refused).toMatchObject({ status: 400, body: { error: 'ERROR_BATCH_LENGTH_EXCEEDED' } });
  const { body } = await call(fake, tokens, 'batch', { halt: 1, cmd: ['batch', 'profile'] });
  expect(body.result.result_error).toMatchObject([{ error: 'ERROR_BATCH_METHOD_NOT_ALLOWED' }]);
  expect(body.result.result).toEqual([]);
});

test('form bodies nest as in PHP, and method names ignore case', async () => {
  const fake = createFake();
  const { accessToken } = fake.issueTokens();
  const body = new URLSearchParams({ auth: accessToken, 'cmd[a]': 'User.Admin', 'cmd[b]': 'profile' });
  const answer = await fake.handle(new Request(`http://${A}/rest/BATCH.json`, { method: 'POST', body }));
  expect(await answer.json()).toMatchObject({ result: { result: { a: true, b: { ID: '1' } } } });
});

test('5.3 a host that the portal has left answers 302 to the new one', async () => {
  const fake = createFake();
  fake.moveDomain({ domain: 'new.localhost:9103', restHost: '127.0.0.1:9103' }, 'aaaa');
  const answer = await fake.handle(new Request(`http://${A}/rest/profile`, { method: 'POST' }));
  expect(answer.status).toBe(302);
  expect(answer.headers.get('location')).toBe('http://127.0.0.1:9103/rest/profile');
});

test('a fault strikes the named method as often as asked; a lost answer was performed', async () => {
  const fake = createFake();
  const tokens = fake.issueTokens();
  fake.fault({ method: 'telephony.externalLine.add', kind: 'lost' });
  await expect(call(fake, tokens, 'telephony.externalline.add', { NUMBER: '100' })).rejects.toThrow('on purpose');
  const again = await call(fake, tokens, 'telephony.externalline.add', { NUMBER: '100' });
  expect(again.body.error_description).toBe('Line already exists');
});

test('a request to an unknown host is answered 404 and kept in the log', async () => {
  const fake = createFake();
  expect((await fake.handle(new Request('http://evil.example/rest/profile'))).status).toBe(404);
  expect(fake.log.at(-1)).toMatchObject({ side: 'stray', url: 'http://evil.example/rest/profile' });
});
