import { describe, expect, it } from 'vitest';
import { openPhone, openSocket, portals, type TestPortal, type TestSocket } from './kit.ts';
import * as said from './legs.ts';

const newPortal = portals(488);

const ring = (leg: string, startedAt: number) => said.ring(leg, { group: 'queue-call', startedAt });
const missed = (leg: string, at: number) => said.ended(leg, { at, status: '304', reason: 'Missed' });
const calls = (portal: TestPortal) => portal.rows('SELECT state, status FROM call ORDER BY rowid');

/** A queue rang person 2 and 3; what happened at 3 is not told yet, and the call is on record as missed. */
async function missedWithout3(): Promise<{ portal: TestPortal; began: number }> {
  const portal = await newPortal().install();
  const began = Date.now() - 20_000;
  const phone = await openPhone(portal, 2);
  await phone.ask(ring('leg-2', began));
  await phone.ask(missed('leg-2', began + 10_000));
  await portal.makeDue('finish');
  await portal.runDue();
  expect(await calls(portal)).toMatchObject([{ state: 'finished' }]);
  return { portal, began };
}

async function backOnline(portal: TestPortal, userId: number): Promise<TestSocket> {
  const phone = await openSocket((await portal.session(userId)).ticket);
  await phone.next('welcome');
  return phone;
}

describe('a browser that was cut off tells late what happened', () => {
  it('its ringing belongs to the call that is on record: no second call, and no card jumps up', async () => {
    const { portal, began } = await missedWithout3();
    const late = await backOnline(portal, 3);
    expect(await late.ask(ring('leg-3', began + 100))).toMatchObject({ t: 'registered' });
    expect(await late.ask(missed('leg-3', began + 9000))).toMatchObject({ t: 'ack' });
    await portal.runDue();
    expect(await calls(portal)).toHaveLength(1);
    expect(await portal.calls('telephony.externalcall.register')).toHaveLength(1);
    expect(await portal.calls('telephony.externalcall.finish')).toHaveLength(1);
    expect(await portal.calls('telephony.externalcall.show')).toHaveLength(0);
  });

  it('it had answered: that is a conversation the CRM must have, so it is a call of its own', async () => {
    const { portal, began } = await missedWithout3();
    const late = await backOnline(portal, 3);
    await late.ask(ring('leg-3', began + 100));
    await late.ask({ t: 'answered', id: 'a', leg: 'leg-3', at: began + 5000 });
    await portal.runDue();
    await late.ask({ t: 'ended', id: 'e', leg: 'leg-3', at: began + 15_000, seconds: 10, status: '200', reason: '' });
    await portal.makeDue('finish');
    await portal.runDue();
    const finishes = await portal.calls('telephony.externalcall.finish');
    expect(finishes[1]?.params).toMatchObject({ USER_ID: '3', DURATION: '10', STATUS_CODE: '200' });
  });

  it('a leg that began after the call was over is another call, whatever the PBX names it', async () => {
    const { portal, began } = await missedWithout3();
    const phone = await openPhone(portal, 3);
    await phone.ask(ring('leg-4', began + 15_000));
    expect(await calls(portal)).toHaveLength(2);
  });

  it('while somebody’s phone is away, a call that nobody answered waits longer for its finish', async () => {
    const portal = await newPortal().install();
    const [here, away] = [await openPhone(portal, 2), await openPhone(portal, 3)];
    const finishAt = async () => Number((await portal.rows("SELECT at FROM due WHERE kind = 'finish'"))[0]?.at);
    const now = Date.now();
    await here.ask(ring('leg-2', now));
    away.socket.close();
    await expect.poll(() => portal.rows('SELECT state FROM agent WHERE user_id = 3')).toEqual([{ state: null }]);
    await here.ask(missed('leg-2', Date.now()));
    expect((await finishAt()) - now).toBeGreaterThanOrEqual(20_000);
  });
});
