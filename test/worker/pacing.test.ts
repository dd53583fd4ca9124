import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { openPhone, portals, type TestPortal, type TestSocket } from './kit.ts';
import { answered, ended, type Register, ring, settle } from './legs.ts';
import { saveSettings } from './market-kit.ts';

const newPortal = portals(420);

const dial = (leg: string, over: Partial<Register> = {}) => ring(leg, { direction: 'out', ...over });
const busy = (leg: string) => ended(leg, { status: '486', reason: 'Busy' });

/** Ended calls that are registered, but whose finish nobody could tell Bitrix24. */
async function backlog(phone: TestSocket, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await phone.ask(dial(`b${i}`));
    await phone.ask(busy(`b${i}`));
  }
}

const setBucket = (portal: TestPortal, level: number) =>
  portal.rows(
    "INSERT OR REPLACE INTO counter (name, value) VALUES ('pace_level', ?), ('pace_at', ?) RETURNING 1",
    level * 1000,
    Date.now() + 3_600_000,
  );
const requests = async (portal: TestPortal) => (await portal.calls('batch')).length;

describe('the portal\u2019s limit', () => {
  it('what is owed together is sent together, in the order in which it came to be owed', async () => {
    const portal = await newPortal().install();
    const phone = await openPhone(portal, 2);
    await setBucket(portal, 31);
    await backlog(phone, 19);
    const before = await requests(portal);
    await setBucket(portal, 0);
    await settle(portal, 'finish');
    await expect.poll(async () => (await portal.status()).calls.backlog).toBe(0);
    expect((await requests(portal)) - before).toBeLessThanOrEqual(2);
    const { finished } = await portal.state();
    expect(finished.map((call: { externalCallId: string }) => call.externalCallId)).toEqual(
      Array.from({ length: 19 }, (_, i) => `l:b${i}`),
    );
  });

  it('a full bucket holds finishes back and lets a register pass', async () => {
    const portal = await newPortal().install();
    const phone = await openPhone(portal, 2);
    await setBucket(portal, 40);
    await phone.ask(dial('a'));
    await phone.ask(busy('a'));
    await portal.runDue();
    expect(await portal.calls('telephony.externalcall.finish')).toEqual([]);
    expect((await phone.ask(dial('b'))).t).toBe('registered');
    expect(await portal.due()).toContain('finish');
  });

  it('the bucket outlives an eviction', async () => {
    const portal = await newPortal().install();
    const phone = await openPhone(portal, 2);
    await setBucket(portal, 40);
    await phone.ask(dial('a'));
    await phone.ask(busy('a'));
    await evictDurableObject(portal.object);
    await settle(portal, 'finish');
    expect(await portal.calls('telephony.externalcall.finish')).toEqual([]);
  });

  it('503: others have filled the bucket, so a finish waits for longer than a register', async () => {
    const portal = await newPortal().install();
    const phone = await openPhone(portal, 2);
    await phone.ask(dial('a'));
    // The look-up of the first customer would meet the fault.
    await expect.poll(() => portal.due()).not.toContain('customer');
    await portal.control('fault', { method: 'batch', error: 'QUERY_LIMIT_EXCEEDED', status: 503 });
    phone.send(dial('b'));
    const owed = async (kind: string) => (await portal.rows('SELECT at, attempt FROM due WHERE kind = ?', kind))[0];
    let register = { at: 0, attempt: 0 };
    await expect
      .poll(async () => {
        register = (await owed('register')) ?? register;
        return register.attempt;
      })
      .toBe(1);
    await phone.ask(busy('a'));
    await expect.poll(async () => (await owed('finish'))?.attempt).toBeGreaterThan(0);
    expect((await owed('finish')).at).toBeGreaterThan(register.at);
    expect((await phone.next('registered', 'reg-b')).leg).toBe('b');
  });

  it('a record waits behind everything else, and a full bucket asks for no customer\u2019s name', async () => {
    const portal = await newPortal().install();
    await saveSettings(portal, { recording: 'pbx', recordingUrl: 'https://pbx.example.com/{leg}.wav' });
    const phone = await openPhone(portal, 2);
    await setBucket(portal, 25);
    await phone.ask(dial('a'));
    await phone.ask(answered('a'));
    await phone.ask(ended('a'));
    await settle(portal, 'finish');
    expect((await portal.state()).finished).toHaveLength(1);
    expect(await portal.calls('telephony.externalcall.attachrecord')).toEqual([]);
    expect(await portal.due()).toContain('record');
    const looked = async () => (await portal.calls('telephony.externalcall.searchcrmentities')).length;
    const before = await looked();
    await setBucket(portal, 42);
    await phone.ask(dial('b', { number: '+442079460006' }));
    await portal.runDue();
    expect(await looked()).toBe(before);
    await setBucket(portal, 0);
    await settle(portal, 'record');
    expect(await portal.calls('telephony.externalcall.attachrecord')).toHaveLength(1);
  });

  it('429: a method whose time is used up rests until the portal says, and the others go on', async () => {
    const portal = await newPortal().install();
    const phone = await openPhone(portal, 2);
    await phone.ask(dial('a'));
    await portal.control('portal', { operatingMethod: 'telephony.externalcall.finish', operatingSeconds: 500 });
    await phone.ask(busy('a'));
    await settle(portal, 'finish');
    await phone.ask(dial('b'));
    await phone.ask(busy('b'));
    await settle(portal, 'finish');
    const asked = await portal.calls('telephony.externalcall.finish');
    expect(asked.map((entry) => entry.error)).toEqual([null, 'OPERATION_TIME_LIMIT']);
    const [finish] = await portal.rows("SELECT at FROM due WHERE kind = 'finish'");
    expect(finish.at).toBeGreaterThan(Date.now() + 30_000);
    await phone.ask(dial('c'));
    await phone.ask(busy('c'));
    await settle(portal, 'finish');
    expect(await portal.calls('telephony.externalcall.finish')).toHaveLength(2);
    expect((await phone.ask(dial('d'))).t).toBe('registered');
  });
});

