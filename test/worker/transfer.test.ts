import { describe, expect, it } from 'vitest';
import { openPhone, openSocket, portals, type TestPortal, type TestSocket } from './kit.ts';
import * as said from './legs.ts';
import { type Ended, type Register, registered, settle } from './legs.ts';

const newPortal = portals(400);
const start = Date.parse('2026-11-20T10:00:00Z');

const ring = (leg: string, over: Partial<Register> = {}) => said.ring(leg, { startedAt: start, ...over });
const answered = (leg: string, second: number) => said.answered(leg, start + second * 1000);
const ended = (leg: string, second: number, over: Partial<Ended> = {}) =>
  said.ended(leg, { at: start + second * 1000, ...over });
const handover = (leg: string, kind: 'blind' | 'attended' | 'over', userId: number | null = 3, number = '103') => ({
  t: 'handover' as const,
  id: `${kind}-${leg}`,
  leg,
  kind,
  userId,
  number,
});

/** The customer's number at the colleague, while the customer talks to Bob. */
const late = ring('c', { startedAt: start + 18_000 });

interface Stage {
  readonly portal: TestPortal;
  readonly bob: TestSocket;
  readonly cy: TestSocket;
  readonly callId: string;
}

/** Bob talks to the customer since second 4. */
async function talking(over: Partial<Register> = {}): Promise<Stage> {
  const portal = await newPortal().install();
  const [bob, cy] = [await openPhone(portal, 2), await openPhone(portal, 3)];
  const callId = await registered(bob, ring('b', over));
  await bob.ask(answered('b', 4));
  return { portal, bob, cy, callId };
}

/**
 * The connection of Bob's page is cut.
 *
 * @returns connects it again; what it could not say before is said first, as a page does
 */
async function cutOff(portal: TestPortal, bob: TestSocket) {
  bob.socket.close();
  await expect.poll(() => portal.due()).toContain('abandoned');
  return async (unsaid: ReturnType<typeof handover>): Promise<TestSocket> => {
    const again = await openSocket((await portal.session(2)).ticket);
    await again.next('welcome');
    await again.ask(unsaid);
    again.send({ t: 'state', state: { ready: true, talking: true }, legs: ['b'] });
    return again;
  };
}

const records = async (portal: TestPortal) =>
  (await portal.state()).finished.map((call: Record<string, unknown>) => [
    call.callId,
    call.userId,
    call.duration,
    call.statusCode,
  ]);
const users = async (portal: TestPortal, method: 'show' | 'hide') =>
  (await portal.calls(`telephony.externalcall.${method}`)).flatMap(({ params }) => [params.USER_ID].flat());

