import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Demo } from '../../portal/page/config.ts';
import { site } from '../../portal/page/site.ts';
import { type StartedFake, startFakeBitrix24 } from '../../portal/server.ts';
import { A, createFake, ours } from './setup.ts';

let started: StartedFake;

beforeEach(async () => {
  started = await startFakeBitrix24({
    apps: [ours],
    deliver: null,
    portals: [{ name: 'portal-a', memberId: 'aaaa', users: [{ id: 1, name: 'Ada', admin: true }] }],
  });
});
afterEach(() => started.close());

const profile = () => {
  const { accessToken } = started.fake.issueTokens();
  return fetch(`${started.portals[0]?.restUrl}profile?auth=${accessToken}`);
};

test('a portal and the OAuth server answer on real ports, and client_endpoint names the portal’s', async () => {
  expect(await (await profile()).json()).toMatchObject({ result: { ID: '1', ADMIN: true } });
  const query = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: ours.clientId,
    client_secret: ours.clientSecret,
    refresh_token: started.fake.issueTokens().refreshToken,
  });
  const answer = await fetch(`http://${started.oauthHost}/oauth/token/?${query}`);
  expect(await answer.json()).toMatchObject({ client_endpoint: started.portals[0]?.restUrl, member_id: 'aaaa' });
});

test('a lost answer is a connection that breaks; a garbled one is a proxy’s page', async () => {
  started.fake.fault({ method: 'profile', kind: 'lost' });
  await expect(profile()).rejects.toThrow();
  started.fake.fault({ method: 'profile', kind: 'garbled' });
  const garbled = await profile();
  expect(garbled.status).toBe(502);
  expect(garbled.headers.get('content-type')).toBe('text/html');
  expect((await profile()).status).toBe(200);
});

test('a hanging call ends with 504 when it is released', async () => {
  started.fake.fault({ method: 'profile', kind: 'hang' });
  const waiting = profile();
  await expect.poll(() => started.fake.state()).toMatchObject({ hanging: 1 });
  started.fake.releaseHangs();
  expect((await waiting).status).toBe(504);
});

const demo: Demo = {
  intro: 'Try it.',
  actions: [{ id: 'call-me', label: 'Call <me>', hint: '' }],
  run: async (id, { memberId, userId }) => `${id} for ${userId} of ${memberId}`,
};
const HOME = 'http://portal-a.localhost:9101';
const open = (path: string, init: RequestInit = {}) => {
  const fake = createFake();
  return site(fake, fake.portal('aaaa'), new Request(`${HOME}${path}`, init), { demo, maxLoadDelay: 5000 });
};

test('pages escape what they are told and live at the domain, not at the REST host', async () => {
  expect(await (await open('/')).text()).toContain('Call &lt;me&gt;');
  const fake = createFake();
  const away = await site(fake, fake.portal('aaaa'), new Request(`http://${A}/crm/lead/list/`), {
    demo: null,
    maxLoadDelay: 5000,
  });
  expect(away.headers.get('location')).toBe(`${HOME}/crm/lead/list/`);
});

test('a demo button runs its action as the person who looks; an unknown one is 404', async () => {
  const cookie = { cookie: 'portal_user=2' };
  const done = await open('/__demo/call-me', { method: 'POST', headers: cookie });
  expect(await done.json()).toEqual({ ok: true, text: 'call-me for 2 of aaaa' });
  expect((await open('/__demo/other', { method: 'POST' })).status).toBe(404);
});

test('only the page’s own files are served: its styles, and its script as one file without types', async () => {
  const script = await open('/__page/main.js');
  expect(script.headers.get('content-type')).toContain('javascript');
  const code = await script.text();
  expect(code).toContain('fakePortal');
  expect(code).not.toMatch(/^(import|export) /m);
  expect((await open('/__page/card.css')).headers.get('content-type')).toContain('css');
  for (const path of ['../server.ts', 'client/main.ts', 'none.css'])
    expect((await open(`/__page/${path}`)).status).toBe(404);
});

test('the user switch goes back to pages of this portal only', async () => {
  const back = async (to: string) =>
    (await open(`/__portal/switch?user=2&back=${encodeURIComponent(to)}`)).headers.get('location');
  expect(await back('/contact/5/')).toBe('/contact/5/');
  expect(await back('//evil.example/')).toBe('/');
  expect(await back('/\\evil.example/')).toBe('/');
});
