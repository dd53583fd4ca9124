import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, type TestBrowser } from '../harness/browser.ts';
import { type Asterisk, startAsterisk } from '../pbx/asterisk/asterisk.ts';
import { openPhone, type PhonePage, servePhonePage } from '../pbx/page/open.ts';

/** The real PBX against a real browser, without the product: what its own tests build on. */

const CUSTOMER = { from: '+49301234567', name: 'Clara Customer' };

let browser: TestBrowser;
let site: Awaited<ReturnType<typeof servePhonePage>>;
let pbx: Asterisk;
let pages: PhonePage[] = [];

beforeAll(async () => {
  const started = await startAsterisk();
  if (!started.available) throw new Error(started.reason);
  pbx = started;
  [browser, site] = await Promise.all([launchBrowser(), servePhonePage()]);
});
afterEach(async () => {
  await Promise.all(pages.map((page) => page.close()));
  pages = [];
});
afterAll(async () => {
  await Promise.all([browser?.close(), site?.close(), pbx?.close()]);
});

async function agent(user: string) {
  const page = await openPhone(browser, site.url);
  pages.push(page);
  const account = pbx.users.find((known) => known.user === user);
  await page.phone.connect({ url: pbx.wsUrl, domain: pbx.domain, user, password: account?.password ?? 'none' });
  return page.phone;
}

describe('an agent dials', () => {
  it('a wrong password is refused with 401', async () => {
    await expect(agent('9999')).rejects.toThrow('register 401');
  });

  it('600: opus both ways, the own voice comes back, and Asterisk counts the packets', async () => {
    const phone = await agent('1001');
    const call = await phone.dial('600');
    await phone.reached(call, 'established');
    expect((await phone.hears(call)).codec).toBe('audio/opus');
    const [stats] = await pbx.channelStats();
    expect(stats?.channel).toMatch(/^1001-/);
    expect(stats?.received).toBeGreaterThan(20);
    expect(stats?.sent).toBeGreaterThan(20);
    await phone.hangup(call);
  });

  it('603 collects keys from RTP events and from INFO', async () => {
    const phone = await agent('1001');
    const call = await phone.dial('603');
    await phone.reached(call, 'established');
    await phone.dtmf(call, '19');
    await pbx.when((event) => event.Event === 'DTMFEnd' && event.Digit === '9');
    expect(await phone.dtmfInfo(call, '5')).toBe(200);
    await phone.dtmf(call, '#');
    const collected = await pbx.when((event) => event.Event === 'UserEvent' && event.UserEvent === 'Collected');
    expect(collected.Digits).toBe('195');
    await phone.reached(call, 'terminated');
  });

  it('604 is busy, 607 forbidden, an unknown number does not exist', async () => {
    const phone = await agent('1001');
    for (const [number, status] of [
      ['604', 486],
      ['607', 403],
      ['777', 404],
    ] as const) {
      const call = await phone.dial(number);
      await phone.reached(call, 'terminated');
      expect((await phone.history(call)).statuses.at(-1)).toBe(status);
    }
  });

  it('608: the far end hangs up', async () => {
    const phone = await agent('1001');
    const call = await phone.dial('608');
    await phone.reached(call, 'established');
    await phone.reached(call, 'terminated');
  });

  it('609: a tone is heard before the answer', async () => {
    const phone = await agent('1001');
    const call = await phone.dial('609', { earlyMedia: true });
    await phone.hears(call);
    expect((await phone.history(call)).statuses).toEqual([183]);
    await phone.reached(call, 'established');
    await phone.hangup(call);
  });

  it('hold and resume: the direction follows the answer', async () => {
    const phone = await agent('1001');
    const call = await phone.dial('602');
    await phone.reached(call, 'established');
    await phone.hears(call);
    expect(await phone.hold(call, true)).toBe(200);
    expect((await phone.stats(call)).direction).toBe('sendonly');
    expect(await phone.hold(call, false)).toBe(200);
    expect((await phone.hears(call)).direction).toBe('sendrecv');
    await phone.hangup(call);
  });

  it('a public number and a colleague: audio both ways', async () => {
    const [ann, ben] = await Promise.all([agent('1001'), agent('1002')]);
    const outside = await ann.dial('+49301234567', { headers: [`P-Preferred-Identity: <sip:+4930777@${pbx.domain}>`] });
    const dialled = await pbx.when((event) => event.UserEvent === 'Outgoing');
    expect(dialled).toMatchObject({ Number: '+49301234567', Line: '+4930777' });
    await ann.reached(outside, 'ringing');
    await ann.reached(outside, 'established');
    await ann.hears(outside);
    await ann.hangup(outside);
    const call = await ann.dial('1002');
    const ringing = await ben.incoming();
    await ben.answer(ringing.call);
    await ann.reached(call, 'established');
    await Promise.all([ann.hears(call), ben.hears(ringing.call)]);
    await ben.hangup(ringing.call);
    await ann.reached(call, 'terminated');
  });
});

