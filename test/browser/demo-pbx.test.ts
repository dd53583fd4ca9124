import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser, type TestBrowser } from '../harness/browser.ts';
import { type DemoPbx, startDemoPbx } from '../pbx/demo/demo-pbx.ts';
import { openPhone, type PhonePage, servePhonePage } from '../pbx/page/open.ts';

/** The demo PBX against a real browser: signalling by SIP.js, media by Chromium. */

const ACCOUNTS = [
  { user: '1001', password: 'demo-1001', name: 'Ann Agent' },
  { user: '1002', password: 'demo-1002', name: 'Ben Agent' },
];
const CUSTOMER = { from: '+49301234567', name: 'Clara Customer' };

let browser: TestBrowser;
let site: Awaited<ReturnType<typeof servePhonePage>>;
let pbx: DemoPbx;
let pages: PhonePage[] = [];

beforeAll(async () => {
  [browser, site] = await Promise.all([launchBrowser(), servePhonePage()]);
});
afterAll(async () => {
  await Promise.all([browser?.close(), site?.close()]);
});
beforeEach(async () => {
  pbx = await startDemoPbx({ port: 0, accounts: ACCOUNTS });
});
afterEach(async () => {
  await Promise.all(pages.map((page) => page.close()));
  pages = [];
  await pbx.close();
});

async function agent(user = '1001', password = `demo-${user}`) {
  const page = await openPhone(browser, site.url);
  pages.push(page);
  await page.phone.connect({ url: pbx.url, domain: pbx.domain, user, password });
  return page.phone;
}

const dtmf = (key: string) => pbx.when((event) => event.type === 'dtmf' && event.key === key);

describe('registration', () => {
  it('lets the right password in and names the user as reachable', async () => {
    await agent();
    expect(pbx.registrations()).toEqual(['1001']);
  });

  it('answers 401 to a wrong password and registers nobody', async () => {
    await expect(agent('1001', 'wrong')).rejects.toThrow('register 401');
    expect(pbx.registrations()).toEqual([]);
  });

  it('forgets a phone whose page went away', async () => {
    await agent();
    await pages[0]?.close();
    await pbx.when((event) => event.type === 'unregistered' && event.reason === 'connection');
    expect(pbx.registrations()).toEqual([]);
  });
});

describe('an agent dials', () => {
  it('600: hears their own voice, so audio flows both ways', async () => {
    const phone = await agent();
    const call = await phone.dial('600');
    await phone.reached(call, 'established');
    const heard = await phone.hears(call);
    expect(heard.codec).toBe('audio/PCMU');
    await phone.hangup(call);
    await pbx.when((event) => event.type === 'ended' && event.by === 'agent');
  });

  it('602: hears the tone; keys arrive as RTP events and as INFO', async () => {
    const phone = await agent();
    const call = await phone.dial('602');
    await phone.reached(call, 'established');
    await phone.hears(call);
    await phone.dtmf(call, '19#');
    await Promise.all(['1', '9', '#'].map(dtmf));
    expect(await phone.dtmfInfo(call, '5')).toBe(200);
    await dtmf('5');
    expect(pbx.events.filter((event) => event.type === 'dtmf').map((event) => event.key)).toEqual(['1', '9', '#', '5']);
  });

  it('hold stops the far end, resume brings it back', async () => {
    const phone = await agent();
    const call = await phone.dial('602');
    await phone.reached(call, 'established');
    await phone.hears(call);
    expect(await phone.hold(call, true)).toBe(200);
    await pbx.when((event) => event.type === 'hold');
    const before = await phone.stats(call);
    expect(before.direction).toBe('sendonly');
    expect(await phone.hold(call, false)).toBe(200);
    await pbx.when((event) => event.type === 'resume');
    const after = await phone.hears(call);
    expect(after.direction).toBe('sendrecv');
    expect(after.packetsIn).toBeGreaterThan(before.packetsIn);
  });

  it('604 is busy, 608 hangs up by itself, an unknown number does not exist', async () => {
    const phone = await agent();
    const busy = await phone.dial('604');
    await phone.reached(busy, 'terminated');
    expect((await phone.history(busy)).statuses).toEqual([486]);
    const unknown = await phone.dial('777');
    await phone.reached(unknown, 'terminated');
    expect((await phone.history(unknown)).statuses).toEqual([404]);
    const short = await phone.dial('608');
    await phone.reached(short, 'established');
    await phone.reached(short, 'terminated');
    await pbx.when((event) => event.type === 'ended' && event.by === 'pbx');
  });

  it('a public number: a customer rings, answers and speaks', async () => {
    const phone = await agent();
    const call = await phone.dial('+49301234567', { headers: ['P-Preferred-Identity: <sip:+4930777@demo.invalid>'] });
    await phone.reached(call, 'ringing');
    expect(pbx.events.find((event) => event.type === 'call')).toMatchObject({ to: '+49301234567', line: '+4930777' });
    await phone.reached(call, 'established');
    await phone.hears(call);
    await phone.hangup(call);
  });

  it('CANCEL while it rings ends the attempt with 487', async () => {
    const phone = await agent();
    const call = await phone.dial('+49301234567');
    await phone.reached(call, 'ringing');
    await phone.hangup(call);
    await phone.reached(call, 'terminated');
    await pbx.when((event) => event.type === 'failed' && event.status === 487);
  });

  it('a colleague: both hear each other, and either may hang up', async () => {
    const [ann, ben] = await Promise.all([agent('1001'), agent('1002')]);
    const call = await ann.dial('1002');
    const ringing = await ben.incoming();
    expect(ringing).toMatchObject({ from: '1001', name: 'Ann Agent' });
    await ben.answer(ringing.call);
    await ann.reached(call, 'established');
    await Promise.all([ann.hears(call), ben.hears(ringing.call)]);
    await ben.hangup(ringing.call);
    await ann.reached(call, 'terminated');
  });

  it('a colleague who is not registered: 480', async () => {
    const phone = await agent();
    const call = await phone.dial('1002');
    await phone.reached(call, 'terminated');
    expect((await phone.history(call)).statuses).toEqual([480]);
  });
});

