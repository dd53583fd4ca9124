import { describe, expect, it } from 'vitest';
import { portals, type TestPortal } from './kit.ts';
import { settle } from './legs.ts';
import {
  answered,
  CLEO,
  ended,
  finished,
  LINE,
  readyPhone,
  registered,
  ring,
  STRANGER,
  saveSettings,
} from './market-kit.ts';

const newPortal = portals(500);
const ready = async (...settings: Parameters<typeof saveSettings> extends [unknown, ...infer R] ? R : never) => {
  const portal = await newPortal().install();
  await saveSettings(portal, ...settings);
  return portal;
};
const register = async (portal: TestPortal) => (await portal.calls('telephony.externalcall.register'))[0].params;

describe('Market 1: every incoming and outgoing call is registered, and Bitrix24 makes the CRM records', () => {
  it('of a stranger who calls: a lead', async () => {
    const portal = await ready();
    await registered(await readyPhone(portal, 2), 'leg-1', { number: STRANGER });
    expect(await register(portal)).toMatchObject({ TYPE: '2', CRM_CREATE: '1', PHONE_NUMBER: STRANGER });
    const [call] = (await portal.state()).calls;
    expect(call).toMatchObject({ entityType: 'LEAD', createdLead: expect.any(Number) });
  });

  it('of a stranger who is called: a lead', async () => {
    const portal = await ready();
    const phone = await readyPhone(portal, 2);
    await registered(phone, 'leg-1', { number: STRANGER, direction: 'out' });
    expect(await register(portal)).toMatchObject({ TYPE: '1', CRM_CREATE: '1' });
    await phone.ask(answered('leg-1'));
    await phone.ask(ended('leg-1'));
    expect(await finished(portal)).toMatchObject({ type: 1, statusCode: '200', duration: 30, entityType: 'LEAD' });
  });

  it('of a customer: their own, whatever form the number comes in', async () => {
    const portal = await ready();
    await registered(await readyPhone(portal, 2), 'leg-1', { number: '0044 20 7946-0000' });
    expect(await register(portal)).toMatchObject({ PHONE_NUMBER: CLEO });
    expect((await portal.state()).calls).toMatchObject([{ entityType: 'CONTACT', entityId: 5, createdLead: null }]);
  });

  it.each([
    ['never', LINE, '0'],
    ['by_line', LINE, '1'],
    ['by_line', '+4930222222', '0'],
  ] as const)('leads %s, line %s: CRM_CREATE %s', async (leads, line, create) => {
    const portal = await ready({ leads });
    await registered(await readyPhone(portal, 2), 'leg-1', { number: STRANGER, line });
    expect(await register(portal)).toMatchObject({ CRM_CREATE: create });
  });

  it('Bitrix24 makes leads of the calls it registers itself by the same rule: CRM_AUTO_CREATE of the line', async () => {
    const portal = await ready({ leads: 'by_line' });
    expect((await portal.state()).lines).toMatchObject([
      { number: LINE, crmAutoCreate: true },
      { number: '+4930222222', crmAutoCreate: false },
    ]);
  });

  it('a colleague makes no lead', async () => {
    const portal = await ready();
    await registered(await readyPhone(portal, 2), 'leg-1', { number: '777' });
    expect(await register(portal)).toMatchObject({ CRM_CREATE: '0', PHONE_NUMBER: '777' });
  });

  it('two agents who hear one caller in two forms have one call', async () => {
    const portal = await ready();
    const [bob, cy] = [await readyPhone(portal, 2), await readyPhone(portal, 3)];
    const first = await registered(bob, 'leg-1', { number: CLEO });
    expect(await registered(cy, 'leg-2', { number: '00442079460000' })).toBe(first);
  });
});

describe('Market 2: an incoming call names its line', () => {
  it('as the portal knows it, in whatever form the PBX writes it', async () => {
    const portal = await ready();
    await registered(await readyPhone(portal, 2), 'leg-1', { line: '030 111111' });
    expect(await register(portal)).toMatchObject({ LINE_NUMBER: LINE });
    expect((await portal.state()).lines).toHaveLength(2);
  });
});

