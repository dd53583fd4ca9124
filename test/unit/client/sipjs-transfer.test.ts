import { describe, expect, test } from 'vitest';
import { connections } from './fake-webrtc.ts';
import { header, SDP } from './sip-peer.ts';
import { clock, eventsOf, forget, news, peer, phone, start, takes, talks, told } from './sip-stage.ts';

/** Whose place a leg takes: REFER, and INVITE with Replaces. */

describe('a REFER with Replaces (RFC 3891)', () => {
  test('names the consultation’s dialog, and only one that is confirmed', async () => {
    await start();
    await talks('leg-1');
    phone.invite('leg-2', '601', '');
    const second = await takes('INVITE');
    phone.referTo('leg-1', 'leg-2');
    expect(await told('leg-1', 'transfer')).toMatchObject({ step: 'failed' });
    peer.answer(second, 200, { body: SDP });
    await told('leg-2', 'established');
    forget();
    phone.referTo('leg-1', 'leg-2');
    const refer = await takes('REFER');
    expect(header(refer, 'Call-ID')).toBe('leg-1');
    const target = decodeURIComponent(header(refer, 'Refer-To'));
    expect(target).toContain('Replaces=leg-2');
    expect(target).toContain('to-tag=pbx');
    expect(target).toContain(`from-tag=${/tag=(\w+)/.exec(header(second, 'From'))?.[1]}`);
  });

  test('has succeeded when the NOTIFY says so, not with the 202', async () => {
    await start();
    const dialog = await talks();
    phone.refer('leg-1', '602');
    peer.answer(await takes('REFER'), 202);
    expect(await told('leg-1', 'transfer')).toMatchObject({ step: 'accepted' });
    forget();
    const notify = (line: string) =>
      peer.sends('NOTIFY', dialog, { headers: ['Event: refer', 'Subscription-State: active'], body: `${line}\r\n` });
    notify('SIP/2.0 180 Ringing');
    await takes('SIP/2.0 200');
    expect(eventsOf('leg-1')).toEqual([]);
    notify('SIP/2.0 486 Busy Here');
    expect(await told('leg-1', 'transfer')).toMatchObject({ step: 'failed', status: 486 });
  });
});

describe('a REFER to somebody whom a consultation rings', () => {
  test('waits until the PBX has ended that one: they would be busy for the customer', async () => {
    await start();
    await talks();
    phone.invite('leg-2', '602', '');
    const consultation = await takes('INVITE');
    peer.answer(consultation, 180);
    await told('leg-2', 'progress');
    // As the desk does it, in one turn.
    phone.refer('leg-1', '602');
    phone.hangup('leg-2', 486);
    const cancel = await takes('CANCEL');
    await clock.tick(200);
    expect(peer.waiting('REFER')).toEqual([]);
    peer.answer(cancel, 200);
    peer.answer(consultation, 487);
    expect(header(await takes('REFER'), 'Refer-To')).toContain('602');
  });
  test('does not wait for ever', async () => {
    await start();
    await talks();
    phone.invite('leg-2', '602', '');
    peer.answer(await takes('INVITE'), 180);
    await told('leg-2', 'progress');
    phone.refer('leg-1', '602');
    phone.hangup('leg-2', 486);
    await takes('CANCEL');
    await takes('REFER');
  });
});

describe('an INVITE with Replaces takes the place of a call that stands', () => {
  test('it is answered at once, the old dialog ends, and to the person it is the same call', async () => {
    await start();
    const old = await talks('leg-1');
    phone.mute('leg-1', true);
    forget();
    const tag = (text: string) => /tag=(\w+)/.exec(text)?.[1];
    const dialog = await peer.invites({
      headers: [`Replaces: leg-1;to-tag=${tag(old.to)};from-tag=${tag(old.from)}`, 'Require: replaces'],
    });
    const ok = await takes('SIP/2.0 200');
    expect(header(ok, 'Call-ID')).toBe(dialog.callId);
    const bye = await takes('BYE');
    expect(header(bye, 'Call-ID')).toBe('leg-1');
    peer.answer(bye, 200);
    const taken = { ...dialog, to: header(ok, 'To') };
    peer.sends('ACK', taken);
    expect(news).toEqual([]);
    expect(connections.at(-1)?.getSenders()[0]?.track?.enabled).toBe(false);
    peer.sends('BYE', taken);
    await told('leg-1', 'over');
    expect(news.filter((item) => item.on === 'incoming')).toEqual([]);
  });

  test('one that names no call of ours is answered 481', async () => {
    await start();
    await peer.invites({ headers: ['Replaces: nobody;to-tag=a;from-tag=b'] });
    await takes('SIP/2.0 481');
    expect(news.filter((item) => item.on === 'incoming')).toEqual([]);
  });
});