describe('a customer calls an agent', () => {
  it('rings with number, name and call name; answered: the tone is heard; the customer hangs up', async () => {
    const phone = await agent();
    const outcome = pbx.callAgent('1001', { ...CUSTOMER, says: 'tone', callId: 'queue-17', line: '+4930999' });
    const incoming = await phone.incoming();
    expect(incoming).toMatchObject({ from: CUSTOMER.from, name: CUSTOMER.name });
    expect(incoming.headers).toMatchObject({
      'x-call-id': 'queue-17',
      'p-called-party-id': expect.stringContaining('+4930999'),
    });
    await phone.answer(incoming.call);
    const call = await outcome;
    expect(call.result).toBe('answered');
    await phone.hears(incoming.call);
    expect(call.stats()?.peakIn).toBeGreaterThan(0.01);
    call.hangup();
    await phone.reached(incoming.call, 'terminated');
    expect(await call.ended).toMatchObject({ by: 'pbx' });
  });

  it('the agent hangs up', async () => {
    const phone = await agent();
    const outcome = pbx.callAgent('1001', CUSTOMER);
    const incoming = await phone.incoming();
    await phone.answer(incoming.call);
    await phone.hears(incoming.call);
    await phone.hangup(incoming.call);
    expect(await (await outcome).ended).toMatchObject({ by: 'agent' });
  });

  it('the customer gives up: the agent sees CANCEL and the ringing ends', async () => {
    const phone = await agent();
    const patience = new AbortController();
    const outcome = pbx.callAgent('1001', { ...CUSTOMER, signal: patience.signal });
    const incoming = await phone.incoming();
    patience.abort();
    await phone.reached(incoming.call, 'terminated');
    expect((await outcome).result).toBe('cancelled');
  });

  it('a call outlives its WebSocket: after reconnect and re-INVITE with an ICE restart, audio and BYE arrive', async () => {
    const phone = await agent();
    const outcome = pbx.callAgent('1001', { ...CUSTOMER, says: 'tone' });
    const incoming = await phone.incoming();
    await phone.answer(incoming.call);
    const call = await outcome;
    await phone.hears(incoming.call);
    pbx.dropConnections();
    await phone.disconnected();
    await phone.reconnect();
    expect(await phone.restartIce(incoming.call)).toBe(200);
    await phone.hears(incoming.call);
    call.hangup();
    await phone.reached(incoming.call, 'terminated');
  });

  it('a phone that falls silent is hung up', async () => {
    await pbx.close();
    pbx = await startDemoPbx({ port: 0, accounts: ACCOUNTS, silenceMs: 400 });
    const phone = await agent();
    const outcome = pbx.callAgent('1001', CUSTOMER);
    const incoming = await phone.incoming();
    await phone.answer(incoming.call);
    await phone.hears(incoming.call);
    await pages[0]?.close();
    expect(await (await outcome).ended).toMatchObject({ by: 'silence' });
  });

  it('busy, declined and not registered are told apart', async () => {
    expect((await pbx.callAgent('1001', CUSTOMER)).result).toBe('not_registered');
    const phone = await agent();
    for (const [status, result] of [
      [486, 'busy'],
      [603, 'declined'],
      [480, 'no_answer'],
    ] as const) {
      const outcome = pbx.callAgent('1001', CUSTOMER);
      await phone.reject((await phone.incoming()).call, status);
      expect((await outcome).result).toBe(result);
    }
  });

  it('two agents are rung for one call: the one who answers has it, the other is told so', async () => {
    const [ann, ben] = await Promise.all([agent('1001'), agent('1002')]);
    const outcome = pbx.callGroup(['1001', '1002'], { ...CUSTOMER, says: 'tone' });
    const [atAnn, atBen] = await Promise.all([ann.incoming(), ben.incoming()]);
    expect(atAnn.headers['x-call-id']).toBe(atBen.headers['x-call-id']);
    await ben.answer(atBen.call);
    await ann.reached(atAnn.call, 'terminated');
    expect((await ann.history(atAnn.call)).reasons).toEqual([expect.stringContaining('completed elsewhere')]);
    expect((await outcome).map((call) => call.result)).toEqual(['cancelled', 'answered']);
    await ben.hears(atBen.call);
  });
});
