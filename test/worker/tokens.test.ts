import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/config.ts';
import { readConfig } from '../../src/config.ts';
import { TokenKeeper } from '../../src/portal/tokens.ts';
import { CloseCode } from '../../src/protocol/frame.ts';
import { env, oauthControl, openPhone, portals, type TestPortal, type TestSocket } from './kit.ts';
import { ended, ring, settle } from './legs.ts';

const newPortal = portals(440);

const dial = (leg: string) => ring(leg, { direction: 'out' });
const busy = (leg: string) => ended(leg, { status: '486', reason: 'Busy' });

const ignore = () => {};
const asked = async (phone: TestSocket, leg: string) => (await phone.ask(dial(leg))).t;
const forgetRefusal = (portal: TestPortal) => portal.rows("UPDATE counter SET value = 0 WHERE name = 'refused_at'");

describe('an expired token', () => {
  it('is refreshed once at the OAuth server, though 200 calls of three people find it so at the same time', async () => {
    const portal = await newPortal().install();
    const phones = await Promise.all([1, 2, 3].map((userId) => openPhone(portal, userId)));
    const { refreshes: before } = await portal.state();
    await portal.control('expire-tokens');
    for (let i = 0; i < 200; i++) {
      const phone = phones[i % phones.length];
      phone?.send(dial(`l${i}`));
      phone?.send(busy(`l${i}`));
    }
    await expect
      .poll(() => portal.rows('SELECT count(*) AS n FROM call WHERE call_id IS NOT NULL'), { timeout: 60_000 })
      .toEqual([{ n: 200 }]);
    expect((await portal.state()).refreshes).toBe(before + 1);
    const { calls, finished } = await portal.state();
    expect(calls.length + finished.length).toBe(200);
  }, 90_000);
});

describe('an answer of a refresh that was lost', () => {
  /** The OAuth server has spent our refresh token, and its answer did not arrive. */
  async function lockedOut(): Promise<TestPortal> {
    const portal = await newPortal().install();
    await portal.control('expire-tokens');
    await oauthControl('fault', { method: 'oauth', kind: 'lost' });
    return portal;
  }

  it('is tried again with the token that there is, and refused only when the OAuth server refuses it', async () => {
    const portal = await lockedOut();
    const phone = await openPhone(portal, 2);
    phone.send(dial('a'));
    await expect.poll(() => portal.rows("SELECT attempt FROM due WHERE kind = 'register'")).toEqual([{ attempt: 1 }]);
    expect((await portal.status()).tokens.state).not.toBe('refused');
    expect((await phone.next('registered')).leg).toBe('a');
    expect((await portal.status()).tokens.state).toBe('refused');
  });

  it('locks no calls out: any confirmed employee\u2019s token records them, and the OAuth server is left in peace', async () => {
    const portal = await lockedOut();
    const phone = await openPhone(portal, 2);
    phone.send(dial('a'));
    await phone.next('registered');
    const refusals = (await portal.object.restLog({ method: 'oauth', failed: true })).length;
    expect(await asked(phone, 'b')).toBe('registered');
    await phone.ask(busy('b'));
    await settle(portal, 'finish');
    expect((await portal.state()).finished).toHaveLength(1);
    expect((await portal.object.restLog({ method: 'oauth', failed: true })).length).toBe(refusals);
  });

  it('and nobody has lent a token: one page without a call opens a new session, and what had waited is done', async () => {
    const portal = await lockedOut();
    const [idle, talking] = [await openPhone(portal, 2), await openPhone(portal, 3)];
    expect(await asked(talking, 'a')).toBe('registered');
    // What was lent is in memory only.
    await evictDurableObject(portal.object);
    const waiting = talking.ask(dial('b'));
    await idle.until(() => idle.closed);
    expect(idle.closed?.code).toBe(CloseCode.ticket);
    expect(await portal.rows("SELECT attempt FROM due WHERE kind = 'register'")).toEqual([{ attempt: 1 }]);
    await portal.session(2);
    expect((await waiting).t).toBe('registered');
    expect(talking.closed).toBeNull();
  });

  it('and what was lent has run out: somebody is asked as well', async () => {
    const portal = await lockedOut();
    const phone = await openPhone(portal, 2);
    expect(await asked(phone, 'a')).toBe('registered');
    const { value: config } = readConfig(env) as { value: Config };
    let wanted = 0;
    await runInDurableObject(portal.object, async (_, { storage }) => {
      const tokens = new TokenKeeper(
        storage.sql,
        config,
        (url, init) => fetch(url, init),
        ignore,
        () => wanted++,
      );
      tokens.lend('a token', Date.now() - 51 * 60_000);
      await tokens.batch({ it: { method: 'profile' } });
    });
    expect(wanted).toBe(1);
  });

  it('costs no call with a token that is known to be dead', async () => {
    const portal = await lockedOut();
    const phone = await openPhone(portal, 2);
    expect(await asked(phone, 'a')).toBe('registered');
    const dead = async () =>
      (await portal.object.restLog({ failed: true })).filter(({ code }) => code === 'expired_token');
    const before = (await dead()).length;
    expect(await asked(phone, 'b')).toBe('registered');
    expect(await dead()).toHaveLength(before);
  });

  it('is over as soon as an administrator opens the app: the pair that their page lends is kept', async () => {
    const portal = await lockedOut();
    const phone = await openPhone(portal, 2);
    phone.send(dial('a'));
    await phone.next('registered');
    // Whoever may not bind has the placement wait for an administrator.
    await portal.rows("UPDATE portal SET binding = 'needs_admin' RETURNING 1");
    const lent = await portal.control('tokens', { userId: 1 });
    await portal.object.openSession(lent.accessToken, lent.refreshToken, '');
    expect((await portal.status()).tokens.state).toBe('ok');
    await portal.runDue();
    expect((await portal.status()).binding).toBe('bound');
  });

  it('is asked for again after ten minutes, not at every call', async () => {
    const portal = await lockedOut();
    const phone = await openPhone(portal, 2);
    phone.send(dial('a'));
    await phone.next('registered');
    const count = async () => (await portal.object.restLog({ method: 'oauth' })).length;
    const before = await count();
    await asked(phone, 'b');
    expect(await count()).toBe(before);
    await forgetRefusal(portal);
    await asked(phone, 'c');
    expect(await count()).toBe(before + 1);
  });
});

