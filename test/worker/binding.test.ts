import { evictDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { DEFAULT_CALLS } from '../../src/settings/calls-form.ts';
import { deliver, form, json, oauthControl, portals, type TestPortal, worker } from './kit.ts';

const newPortal = portals(50);

/** Long loads until Bitrix24 removes the placement and queues its POST to errorHandlerUrl. */
async function loseThePlacement(portal: TestPortal) {
  await portal.control('long-load', { times: 11 });
  expect((await portal.state()).placements).toEqual([]);
}

async function work(portal: TestPortal) {
  await portal.makeDue('bind');
  await portal.runDue();
}

describe('the placement is bound again after Bitrix24 removed it', () => {
  it('by the hit: 2xx at once, the work comes from the alarm', async () => {
    const portal = await newPortal().install();
    await loseThePlacement(portal);
    expect((await portal.deliver()).map((answer) => answer.status)).toEqual([200]);
    expect((await portal.status()).binding).toBe('disabled');
    expect(await portal.due()).toContain('bind');
    await work(portal);
    const row = await portal.status();
    expect(row.binding).toBe('bound');
    expect(row.rebinds).toMatchObject({ count: 1, lastReason: 'ERROR_PLACEMENT_LOADING_OVERTIME' });
    expect((await portal.state()).placements).toHaveLength(1);
  });

  it('hits that come together are one piece of work', async () => {
    const portal = await newPortal().install();
    await loseThePlacement(portal);
    const [hit] = await portal.outbox();
    if (!hit) throw new Error('no hit was queued');
    await Promise.all([deliver(hit), deliver(hit), deliver(hit)]);
    await work(portal);
    expect((await portal.status()).rebinds.count).toBe(1);
  });

  it('survives an eviction between the hit and the work', async () => {
    const portal = await newPortal().install();
    await loseThePlacement(portal);
    await portal.deliver();
    await evictDurableObject(portal.object);
    await work(portal);
    expect((await portal.status()).binding).toBe('bound');
  });

  it('keeps strikes, rebinds and their reason over an eviction', async () => {
    const portal = await newPortal().install();
    const { ticket } = await portal.session(2);
    await json('/api/vitals', { ticket, loadMs: 6100 });
    await loseThePlacement(portal);
    await portal.deliver();
    await work(portal);
    const before = await portal.status();
    await evictDurableObject(portal.object);
    expect(await portal.status()).toEqual(before);
    expect(before.strikes.today).toBe(1);
    expect(before.rebinds.count).toBe(1);
  });

  it('is retried with back-off while Bitrix24 refuses, and a placement that is already there counts no rebind', async () => {
    const portal = await newPortal().install();
    await loseThePlacement(portal);
    await portal.deliver();
    await portal.control('fault', { method: 'placement.bind', error: 'QUERY_LIMIT_EXCEEDED', status: 503 });
    await work(portal);
    expect((await portal.status()).binding).toBe('rebinding');
    expect(await portal.due()).toContain('bind');
    await work(portal);
    expect((await portal.status()).binding).toBe('bound');
    expect((await portal.status()).rebinds.count).toBe(1);
  });

  it('by the slow look, when the hit was lost', async () => {
    const portal = await newPortal().install();
    await portal.control('portal', { lossyQueue: true });
    await loseThePlacement(portal);
    await portal.control('portal', { lossyQueue: false });
    await portal.makeDue('reconcile');
    await portal.runDue();
    await work(portal);
    const row = await portal.status();
    expect(row.binding).toBe('bound');
    expect(row.rebinds).toMatchObject({ count: 1, lastReason: 'found missing by the slow check' });
  });

  it('replaces a placement of ours that points elsewhere: there is no upsert', async () => {
    const portal = await newPortal().install();
    const tokens = await portal.control('tokens', { userId: 1 });
    const rest = (method: string, params: Record<string, unknown>) =>
      fetch(`http://${portal.host}/rest/${method}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...params, auth: tokens.accessToken }),
      });
    await rest('placement.unbind', { PLACEMENT: 'PAGE_BACKGROUND_WORKER' });
    await rest('placement.bind', {
      PLACEMENT: 'PAGE_BACKGROUND_WORKER',
      HANDLER: 'https://old.example.com/placement',
      OPTIONS: { errorHandlerUrl: 'https://old.example.com/error' },
    });
    const url = new URL((await portal.state()).events[0].handler);
    expect(url.pathname).toBe('/events');
    await portal.control('update-app', { version: 2 });
    await portal.deliver();
    await work(portal);
    const { placements } = await portal.state();
    expect(placements.map((row: { handler: string }) => row.handler)).toEqual(['https://phone.example.com/placement']);
  });
});

describe('needs_admin', () => {
  it('is entered when Bitrix24 refuses our tokens, and left when an admin opens a page', async () => {
    const portal = await newPortal().install();
    await loseThePlacement(portal);
    await portal.deliver();
    await portal.control('revoke-tokens');
    await work(portal);
    expect((await portal.status()).binding).toBe('needs_admin');
    await portal.session(2);
    expect((await portal.status()).binding).toBe('needs_admin');
    await portal.session(1);
    await work(portal);
    expect((await portal.status()).binding).toBe('bound');
  });

  it('an admin who opens the app\u2019s page also leaves a fresh proved pair', async () => {
    const portal = await newPortal().install();
    await loseThePlacement(portal);
    await portal.deliver();
    await portal.control('revoke-tokens');
    await work(portal);
    const post = await portal.control('app-fields', { userId: 1 });
    expect((await form('/app', post.fields)).status).toBe(200);
    await work(portal);
    const row = await portal.status();
    expect([row.binding, row.tokens.state]).toEqual(['bound', 'ok']);
  });
});

describe('POST /placement/error proves itself by its signature', () => {
  it.each([
    ['a wrong key', (url: URL) => url.searchParams.set('key', 'A'.repeat(43))],
    ['no key', (url: URL) => url.searchParams.delete('key')],
    ['another portal\u2019s key', (url: URL) => url.searchParams.set('portal', 'member99999999999999999999999999')],
    ['the key of the events address', null],
  ])('%s is a 403 and changes nothing', async (_, tamper) => {
    const portal = await newPortal().install();
    const { placements, events } = await portal.state();
    const url = new URL(placements[0].options.errorHandlerUrl);
    if (tamper) tamper(url);
    else url.searchParams.set('key', new URL(events[0].handler).searchParams.get('key') ?? '');
    const answer = await form(`${url.pathname}${url.search}`, { error: 'ERROR_PLACEMENT_LOADING_OVERTIME' });
    expect(answer.status).toBe(403);
    expect((await portal.status()).binding).toBe('bound');
  });

  it('takes JSON as well as a form', async () => {
    const portal = await newPortal().install();
    const url = new URL((await portal.state()).placements[0].options.errorHandlerUrl);
    const answer = await json(`${url.pathname}${url.search}`, { error: 'ERROR_PLACEMENT_LOADING_OVERTIME' });
    expect(answer.status).toBe(200);
    expect((await portal.status()).binding).toBe('disabled');
  });

  it('without the field error it is a 400 and changes nothing', async () => {
    const portal = await newPortal().install();
    const url = new URL((await portal.state()).placements[0].options.errorHandlerUrl);
    expect((await form(`${url.pathname}${url.search}`, {})).status).toBe(400);
    expect((await portal.status()).binding).toBe('bound');
  });

  it('a hit for an uninstalled portal is a 403 and brings nothing back', async () => {
    const portal = await newPortal().install();
    await portal.deliver();
    const url = new URL((await portal.state()).placements[0].options.errorHandlerUrl);
    await portal.learnApplicationToken();
    await portal.control('uninstall');
    await portal.deliver();
    expect((await portal.status()).binding).toBe('uninstalled');
    const answer = await form(`${url.pathname}${url.search}`, { error: 'ERROR_PLACEMENT_LOADING_OVERTIME' });
    expect(answer.status).toBe(403);
    expect((await portal.status()).binding).toBe('uninstalled');
  });
});

describe('tokens', () => {
  it('are refreshed once, however many calls find them expired', async () => {
    const portal = await newPortal().install();
    const { refreshes: before } = await portal.state();
    await portal.control('expire-tokens');
    await loseThePlacement(portal);
    await portal.deliver();
    await portal.object.settingsChanged({
      lines: [{ number: '+4930111', name: 'Sales' }],
      calls: DEFAULT_CALLS,
      agents: [],
    });
    await portal.makeDue('bind');
    await portal.makeDue('lines');
    await portal.runDue();
    expect((await portal.state()).refreshes).toBe(before + 1);
    expect((await portal.status()).binding).toBe('bound');
    expect((await portal.state()).lines.map((line: { number: string }) => line.number)).toEqual(['+4930111']);
  });

  it('an OAuth host that is down is not a refusal: the pair is kept and tried again', async () => {
    const portal = await newPortal().install();
    await loseThePlacement(portal);
    await portal.deliver();
    await portal.control('expire-tokens');
    await oauthControl('fault', { method: 'oauth', error: 'INTERNAL_SERVER_ERROR', status: 500 });
    await work(portal);
    expect((await portal.status()).binding).toBe('rebinding');
    await work(portal);
    expect((await portal.status()).binding).toBe('bound');
  });

  it('follow the portal to its new address, which the OAuth host names', async () => {
    const portal = await newPortal().install();
    await portal.control('move-domain', { domain: 'renamed.localhost', restHost: `127.0.0.1:${30_000 + portal.n}` });
    await portal.object.settingsChanged({
      lines: [{ number: '+4930222', name: 'Support' }],
      calls: DEFAULT_CALLS,
      agents: [],
    });
    await portal.makeDue('lines');
    await portal.runDue();
    expect((await portal.status()).domain).toBe(`127.0.0.1:${30_000 + portal.n}`);
    expect((await portal.state()).lines.map((line: { number: string }) => line.number)).toEqual(['+4930222']);
  });
});

describe('GET /healthz', () => {
  it('answers without proof', async () => {
    expect(await (await worker('/healthz')).json()).toEqual({ ok: true });
  });
});
