import { runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { DEFAULT_PREFERENCES, type Preferences } from '../../src/protocol/frame.ts';
import { openPhone, portals, type TestPortal } from './kit.ts';

const newPortal = portals(275);

const quiet: Preferences = { ...DEFAULT_PREFERENCES, doNotDisturb: true, ringtone: 'chime', ringVolume: 0.25 };
const prefer = (preferences: Preferences, id = 'p') => ({ t: 'preferences', id, preferences }) as const;

/** A customer asks to be called back, and the object chooses who does it. */
async function callBack(portal: TestPortal): Promise<{ USER_ID: string; SHOW: string }> {
  await portal.control('callback-form', { number: '+442079460000', line: '0000' });
  await portal.deliver();
  for (const kind of ['callback', 'register']) {
    await portal.makeDue(kind);
    await portal.runDue();
  }
  return (await portal.calls('telephony.externalcall.register')).at(-1).params;
}

describe('what a person has set for themselves', () => {
  it('is never said before it was set', async () => {
    const portal = await newPortal().install();
    const phone = await openPhone(portal, 2);
    await phone.ask({ t: 'renew', id: 'everything-is-in' });
    expect(phone.messages.map(({ t }) => t)).toEqual(['welcome', 'ticket']);
  });

  it('is kept and said to the next phone of the same person, and to nobody else', async () => {
    const portal = await newPortal().install();
    const first = await openPhone(portal, 2);
    expect(await first.ask(prefer(quiet))).toEqual({ t: 'ack', id: 'p' });
    const second = await openPhone(portal, 2);
    expect(await second.next('preferences')).toEqual({ t: 'preferences', preferences: quiet });
    expect(second.messages.map(({ t }) => t).slice(0, 2)).toEqual(['welcome', 'preferences']);
    const colleague = await openPhone(portal, 3);
    await colleague.ask({ t: 'renew', id: 'everything-is-in' });
    expect(colleague.messages.map(({ t }) => t)).not.toContain('preferences');
  });

  it('comes with the session, so that a phone knows it before its socket is open', async () => {
    const portal = await newPortal().install();
    expect(await portal.session(2)).not.toHaveProperty('preferences');
    await (await openPhone(portal, 2)).ask(prefer(quiet));
    expect(await portal.session(2)).toMatchObject({ preferences: quiet });
    expect(await portal.session(3)).not.toHaveProperty('preferences');
  });

  it('survives the object\u2019s eviction, as a row', async () => {
    const portal = await newPortal().install();
    await (await openPhone(portal, 2)).ask(prefer(quiet));
    const stored = await runInDurableObject(portal.object, (_, state) =>
      state.storage.sql.exec('SELECT preferences FROM agent WHERE user_id = 2').one(),
    );
    expect(JSON.parse(String(stored.preferences))).toEqual(quiet);
  });

  it.each([
    ['more than 30 s until a call is answered by itself', { autoAnswerS: 31 }],
    ['half a second', { autoAnswerS: 0.5 }],
    ['a volume above 1', { ringVolume: 1.1 }],
    ['a ringtone that nobody has', { ringtone: 'siren' }],
    ['something else than yes or no', { doNotDisturb: 'yes' }],
  ])('is refused with %s', async (_, over) => {
    const portal = await newPortal().install();
    const phone = await openPhone(portal, 2);
    phone.send(prefer({ ...quiet, ...over } as Preferences));
    await phone.until(() => phone.closed);
    expect(phone.closed?.code).toBe(4400);
  });
});

describe('do not disturb', () => {
  it('leaves a person reachable, and is counted on /status', async () => {
    const portal = await newPortal().install();
    const phone = await openPhone(portal, 2);
    await phone.ask(prefer(quiet));
    expect((await portal.status()).agents).toMatchObject({ phones: 1, reachable: 1, talking: 0, doNotDisturb: 1 });
    await phone.ask(prefer(DEFAULT_PREFERENCES, 'again'));
    expect((await portal.status()).agents).toMatchObject({ doNotDisturb: 0 });
  });

  it('counts from the phone\u2019s own word as well', async () => {
    const portal = await newPortal().install();
    const phone = await openPhone(portal, 2);
    phone.send({ t: 'state', state: { ready: true, talking: false, doNotDisturb: true }, legs: [] });
    await phone.ask({ t: 'renew', id: 'state-is-in' });
    expect((await portal.status()).agents).toMatchObject({ reachable: 1, doNotDisturb: 1 });
  });

  it('a call-back rings a colleague instead of the responsible person', async () => {
    const portal = await newPortal().install();
    await portal.learnApplicationToken();
    const bob = await openPhone(portal, 2);
    const cy = await openPhone(portal, 3);
    await bob.ask(prefer(quiet));
    await cy.ask({ t: 'renew', id: 'state-is-in' });
    expect(await callBack(portal)).toMatchObject({ USER_ID: '3', SHOW: '1' });
    await cy.next('dial');
    await bob.ask({ t: 'renew', id: 'everything-is-in' });
    expect(bob.messages.map(({ t }) => t)).not.toContain('dial');
  });

  it('with nobody else there, a call-back is the responsible person\u2019s on record and rings nobody', async () => {
    const portal = await newPortal().install();
    await portal.learnApplicationToken();
    const bob = await openPhone(portal, 2);
    await bob.ask(prefer(quiet));
    expect(await callBack(portal)).toMatchObject({ USER_ID: '2', SHOW: '0' });
    await bob.ask({ t: 'renew', id: 'everything-is-in' });
    expect(bob.messages.map(({ t }) => t)).not.toContain('dial');
  });
});