describe('a portal that is away', () => {
  it('is not asked by every call, and what it missed is told in order when it is back', async () => {
    const portal = await newPortal().install();
    const phone = await openPhone(portal, 2);
    await setBucket(portal, 31);
    await backlog(phone, 5);
    await setBucket(portal, 0);
    await portal.control('fault', { method: 'batch', error: 'INTERNAL_SERVER_ERROR', status: 500, times: 3 });
    for (let i = 0; i < 3; i++) await settle(portal, 'finish');
    const before = await requests(portal);
    await settle(portal, 'finish');
    expect(await requests(portal)).toBe(before);
    // A person who is rung is worth a try; with the answer, the portal is back for all.
    expect((await phone.ask(dial('fresh'))).t).toBe('registered');
    await portal.runDue();
    await expect.poll(async () => (await portal.state()).finished.length).toBe(5);
  });
});

describe('the REST log', () => {
  it('keeps each command with its outcome and time, and no number, token or name', async () => {
    const portal = await newPortal().install();
    const phone = await openPhone(portal, 2);
    const answer = await phone.ask(dial('a', { number: '+442079461234' }));
    await phone.ask(busy('a'));
    await portal.control('fault', {
      method: 'telephony.externalcall.finish',
      error: 'INTERNAL_SERVER_ERROR',
      status: 500,
    });
    await settle(portal, 'finish');
    const rows = await portal.object.restLog({ limit: 10 });
    const callId = 'callId' in answer ? answer.callId : '';
    expect(rows.filter((row) => row.method.startsWith('telephony.externalcall'))).toMatchObject([
      { method: 'telephony.externalcall.finish', code: 'INTERNAL_SERVER_ERROR', call: callId },
      { method: 'telephony.externalcall.register', code: '', call: 'l:a' },
    ]);
    expect(JSON.stringify(rows)).not.toContain('442079461234');
    expect(await portal.object.restLog({ failed: true, limit: 1 })).toMatchObject([{ code: 'INTERNAL_SERVER_ERROR' }]);
  });

  it('is kept for more than three days, and swept', async () => {
    const portal = await newPortal().install();
    const phone = await openPhone(portal, 2);
    await phone.ask(dial('a'));
    const age = (days: number) =>
      runInDurableObject(portal.object, (_, { storage }) => {
        storage.sql.exec('UPDATE rest_log SET at = ?', Date.now() - days * 86_400_000);
      });
    await age(3.5);
    await settle(portal, 'sweep');
    expect((await portal.object.restLog({})).length).toBeGreaterThan(0);
    await age(5);
    await settle(portal, 'sweep');
    expect(await portal.object.restLog({})).toEqual([]);
  });
});
