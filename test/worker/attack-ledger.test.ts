import { runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { openPhone, portals, type TestPortal } from './kit.ts';
import { answered, type Ended, ended, type Register, ring, settle } from './legs.ts';

const newPortal = portals(185);

const inQueue = (leg: string, over: Partial<Register> = {}) => ring(leg, { group: 'queue-1', ...over });
const missed = (leg: string, over: Partial<Ended> = {}) => ended(leg, { status: '304', ...over });
const talked = { seconds: 30, status: '200' as const };

const finishes = async (portal: TestPortal) =>
  (await portal.calls('telephony.externalcall.finish')).map(({ params }) => [params.USER_ID, params.STATUS_CODE]);

describe('no call is left open', () => {
  it('when a browser is back after its leg was given up, answers and ends it', async () => {
    const portal = await newPortal().install();
    const [bob, cy] = [await openPhone(portal, 2), await openPhone(portal, 3)];
    await bob.ask(inQueue('b'));
    await cy.ask(inQueue('c'));
    await runInDurableObject(portal.object, (_, { storage }) => {
      storage.sql.exec("UPDATE leg SET live = 0 WHERE sip_call_id = 'b'");
    });
    await bob.ask(answered('b'));
    await cy.ask(missed('c'));
    await bob.ask(missed('b', talked));
    await settle(portal, 'finish');
    const [finish, ...more] = await portal.calls('telephony.externalcall.finish');
    expect(more).toEqual([]);
    expect(finish.params).toMatchObject({ USER_ID: '2', STATUS_CODE: '200', DURATION: '30' });
  });

  it('when a colleague’s browser fell asleep while it rang', async () => {
    const portal = await newPortal().install();
    const [bob, cy] = [await openPhone(portal, 2), await openPhone(portal, 3)];
    await bob.ask(inQueue('b'));
    await cy.ask(inQueue('c'));
    await cy.ask(answered('c'));
    await cy.ask(missed('c', talked));
    await settle(portal, 'finish');
    expect(await finishes(portal)).toEqual([['3', '200']]);
  });

  it('when a call is adopted for a leg of another call', async () => {
    const portal = await newPortal().install();
    await portal.learnApplicationToken();
    const bob = await openPhone(portal, 2);
    await bob.ask(inQueue('b'));
    const callId = await portal.clickToCall(2, '+442079460001');
    await portal.deliver();
    const adopt = { t: 'adopt' as const, callId, leg: 'b', number: '+442079460001', line: '', startedAt: Date.now() };
    expect(await bob.ask({ ...adopt, id: 'a' })).toMatchObject({ t: 'refused', error: 'not_yours' });
    await settle(portal, 'unadopted', 'finish');
    expect(await finishes(portal)).toContainEqual(['2', '480']);
  });

  it('nor tried for ever: what Bitrix24 refused is not hidden, and all is forgotten after a month', async () => {
    const portal = await newPortal().install();
    const [bob, cy] = [await openPhone(portal, 2), await openPhone(portal, 3)];
    await portal.control('fault', { method: 'batch', error: 'INTERNAL_SERVER_ERROR', status: 500, times: 2 });
    bob.send(inQueue('b'));
    cy.send(inQueue('c'));
    await cy.ask(answered('c'));
    await portal.control('clear-faults');
    await portal.control('fault', {
      method: 'telephony.externalcall.register',
      error: 'ERROR_CORE',
      description: 'Unsupported phone number format',
      status: 400,
    });
    await settle(portal, 'register', 'hide');
    expect(await portal.due()).not.toContain('hide');
    await bob.ask(inQueue('late', { group: 'queue-2' }));
    await runInDurableObject(portal.object, (_, { storage }) => {
      storage.sql.exec('UPDATE call SET started_at = 1');
    });
    await settle(portal, 'sweep');
    expect((await portal.status()).calls).toMatchObject({ live: 0, backlog: 0, last: [] });
  });

  it('and no one person opens them without end', async () => {
    const portal = await newPortal().install();
    const bob = await openPhone(portal, 2);
    const answers = [];
    for (let i = 0; i < 21; i++) answers.push((await bob.ask(inQueue(`b${i}`, { group: `q${i}` }))).t);
    expect(answers.filter((t) => t === 'registered')).toHaveLength(20);
    expect(answers.at(-1)).toBe('refused');
  });
});

describe('a queue that rings on', () => {
  it('has its time though the browser’s clock is late', async () => {
    const portal = await newPortal().install();
    const [bob, cy] = [await openPhone(portal, 2), await openPhone(portal, 3)];
    await bob.ask(inQueue('b'));
    await bob.ask(missed('b', { at: Date.now() - 3_600_000 }));
    await portal.runDue();
    await cy.ask(inQueue('c'));
    expect(await portal.calls('telephony.externalcall.register')).toHaveLength(1);
    expect(await finishes(portal)).toEqual([]);
  });

  it('after Bitrix24 was told of the end is a call of its own', async () => {
    const portal = await newPortal().install();
    const [bob, cy] = [await openPhone(portal, 2), await openPhone(portal, 3)];
    await bob.ask(inQueue('b'));
    await bob.ask(missed('b'));
    await portal.control('fault', { method: 'batch', kind: 'lost' });
    await settle(portal, 'finish');
    await cy.ask(inQueue('c'));
    await cy.ask(answered('c'));
    await cy.ask(missed('c', talked));
    await settle(portal, 'finish');
    expect(await finishes(portal)).toContainEqual(['3', '200']);
    expect((await portal.state()).finished).toHaveLength(2);
  });
});