describe('a portal that redirects', () => {
  it('for ever is not worth a refresh at each call', async () => {
    const portal = await newPortal().install();
    const config = readConfig(env) as { value: Config };
    const requests: string[] = [];
    await runInDurableObject(portal.object, async (_, { storage }) => {
      const fetch = async (url: string) => {
        requests.push(url);
        if (!url.includes('/oauth/')) return new Response(null, { status: 302, headers: { location: '/login' } });
        return Response.json({
          access_token: 'a',
          refresh_token: 'r',
          member_id: portal.memberId,
          client_endpoint: portal.host.startsWith('127') ? `http://${portal.host}/rest/` : '',
        });
      };
      const tokens = new TokenKeeper(storage.sql, config.value, fetch, ignore, ignore);
      for (let i = 0; i < 5; i++) await tokens.batch({ it: { method: 'profile' } });
    });
    expect(requests.filter((url) => url.includes('/oauth/'))).toHaveLength(1);
  });
});

describe('a rotated key of SEAL_KEYS', () => {
  it('is needed no longer once the sweep has sealed everything anew', async () => {
    const portal = await newPortal().install();
    await portal.learnApplicationToken();
    const config = (readConfig(env) as { value: Config }).value;
    const fresh = { id: 'k2', bytes: new Uint8Array(32).fill(7) };
    const sealedBy = await runInDurableObject(portal.object, async (_, { storage }) => {
      const rotated = { ...config, sealKeys: [fresh, ...config.sealKeys] as const };
      await new TokenKeeper(storage.sql, rotated, fetch, ignore, ignore).reseal();
      const row = storage.sql.exec('SELECT access, refresh FROM token').one();
      const { application_token: token } = storage.sql.exec('SELECT application_token FROM portal').one();
      const only = new TokenKeeper(
        storage.sql,
        { ...config, sealKeys: [fresh] },
        (url, init) => fetch(url, init),
        ignore,
        ignore,
      );
      const works = await only.batch({ it: { method: 'profile' } });
      return [row.access, row.refresh, token].map((sealed) => String(sealed).split('.')[1]).concat(String(works.ok));
    });
    expect(sealedBy).toEqual(['k2', 'k2', 'k2', 'true']);
  });
});

describe('an uninstall that asks for the data to be removed', () => {
  it('leaves nothing of calls, people and measurements, nor a row on /status', async () => {
    const portal = await newPortal().install();
    await portal.learnApplicationToken();
    const phone = await openPhone(portal, 2);
    await phone.ask(dial('a'));
    await portal.control('uninstall', { clean: true });
    expect((await portal.deliver()).map((answer) => answer.status)).toEqual([200]);
    for (const table of ['call', 'leg', 'agent', 'session', 'token', 'rest_log', 'handover', 'record'])
      expect([table, await portal.rows(`SELECT * FROM ${table}`)]).toEqual([table, []]);
    const known = await env.DIRECTORY.getByName('portals').rows();
    expect(known.map((row) => row.memberId)).not.toContain(portal.memberId);
  });
});