describe('a customer calls', () => {
  it('rings with number, name, line and the linkedid as X-Call-Id; answered: both ways; the customer hangs up', async () => {
    const phone = await agent('1001');
    const call = await pbx.callIn({ ...CUSTOMER, to: '1001', line: '+4930777' });
    const incoming = await phone.incoming();
    expect(incoming).toMatchObject({ from: CUSTOMER.from, name: CUSTOMER.name });
    expect(incoming.headers['x-call-id']).toBe(call.callId);
    expect(incoming.headers['p-called-party-id']).toContain('+4930777');
    await phone.answer(incoming.call);
    expect(await call.outcome).toBe('answered');
    await phone.hears(incoming.call);
    await call.hangup();
    await phone.reached(incoming.call, 'terminated');
  });

  it('the agent hangs up and the customer is released', async () => {
    const phone = await agent('1001');
    const call = await pbx.callIn({ ...CUSTOMER, to: '1001', says: 'echo' });
    const incoming = await phone.incoming();
    await phone.answer(incoming.call);
    await phone.hears(incoming.call);
    await phone.hangup(incoming.call);
    await call.ended;
  });

  it('the customer gives up: the ringing ends with CANCEL', async () => {
    const phone = await agent('1001');
    const call = await pbx.callIn({ ...CUSTOMER, to: '1001' });
    const incoming = await phone.incoming();
    await call.hangup();
    await phone.reached(incoming.call, 'terminated');
    expect(await call.outcome).toBe('cancelled');
  });

  it('not registered, not answered in time and busy are told apart', async () => {
    const nobody = await pbx.callIn({ ...CUSTOMER, to: '1003' });
    expect(await nobody.outcome).toBe('unreachable');
    const phone = await agent('1001');
    const patient = await pbx.callIn({ ...CUSTOMER, to: '1001', ringSeconds: 1 });
    await phone.reached((await phone.incoming()).call, 'terminated');
    expect(await patient.outcome).toBe('no_answer');
    const refused = await pbx.callIn({ ...CUSTOMER, to: '1001' });
    await phone.reject((await phone.incoming()).call, 486);
    expect(await refused.outcome).toBe('busy');
  });

  it.each([
    ['one Dial', ['1001', '1002']],
    ['a queue', 'support'],
  ])('%s rings two agents with one X-Call-Id; who does not answer is told "elsewhere"', async (_name, to) => {
    const [ann, ben] = await Promise.all([agent('1001'), agent('1002')]);
    await pbx.freeInQueue(['1001', '1002']);
    const call = await pbx.callIn({ ...CUSTOMER, to });
    const [atAnn, atBen] = await Promise.all([ann.incoming(), ben.incoming()]);
    expect([atAnn, atBen].map(({ headers }) => headers['x-call-id'])).toEqual([call.callId, call.callId]);
    expect([atAnn, atBen].map(({ from }) => from)).toEqual([CUSTOMER.from, CUSTOMER.from]);
    await ben.answer(atBen.call);
    await ann.reached(atAnn.call, 'terminated');
    expect((await ann.history(atAnn.call)).reasons.join()).toMatch(/completed elsewhere/i);
    await ben.hears(atBen.call);
    await ben.hangup(atBen.call);
    await call.ended;
  });
});