describe('a transferred call is one call, whatever the PBX names it', () => {
  it('blind: the colleague gets the card and the record, the transferring agent loses the card', async () => {
    const { portal, bob, cy, callId } = await talking();
    await bob.ask(handover('b', 'blind'));
    expect(await cy.ask(ring('c', { group: 'another-name' }))).toMatchObject({ t: 'registered', callId });
    await settle(portal, 'show');
    await bob.ask(ended('b', 20, { seconds: 16, reason: 'Transferred' }));
    await cy.ask(answered('c', 22));
    await settle(portal, 'hide');
    await cy.ask(ended('c', 64, { seconds: 42 }));
    await settle(portal, 'finish');
    expect(await users(portal, 'show')).toEqual(['3']);
    expect(new Set(await users(portal, 'hide'))).toEqual(new Set(['2']));
    expect(await records(portal)).toEqual([[callId, 3, 60, '200']]);
    expect(await portal.calls('telephony.externalcall.register')).toHaveLength(1);
  });

  it('blind, rung only after the first agent has gone: the call waits for it', async () => {
    const { portal, bob, cy, callId } = await talking();
    await bob.ask(handover('b', 'blind'));
    await bob.ask(ended('b', 20, { seconds: 16, reason: 'Transferred' }));
    expect(await cy.ask(ring('c'))).toMatchObject({ t: 'registered', callId });
    await cy.ask(answered('c', 22));
    await cy.ask(ended('c', 64, { seconds: 42 }));
    await settle(portal, 'finish');
    expect(await records(portal)).toEqual([[callId, 3, 60, '200']]);
  });

  it('blind, told only after the colleague\u2019s leg: that waits for the word, and is the same call', async () => {
    const { portal, bob, cy, callId } = await talking();
    const back = await cutOff(portal, bob);
    const given = cy.ask(late);
    await expect.poll(() => portal.due()).toContain('register');
    await portal.putOff('register');
    const bobAgain = await back(handover('b', 'blind'));
    expect(await given).toMatchObject({ t: 'registered', callId });
    await settle(portal, 'show');
    await bobAgain.ask(ended('b', 20, { seconds: 16, reason: 'Transferred' }));
    await cy.ask(answered('c', 22));
    await cy.ask(ended('c', 64, { seconds: 42 }));
    await settle(portal, 'finish');
    expect(await users(portal, 'show')).toEqual(['3']);
    expect(await records(portal)).toEqual([[callId, 3, 60, '200']]);
    expect(await portal.calls('telephony.externalcall.register')).toHaveLength(1);
  });

  it('blind, told after the colleague has answered: the same call, and theirs when the first leg ends', async () => {
    const { portal, bob, cy, callId } = await talking();
    const back = await cutOff(portal, bob);
    cy.send(late);
    await cy.ask(answered('c', 22));
    await portal.putOff('register');
    const bobAgain = await back(handover('b', 'blind'));
    await bobAgain.ask(ended('b', 23, { seconds: 19, reason: 'Transferred' }));
    await cy.ask(ended('c', 64, { seconds: 42 }));
    await settle(portal, 'finish');
    expect(await records(portal)).toEqual([[callId, 3, 60, '200']]);
    expect(await portal.calls('telephony.externalcall.register')).toHaveLength(1);
  });

  it('blind, told when the colleague\u2019s leg is registered: two calls, each finished once with its own length', async () => {
    const { portal, bob, cy, callId } = await talking();
    const back = await cutOff(portal, bob);
    const given = cy.ask(late);
    await expect.poll(() => portal.due()).toContain('register');
    await settle(portal, 'register');
    const other = (await given) as { callId: string };
    expect(other.callId).not.toBe(callId);
    const bobAgain = await back(handover('b', 'blind'));
    await bobAgain.ask(ended('b', 20, { seconds: 16, reason: 'Transferred' }));
    await cy.ask(answered('c', 22));
    await cy.ask(ended('c', 64, { seconds: 42 }));
    await settle(portal, 'finish');
    expect(new Set(await records(portal))).toEqual(
      new Set([
        [callId, 2, 16, '200'],
        [other.callId, 3, 42, '200'],
      ]),
    );
  });

  it('a second caller with one number is registered at once while the first one\u2019s agent is connected', async () => {
    const { portal, cy } = await talking();
    await registered(cy, late);
    expect(await portal.calls('telephony.externalcall.register')).toHaveLength(2);
  });

  it('a caller who talks to nobody here is registered at once', async () => {
    const { portal, cy } = await talking();
    await registered(cy, ring('c', { number: '+442079461111', startedAt: start + 20_000 }));
    expect(await portal.calls('telephony.externalcall.register')).toHaveLength(2);
  });

  it('blind, and the colleague does not answer: it stays with who talked, as long as they talked', async () => {
    const { portal, bob, cy, callId } = await talking();
    await bob.ask(handover('b', 'blind'));
    await cy.ask(ring('c'));
    await bob.ask(ended('b', 20, { seconds: 16, reason: 'Transferred' }));
    await cy.ask(ended('c', 50, { status: '304' }));
    await settle(portal, 'finish');
    expect(await records(portal)).toEqual([[callId, 2, 16, '200']]);
  });

  it('attended: a consultation is no handover until the first leg ends', async () => {
    const { portal, bob, cy, callId } = await talking();
    await bob.ask(handover('b', 'attended'));
    // The colleague sees who consults them, not the customer.
    expect(await cy.ask(ring('c', { number: '102' }))).toMatchObject({ t: 'registered', callId });
    await cy.ask(answered('c', 10));
    expect((await portal.status()).calls.live).toBe(1);
    await bob.ask(ended('b', 30, { seconds: 26, reason: 'Transferred' }));
    await cy.ask(ended('c', 64, { seconds: 54 }));
    await settle(portal, 'finish');
    expect(await records(portal)).toEqual([[callId, 3, 60, '200']]);
  });

  it('attended and called off: the colleague\u2019s card goes, the call and its record stay with the first', async () => {
    const { portal, bob, cy, callId } = await talking();
    await bob.ask(handover('b', 'attended'));
    await cy.ask(ring('c', { number: '102' }));
    await cy.ask(answered('c', 10));
    await bob.ask(handover('b', 'over'));
    await settle(portal, 'hide');
    expect(await users(portal, 'hide')).toEqual(['3']);
    await bob.ask(ended('b', 50, { seconds: 46 }));
    await cy.ask(ended('c', 51, { seconds: 41 }));
    await settle(portal, 'finish');
    expect(await records(portal)).toEqual([[callId, 2, 46, '200']]);
  });

  it('attended, and the browser that consults dies: the customer went with it', async () => {
    const { portal, bob, cy, callId } = await talking({ startedAt: Date.now() });
    await bob.ask(handover('b', 'attended'));
    await cy.ask(ring('c', { number: '102' }));
    await cy.ask(answered('c', 10));
    bob.socket.close(1001, 'gone');
    await expect.poll(() => portal.due()).toContain('abandoned');
    await settle(portal, 'abandoned', 'finish');
    const [[id, userId]] = await records(portal);
    expect([id, userId]).toEqual([callId, 2]);
  });

  it('to a number outside: our part is finished, and says where the call went', async () => {
    const { portal, bob, callId } = await talking();
    await bob.ask(handover('b', 'blind', null, '+441234567890'));
    await bob.ask(ended('b', 20, { seconds: 16, reason: 'Transferred' }));
    await portal.runDue();
    expect(await records(portal)).toEqual([[callId, 2, 16, '200']]);
    const [finish] = await portal.calls('telephony.externalcall.finish');
    expect(finish.params.FAILED_REASON).toBe('Transferred to +441234567890');
  });

  it('only who talks transfers: a colleague\u2019s word about another\u2019s leg changes nothing', async () => {
    const { cy } = await talking();
    expect(await cy.ask(handover('b', 'blind'))).toMatchObject({ t: 'refused', error: 'unknown_leg' });
  });
});

