import { describe, expect, it } from 'vitest';
import type { RouteAnswer } from '../../src/route/decide.ts';
import { portals, type TestPortal, worker } from './kit.ts';
import { settle } from './legs.ts';
import { CLEO, ended, finished, pbx, readyPhone, registered, STRANGER, saveSettings } from './market-kit.ts';

const newPortal = portals(540);
const path = (portal: TestPortal, number: string, more = '') =>
  `/api/route?portal=${portal.memberId}&number=${encodeURIComponent(number)}${more}`;
const route = async (portal: TestPortal, number = CLEO): Promise<RouteAnswer> =>
  (await pbx(portal, path(portal, number))).json();
const text = async (portal: TestPortal, number = CLEO) =>
  (await pbx(portal, path(portal, number, '&format=text'))).text();

const ready = async (): Promise<TestPortal> => {
  const portal = await newPortal().install();
  await saveSettings(portal);
  return portal;
};

describe('Market, recommended: a caller is sent to the person responsible (searchCrmEntities)', () => {
  it('who is rung first, while everybody else who is free comes after', async () => {
    const portal = await ready();
    await readyPhone(portal, 2);
    await readyPhone(portal, 3);
    expect(await route(portal)).toMatchObject({
      number: CLEO,
      crm: 'known',
      customer: { type: 'CONTACT', id: 5, name: 'Cleo Customer' },
      responsible: '1002',
      free: ['1003'],
      agents: [{ userId: 2, name: 'Bob Builder', reachable: true, talking: false, timeman: 'OPENED' }, { userId: 3 }],
    });
    expect(await text(portal)).toBe('1002|1003');
    // Known for a minute: a queue that asks for each agent costs the portal one request.
    expect(await portal.calls('telephony.externalcall.searchcrmentities')).toHaveLength(1);
  });

  it.each(['CLOSED', 'PAUSED'])('but not when their working day is %s', async (timeman) => {
    const portal = await ready();
    await portal.control('user', { userId: 2, timeman });
    await readyPhone(portal, 2);
    await readyPhone(portal, 3);
    expect(await text(portal)).toBe('|1003');
  });

  it('nor while they talk, or have no phone open', async () => {
    const portal = await ready();
    expect(await text(portal)).toBe('|');
    const bob = await readyPhone(portal, 2);
    bob.send({ t: 'state', state: { ready: true, talking: true }, legs: [] });
    await bob.ask({ t: 'renew', id: 'in order' });
    expect(await route(portal)).toMatchObject({ responsible: null, free: [], agents: [{ talking: true }, {}] });
  });

  it('but also while their page is just loading; colleagues whose page does are not waited for', async () => {
    const portal = await ready();
    const [bob, cy] = [await readyPhone(portal, 2), await readyPhone(portal, 3)];
    for (const phone of [bob, cy]) phone.socket.close();
    await expect.poll(async () => (await portal.status()).agents.phones).toBe(0);
    await portal.makeNew(2);
    expect(await text(portal)).toBe('1002|');
    expect(await route(portal)).toMatchObject({ agents: [{ returning: true, reachable: false }, {}] });
    await portal.growAbsent(2, 68_000);
    expect(await text(portal)).toBe('|');
  });

  it('nor while a page of theirs loads that goes on with a call', async () => {
    const portal = await ready();
    const bob = await readyPhone(portal, 2);
    await registered(bob, 'in', { number: STRANGER });
    bob.socket.close();
    await expect.poll(async () => (await portal.status()).agents.phones).toBe(0);
    await portal.makeNew(2);
    expect(await text(portal)).toBe('|');
  });

  it('a number that the CRM does not know goes to whoever is free; the number may come in any form', async () => {
    const portal = await ready();
    await readyPhone(portal, 3);
    expect(await route(portal, STRANGER)).toMatchObject({ crm: 'unknown', customer: null, free: ['1003'] });
    expect(await route(portal, '0044 20 79460000')).toMatchObject({ number: CLEO, crm: 'known' });
  });

  it('a CRM that does not answer has no say, and the answer says so', async () => {
    const portal = await ready();
    await readyPhone(portal, 3);
    await portal.control('fault', { method: 'batch', kind: 'hang' });
    expect(await route(portal)).toMatchObject({ crm: 'unavailable', responsible: null, free: ['1003'] });
    await portal.control('release-hangs');
  });

  it('a portal that limits us is not asked again until its time is up', async () => {
    const portal = await ready();
    await portal.control('fault', { method: 'batch', error: 'QUERY_LIMIT_EXCEEDED', status: 503 });
    expect(await route(portal)).toMatchObject({ crm: 'unavailable' });
    expect(await route(portal, STRANGER)).toMatchObject({ crm: 'unavailable' });
    expect(await portal.calls('telephony.externalcall.searchcrmentities')).toEqual([]);
  });
});

