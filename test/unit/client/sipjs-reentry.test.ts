import { describe, expect, it, test } from 'vitest';
import { nextCseq } from '../../../client/phone/sipjs/reentry.ts';
import { until } from '../../harness/until.ts';
import { connections } from './fake-webrtc.ts';
import { dialogOf, header, type Message, SDP } from './sip-peer.ts';
import { clock, eventsOf, incoming, kept, news, peer, phone, ROUTES, start, takes, talks, told } from './sip-stage.ts';

/** A page speaks inside the dialog that an earlier page had, because the PBX refused to replace its leg. */

const routesOf = ({ headers }: Message) => headers.flatMap(([name, value]) => (name === 'Route' ? [value] : []));
const cseqOf = (message: Message) => Number(header(message, 'CSeq').split(' ')[0]);
/** After the 200 its Contact is the target (RFC 3261 12.2.1.2). */
const inDialog = (message: Message, target = / sip:\+4930@10\.0\.0\.7:5060;x=1 /) => {
  expect(header(message, 'Call-ID')).toBe('old-call');
  expect(header(message, 'From')).toContain('<sip:1001@pbx.example.com>;tag=ours');
  expect(header(message, 'To')).toBe('<sip:+4930@pbx.example.com>;tag=theirs');
  expect(message.first).toMatch(target);
  expect(routesOf(message)).toEqual(ROUTES);
};

/** Enters, and the far end agrees with a 200 that names no proxies. */
async function entered(): Promise<Message> {
  await start({ now: () => 60_000 });
  phone.reenter('leg-2', kept, 0);
  const invite = await takes('INVITE');
  peer.answer(invite, 200, { body: SDP });
  await told('leg-2', 'established');
  return invite;
}

describe('an INVITE inside the dialog of an earlier page', () => {
  it('is one more request of that dialog, by the way that it had, with an offer of a fresh connection', async () => {
    const invite = await entered();
    inDialog(invite);
    expect(cseqOf(invite)).toBe(605);
    expect(header(invite, 'Require')).toBe('');
    expect(invite.body).toContain('a=sendrecv');
    const ack = await takes('ACK');
    inDialog(ack, / sip:pbx@/);
    expect(cseqOf(ack)).toBe(605);
  });

  it('makes a leg like any other: hold goes by the same way, and what the next page needs is kept anew', async () => {
    await entered();
    phone.hold('leg-2', true);
    const hold = await takes('INVITE');
    inDialog(hold, / sip:pbx@/);
    expect(cseqOf(hold)).toBe(606);
    peer.answer(hold, 200, { body: SDP });
    expect(await told('leg-2', 'held')).toMatchObject({ ok: true });
    expect(phone.dialog('leg-2')).toMatchObject({
      sipCallId: 'old-call',
      localTag: 'ours',
      remoteTag: 'theirs',
      inside: { routes: ROUTES, localUri: 'sip:1001@pbx.example.com', cseq: 606 },
    });
    phone.hangup('leg-2', 486);
    inDialog(await takes('BYE'), / sip:pbx@/);
  });

  it('the far end’s BYE finds it', async () => {
    const invite = await entered();
    const { callId, target } = dialogOf(invite);
    peer.sends('BYE', { callId, target, from: header(invite, 'To'), to: header(invite, 'From') });
    await takes('SIP/2.0 200');
    await told('leg-2', 'over');
  });

  it('refused: told with the status; then BYE, above every CSeq that was used', async () => {
    await start({ now: () => 60_000 });
    phone.reenter('leg-2', kept, 0);
    const invite = await takes('INVITE');
    peer.answer(invite, 488);
    expect(await told('leg-2', 'rejected')).toMatchObject({ status: 488 });
    phone.release(kept);
    const bye = await takes('BYE');
    inDialog(bye);
    expect(cseqOf(bye)).toBeGreaterThan(cseqOf(invite));
  });

  it('waits for its turn, and is not sent when the person has hung up meanwhile', async () => {
    await start();
    phone.reenter('leg-2', kept, 2000);
    await clock.tick(1999);
    expect(peer.waiting('INVITE')).toEqual([]);
    phone.hangup('leg-2', 480);
    await clock.tick(5000);
    phone.reenter('leg-3', kept, 0);
    await takes('INVITE');
    expect(peer.waiting('INVITE')).toEqual([]);
    expect(eventsOf('leg-2')).toEqual([]);
  });

  it('waits for the socket', async () => {
    await start();
    peer.cut();
    await until('the loss', () => news.find((item) => item.on === 'registration' && item.problem !== null));
    phone.reenter('leg-2', kept, 0);
    await clock.tick(50);
    expect(connections).toEqual([]);
    inDialog(await takes('INVITE'));
  });

  it('without the bundle, or with what an older page has kept, it is a refusal', async () => {
    await start({ reentry: () => Promise.reject(new Error('offline')) });
    phone.reenter('leg-2', kept, 0);
    expect(await told('leg-2', 'rejected')).toMatchObject({ status: 0 });
    const { inside: _, ...older } = kept;
    await start();
    phone.reenter('leg-3', older, 0);
    expect(await told('leg-3', 'rejected')).toMatchObject({ status: 0 });
    phone.release(older);
    await clock.tick(20);
    expect(peer.waiting('BYE')).toEqual([]);
  });
});

test.each([
  [200, true],
  [488, false],
])(
  'a call that was on hold: nothing is said on it before the PBX has answered to the hold (%i)',
  async (status, held) => {
    await start();
    phone.invite('leg-2', '+4930', '', { ...kept, held: true });
    peer.answer(await takes('INVITE'), 200, { body: SDP });
    await told('leg-2', 'established');
    const speaks = () => connections.at(-1)?.getSenders()[0]?.track?.enabled;
    expect(speaks()).toBe(false);
    phone.hold('leg-2', true);
    peer.answer(await takes('INVITE'), status, { body: SDP });
    expect(await told('leg-2', 'held')).toMatchObject({ ok: held });
    expect(speaks()).toBe(!held);
  },
);

test('whoever was called and has asked for nothing yet keeps 0, whoever dialled the INVITE’s own', async () => {
  await start();
  await talks('leg-1', ['Record-Route: <sip:10.0.0.2;lr>', 'Record-Route: <sip:10.0.0.1;transport=ws;lr>']);
  expect(phone.dialog('leg-1')?.inside).toMatchObject({
    cseq: 1,
    routes: ['<sip:10.0.0.1;transport=ws;lr>', '<sip:10.0.0.2;lr>'],
  });
  await peer.invites();
  const { leg } = await incoming();
  phone.answer(leg);
  await takes('SIP/2.0 200');
  expect(phone.dialog(leg)?.inside).toMatchObject({ cseq: 0 });
});

describe('CSeq', () => {
  it('moves on with the time since the answer, so that two pages never use the same', () => {
    const at = (now: number) => nextCseq({ cseq: 4, answeredAt: 1000 }, now);
    expect(at(1000)).toBe(5);
    expect(at(61_000)).toBe(605);
    expect(at(61_100)).toBeGreaterThan(at(61_000));
  });
  it('never goes back, whatever the clock of the earlier page showed', () => {
    expect(nextCseq({ cseq: 4, answeredAt: 9_000_000 }, 1000)).toBe(5);
  });
});