describe('a second call while another\u2019s card is open', () => {
  it('is registered without a card, and shown when it is asked for, once however often', async () => {
    const portal = await newPortal().install();
    const bob = await openPhone(portal, 2);
    await bob.ask(ring('b', { card: false }));
    const [register] = await portal.calls('telephony.externalcall.register');
    expect(register.params.SHOW).toBe('0');
    const show = { t: 'show' as const, leg: 'b' };
    bob.send({ ...show, id: 's1' });
    await bob.ask({ ...show, id: 's2' });
    await settle(portal, 'show');
    await portal.runDue();
    expect(await users(portal, 'show')).toEqual(['2']);
  });
});

describe('how a call sounded', () => {
  it('is kept with it', async () => {
    const { portal, bob } = await talking();
    const quality = { mos: 4.1, jitterMs: 12, lossPercent: 0.5, rttMs: null, oneWayS: 0 };
    expect(await bob.ask({ t: 'quality', id: 'q', leg: 'b', quality })).toEqual({ t: 'ack', id: 'q' });
    expect(await portal.rows('SELECT mos, jitter_ms, loss_percent, rtt_ms, one_way_s FROM call')).toEqual([
      { mos: 4.1, jitter_ms: 12, loss_percent: 0.5, rtt_ms: null, one_way_s: 0 },
    ]);
  });
});