describe('a person whom the PBX could not ring', () => {
  const back = async (portal: TestPortal, agent: string, more = '') =>
    pbx(portal, `/api/route?portal=${portal.memberId}&agent=${agent}${more}`);
  const word = async (portal: TestPortal, agent = '1002') => (await back(portal, agent, '&format=text')).text();

  it('is coming back, while their next page may be loading and when it has just come up', async () => {
    const portal = await ready();
    const before = await readyPhone(portal, 2);
    expect(await word(portal)).toBe('back');
    before.socket.close();
    await before.until(() => before.closed ?? true);
    expect(await word(portal)).toBe('back');
    expect(await (await back(portal, '1002')).json()).toEqual({ agent: '1002', back: true });
    await expect.poll(async () => (await portal.status()).agents.phones).toBe(0);
    await portal.growAbsent(2, 8000);
    expect(await word(portal)).toBe('');
  });

  it('is not, where no page ever was, or the person wants no calls', async () => {
    const portal = await ready();
    expect(await word(portal)).toBe('');
    const bob = await readyPhone(portal, 2);
    bob.send({ t: 'state', state: { ready: true, talking: false, doNotDisturb: true }, legs: [] });
    await bob.ask({ t: 'renew', id: 'in order' });
    expect(await word(portal)).toBe('');
  });

  it('is named by the extension of the settings: any other is 404, and nobody for a dial plan', async () => {
    const portal = await ready();
    expect((await back(portal, '9999')).status).toBe(404);
    const text = await back(portal, '9999', '&format=text');
    expect([text.status, await text.text()]).toEqual([404, '']);
  });

  it('is told to whoever has the portal\u2019s key only', async () => {
    const [portal, other] = [await ready(), newPortal()];
    const path = `/api/route?portal=${portal.memberId}&agent=1002`;
    expect((await worker(path)).status).toBe(401);
    expect((await pbx(other, path)).status).toBe(403);
  });
});

describe('the PBX proves itself by the portal\u2019s key', () => {
  it('no key is 401, another portal\u2019s key is 403, no number is 400', async () => {
    const [portal, other] = [await ready(), newPortal()];
    expect((await worker(path(portal, CLEO))).status).toBe(401);
    expect((await pbx(other, path(portal, CLEO))).status).toBe(403);
    expect((await pbx(portal, `/api/route?portal=${portal.memberId}`)).status).toBe(400);
    expect((await pbx(other, path(other, CLEO))).status).toBe(403);
  });

  it('other methods are 405', async () => {
    expect((await worker('/api/route', { method: 'POST' })).status).toBe(405);
    expect((await worker('/api/transcription')).status).toBe(405);
  });
});

describe('a transcript from the PBX', () => {
  const post = (portal: TestPortal, call: string, over: Record<string, unknown> = {}) =>
    pbx(portal, `/api/transcription?portal=${portal.memberId}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        call,
        messages: [
          { side: 'agent', from: 0, to: 2, text: 'Good morning' },
          { side: 'customer', from: 2, to: 5, text: 'Hello' },
        ],
        ...over,
      }),
    });

  it('is attached once, when the call is finished, by whatever name the PBX has for it', async () => {
    const portal = await ready();
    const phone = await readyPhone(portal, 2);
    await registered(phone, 'leg-1', { group: 'asterisk-1.2' });
    expect((await post(portal, 'asterisk-1.2')).status).toBe(202);
    await settle(portal, 'transcript');
    expect(await portal.calls('telephony.call.attachtranscription')).toEqual([]);
    await phone.ask(ended('leg-1'));
    await finished(portal);
    await settle(portal, 'transcript');
    expect((await portal.state()).finished[0].transcript).toMatchObject([
      { SIDE: 'User', MESSAGE: 'Good morning' },
      { SIDE: 'Client', MESSAGE: 'Hello' },
    ]);
    expect((await post(portal, 'leg-1')).status).toBe(202);
    await portal.runDue();
    expect(await portal.calls('telephony.call.attachtranscription')).toHaveLength(1);
  });

  it('of no call is 404, without words 400', async () => {
    const portal = await ready();
    expect((await post(portal, 'nobody')).status).toBe(404);
    expect((await post(portal, 'nobody', { messages: [] })).status).toBe(400);
  });
});