describe('the caller on the card', () => {
  it('name, company and newest open deal come from the CRM once the call is registered', async () => {
    const portal = await ready();
    const phone = await readyPhone(portal, 2);
    await registered(phone, 'leg-1');
    await portal.runDue();
    expect(await phone.next('customer')).toEqual({
      t: 'customer',
      leg: 'leg-1',
      customer: { name: 'Cleo Customer', company: 'Cleo Ltd', deal: 'New deal' },
    });
  });

  it('a queue\u2019s second agent is told too, without asking the CRM again', async () => {
    const portal = await ready();
    const [bob, cy] = [await readyPhone(portal, 2), await readyPhone(portal, 3)];
    await registered(bob, 'leg-1', { group: 'q' });
    await portal.runDue();
    await registered(cy, 'leg-2', { group: 'q' });
    await portal.runDue();
    expect((await cy.next('customer')).leg).toBe('leg-2');
    expect(await portal.calls('crm.deal.list')).toHaveLength(1);
  });

  it('a company is not named twice, and has no deal where none is open', async () => {
    const portal = await ready();
    const phone = await readyPhone(portal, 2);
    await registered(phone, 'leg-1', { number: '+442079460006' });
    await portal.runDue();
    expect((await phone.next('customer')).customer).toEqual({ name: 'Acme', company: '', deal: '' });
  });

  it('a lead has a name only; an app without the permission for the CRM says the name only', async () => {
    const portal = await ready();
    await portal.control('fault', { method: 'crm.deal.list', error: 'insufficient_scope', status: 403 });
    await portal.control('fault', { method: 'crm.company.get', error: 'insufficient_scope', status: 403 });
    const phone = await readyPhone(portal, 2);
    await registered(phone, 'leg-1');
    await portal.runDue();
    expect((await phone.next('customer')).customer).toEqual({ name: 'Cleo Customer', company: '', deal: '' });
    expect((await portal.status()).binding).toBe('bound');
  });

  it('nobody is looked up for a hidden number or a colleague', async () => {
    const portal = await ready();
    const phone = await readyPhone(portal, 2);
    await registered(phone, 'leg-1', { number: 'anonymous' });
    await registered(phone, 'leg-2', { number: '777' });
    await portal.runDue();
    expect(await portal.calls('telephony.externalcall.searchcrmentities')).toEqual([]);
  });
});

describe('how a call ended', () => {
  it('missed: 304, whoever rang first, no length', async () => {
    const portal = await ready();
    const phone = await readyPhone(portal, 2);
    await registered(phone, 'leg-1');
    await phone.ask(ended('leg-1', { seconds: 0, status: '304', reason: 'The caller gave up' }));
    expect(await finished(portal)).toMatchObject({ statusCode: '304', userId: 2, duration: 0 });
  });

  it.each([
    ['busy', '486'],
    ['declined', '603'],
    ['not answered', '480'],
    ['to a number that does not exist', '404'],
  ] as const)('%s: %s', async (_, status) => {
    const portal = await ready();
    const phone = await readyPhone(portal, 2);
    await registered(phone, 'leg-1', { direction: 'out' });
    await phone.ask(ended('leg-1', { seconds: 0, status, reason: 'as the PBX said' }));
    expect(await finished(portal)).toMatchObject({ statusCode: status, userId: 2, failedReason: 'as the PBX said' });
  });

  it('declined by all agents of a queue: missed, one record', async () => {
    const portal = await ready();
    const [bob, cy] = [await readyPhone(portal, 2), await readyPhone(portal, 3)];
    await registered(bob, 'leg-1', { group: 'q' });
    await registered(cy, 'leg-2', { group: 'q' });
    await bob.ask(ended('leg-1', { seconds: 0, status: '603' }));
    await cy.ask(ended('leg-2', { seconds: 0, status: '603' }));
    expect(await finished(portal)).toMatchObject({ statusCode: '304', externalCallId: 'g:q' });
  });

  it('answered elsewhere: one record, of who answered, and the other\u2019s card goes', async () => {
    const portal = await ready();
    const [bob, cy] = [await readyPhone(portal, 2), await readyPhone(portal, 3)];
    const callId = await registered(bob, 'leg-1', { group: 'q' });
    await registered(cy, 'leg-2', { group: 'q' });
    await cy.ask(answered('leg-2'));
    expect(await bob.next('elsewhere')).toMatchObject({ leg: 'leg-1', callId });
    await settle(portal, 'hide');
    expect((await portal.calls('telephony.externalcall.hide'))[0].params.USER_ID).toEqual(['2']);
    await bob.ask(ended('leg-1', { seconds: 0, status: '304' }));
    await cy.ask(ended('leg-2'));
    expect(await finished(portal)).toMatchObject({ callId, userId: 3, statusCode: '200', duration: 30 });
  });

  it('transferred: one record, of who talked last, from the first answer; the card moves (show, hide)', async () => {
    const portal = await ready();
    const [bob, cy] = [await readyPhone(portal, 2), await readyPhone(portal, 3)];
    const callId = await registered(bob, 'leg-1', { group: 'q' });
    await bob.ask(answered('leg-1'));
    expect(await registered(cy, 'leg-2', { group: 'q' })).toBe(callId);
    await settle(portal, 'show');
    expect((await portal.calls('telephony.externalcall.show'))[0].params).toMatchObject({
      CALL_ID: callId,
      USER_ID: '3',
    });
    await cy.ask({ ...answered('leg-2'), at: ring('leg-2').startedAt + 20_000 });
    await bob.ask(ended('leg-1', { seconds: 16, at: ring('leg-1').startedAt + 20_000 }));
    await cy.ask(ended('leg-2', { seconds: 14 }));
    expect(await finished(portal)).toMatchObject({ callId, userId: 3, statusCode: '200', duration: 30 });
  });

  it('the operator\u2019s grade and comment are kept; the grade goes into the record', async () => {
    const portal = await ready();
    const phone = await readyPhone(portal, 2);
    await registered(phone, 'leg-1');
    await phone.ask(answered('leg-1'));
    await phone.ask({ t: 'vote', id: 'v', leg: 'leg-1', vote: 4 });
    await phone.ask({ t: 'comment', id: 'c', leg: 'leg-1', text: 'Wants an offer' });
    await phone.ask(ended('leg-1'));
    expect(await finished(portal)).toMatchObject({ vote: 4 });
  });
});
