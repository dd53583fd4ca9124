import { describe, expect, test } from 'vitest';
import { until } from '../../harness/until.ts';
import { behaviour, connections, fakeStream } from './fake-webrtc.ts';
import { dialogOf, header, SDP } from './sip-peer.ts';
import { clock, eventsOf, forget, incoming, news, peer, phone, start, takes, talks, told } from './sip-stage.ts';

/** What the SIP side does about a PBX, or a network, that does not do what SIP.js expects. */

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

/** What the far end describes, or we do, is worked on until the returned function is called. */
const hold = (what: 'delay' | 'making' = 'delay') => {
  let go = () => {};
  behaviour[what] = new Promise<void>((resolve) => {
    go = resolve;
  });
  return () => go();
};

describe('what arrives while a 200 is worked on', () => {
  test('a BYE is answered, and ends the call', async () => {
    await start();
    const release = hold();
    phone.invite('leg-1', '600', '');
    const invite = await takes('INVITE');
    peer.answer(invite, 200, { body: SDP });
    peer.sends('BYE', dialogOf(invite));
    await takes('SIP/2.0 200');
    release();
    await told('leg-1', 'over');
    expect(peer.waiting('BYE')).toEqual([]);
  });
  test('a re-INVITE is a collision, an INFO is answered', async () => {
    await start();
    const release = hold();
    phone.invite('leg-1', '600', '');
    const invite = await takes('INVITE');
    peer.answer(invite, 200, { body: SDP });
    peer.sends('INFO', dialogOf(invite));
    await takes('SIP/2.0 200');
    peer.sends('INVITE', dialogOf(invite), { body: SDP });
    await takes('SIP/2.0 491');
    release();
    await told('leg-1', 'established');
  });
});

describe('a re-INVITE of each side at the same moment', () => {
  test('theirs comes while our offer is made: it is a collision, and ours goes out', async () => {
    await start();
    const dialog = await talks();
    const release = hold('making');
    phone.hold('leg-1', true);
    await clock.tick(20);
    peer.sends('INVITE', dialog, { body: SDP });
    await takes('SIP/2.0 491');
    release();
    peer.answer(await takes('INVITE'), 200, { body: SDP });
    expect(await told('leg-1', 'held')).toMatchObject({ ok: true });
    expect(peer.waiting('BYE')).toEqual([]);
  });
  test('ours is asked for while theirs is worked on: theirs is answered first, and then ours goes out', async () => {
    await start();
    const dialog = await talks();
    const release = hold('making');
    peer.sends('INVITE', dialog, { body: SDP });
    await until('their offer', () => connections[0]?.signalingState === 'have-remote-offer');
    phone.hold('leg-1', true);
    await clock.tick(100);
    expect(peer.waiting('INVITE')).toEqual([]);
    release();
    await takes('SIP/2.0 200');
    peer.sends('ACK', dialog);
    peer.answer(await takes('INVITE'), 200, { body: SDP });
    expect(await told('leg-1', 'held')).toMatchObject({ ok: true });
    expect(peer.waiting('BYE')).toEqual([]);
  });
});

describe('a re-INVITE that comes to nothing leaves the call as it was', () => {
  test('refused: the next one is sent all the same, and 491 is tried again', async () => {
    await start();
    await talks();
    phone.hold('leg-1', true);
    peer.answer(await takes('INVITE'), 488);
    await takes('ACK');
    expect(await told('leg-1', 'held')).toMatchObject({ ok: false });
    forget();
    phone.hold('leg-1', true);
    peer.answer(await takes('INVITE'), 491);
    await takes('ACK');
    await clock.tick(4000);
    peer.answer(await takes('INVITE'), 200, { body: SDP });
    expect(await told('leg-1', 'held')).toMatchObject({ ok: true });
  });
  test('answered with something unusable: no BYE, and it is told as refused', async () => {
    await start();
    const dialog = await talks();
    behaviour.refuses = (sdp) => sdp.includes('s=broken');
    phone.hold('leg-1', true);
    peer.answer(await takes('INVITE'), 200, { body: SDP.replace('s=-', 's=broken') });
    expect(await told('leg-1', 'held')).toMatchObject({ ok: false });
    await takes('ACK');
    expect(peer.waiting('BYE')).toEqual([]);
    peer.sends('INFO', dialog);
    await takes('SIP/2.0 200');
  });
  test('the first answer of a call is unusable: told as no common format', async () => {
    await start();
    behaviour.refuses = () => true;
    phone.invite('leg-1', '600', '');
    peer.answer(await takes('INVITE'), 200, { body: SDP });
    await takes('BYE');
    expect(await told('leg-1', 'rejected')).toMatchObject({ status: 488 });
  });
  test('a PBX that does not know the call any more ends it', async () => {
    await start();
    await talks();
    peer.cut();
    await clock.tick(1000);
    await takes('REGISTER');
    peer.answer(await takes('INVITE'), 481);
    await told('leg-1', 'over');
  });
});

describe('no path', () => {
  test('no candidate at all: nothing is sent, and the reason is told', async () => {
    await start();
    behaviour.candidates = [];
    phone.invite('leg-1', '600', '');
    expect(await told('leg-1', 'noPath')).toMatchObject({ relayRefused: false });
    expect(peer.waiting('INVITE')).toEqual([]);
  });
  test.each([401, 403, 438])('the TURN server answers %i: that is the reason', async (error) => {
    await start();
    Object.assign(behaviour, { candidates: [], error });
    phone.invite('leg-1', '600', '');
    expect(await told('leg-1', 'noPath')).toMatchObject({ relayRefused: true });
  });
  test('each call takes the newest session’s servers: a TURN server’s credentials expire', async () => {
    let credential = 'yesterday';
    await start({ ice: () => [{ urls: 'turn:127.0.0.1', username: 'ann', credential }] });
    await talks('leg-1');
    credential = 'today';
    await talks('leg-2');
    const used = connections.map(({ configuration }) => configuration?.iceServers?.[0]?.credential);
    expect(used).toEqual(['yesterday', 'today']);
  });
  test('an incoming call that nobody could hear is refused', async () => {
    await start();
    behaviour.candidates = [];
    await peer.invites();
    const { leg } = await incoming();
    phone.answer(leg);
    await takes('SIP/2.0 480');
    await told(leg, 'noPath');
  });
  test('it dies in the call: ICE is restarted until there is one again, and both is told', async () => {
    await start();
    await talks();
    const [connection] = connections;
    connection?.becomes('connected');
    connection?.becomes('failed');
    peer.answer(await takes('INVITE'), 503);
    expect(await told('leg-1', 'path')).toMatchObject({ alive: false });
    await clock.tick(8000);
    peer.answer(await takes('INVITE'), 200, { body: SDP });
    expect(connection?.restarts).toBe(2);
    forget();
    connection?.becomes('connected');
    expect(await told('leg-1', 'path')).toMatchObject({ alive: true });
    await clock.tick(60_000);
    expect(connection?.restarts).toBe(2);
  });
});

describe('session timers (RFC 4028)', () => {
  test('we say that we can, and refresh when it is our task', async () => {
    await start();
    phone.invite('leg-1', '600', '');
    const invite = await takes('INVITE');
    expect(header(invite, 'Supported')).toContain('timer');
    peer.answer(invite, 200, { body: SDP, headers: ['Session-Expires: 120;refresher=uac', 'Require: timer'] });
    await told('leg-1', 'established');
    expect(peer.waiting('INVITE')).toEqual([]);
    for (let turn = 0; turn < 2; turn += 1) {
      await clock.tick(60_000);
      peer.answer(await takes('INVITE'), 200, { body: SDP });
    }
  });
  test('the PBX refreshes: our 200 agrees, also to the INVITE that began the call', async () => {
    await start();
    const headers = ['Session-Expires: 1800;refresher=uac', 'Supported: timer'];
    const dialog = await peer.invites({ headers });
    const { leg } = await incoming();
    phone.answer(leg);
    const ok = await takes('SIP/2.0 200');
    expect(header(ok, 'Session-Expires')).toBe('1800;refresher=uac');
    expect(header(ok, 'Require')).toBe('timer');
    const standing = { ...dialog, to: header(ok, 'To') };
    peer.sends('ACK', standing);
    await told(leg, 'established');
    peer.sends('INVITE', standing, { headers, body: SDP });
    const refreshed = await takes('SIP/2.0 200');
    expect(header(refreshed, 'Session-Expires')).toBe('1800;refresher=uac');
  });
});

describe('the microphone', () => {
  const slow = () => {
    let opened = (_problem: 'denied' | null) => {};
    let closed = 0;
    const open = new Promise<'denied' | null>((resolve) => {
      opened = resolve;
    });
    const microphone = { open: () => open, borrow: fakeStream, close: () => closed++, onTrack: () => {} };
    return { microphone, opened, closed: () => closed };
  };
  test('opens while the offer is made; nothing leaves before it is open, and mute is kept', async () => {
    const { microphone, opened } = slow();
    await start({ microphone });
    phone.invite('leg-1', '600', '');
    phone.mute('leg-1', true);
    await until('candidates', () => connections[0]?.iceGatheringState === 'complete');
    await clock.tick(1000);
    expect(peer.waiting('INVITE')).toEqual([]);
    opened(null);
    await takes('INVITE');
    expect(connections[0]?.getSenders()[0]?.track?.enabled).toBe(false);
  });
  test('denied: no INVITE, and one reason', async () => {
    const { microphone, opened } = slow();
    await start({ microphone });
    phone.invite('leg-1', '600', '');
    opened('denied');
    await told('leg-1', 'microphone');
    await clock.tick(1000);
    expect(peer.waiting('INVITE')).toEqual([]);
    expect(eventsOf('leg-1')).toHaveLength(1);
  });
  test('opened after the person has hung up: closed again, and no INVITE', async () => {
    const { microphone, opened, closed } = slow();
    await start({ microphone });
    phone.invite('leg-1', '600', '');
    phone.hangup('leg-1', 486);
    const before = closed();
    opened(null);
    await clock.tick(1000);
    expect(closed()).toBeGreaterThan(before);
    expect(peer.waiting('INVITE')).toEqual([]);
    expect(eventsOf('leg-1')).toEqual([]);
  });
});

describe('keys', () => {
  test('stream: in the audio; info: as INFO, whatever was negotiated', async () => {
    await start();
    await talks();
    phone.dtmf('leg-1', '5');
    expect(connections[0]?.inserted).toEqual(['5']);
    phone.retire();
    await start({ keys: 'info' });
    await talks('leg-2');
    phone.dtmf('leg-2', '#');
    const info = await takes('INFO');
    expect(info.body).toContain('Signal=#');
    expect(connections[1]?.inserted).toEqual([]);
  });
});

describe('registration', () => {
  test('a registrar that answers without our contact is asked again', async () => {
    peer.registersWith(['Expires: 180']);
    await start();
    await until('the reason', () =>
      news.some((item) => item.on === 'registration' && item.problem === 'not_registered'),
    );
    await clock.tick(60_000);
    await peer.takes('REGISTER');
  });
});

describe('a half-open socket', () => {
  test('is given up without waiting for the other side to agree, and the phone registers over a new one', async () => {
    let wake = () => {};
    await start({
      pulse: {
        onTick: () => {},
        onWake: (callback) => {
          wake = both(wake, callback);
        },
      },
    });
    wake();
    peer.answer(await peer.takes('OPTIONS'), 200);
    // The answer is on its way: what comes after it is in order behind it.
    await peer.invites();
    await incoming();
    forget();
    wake();
    await peer.takes('OPTIONS');
    await clock.tick(5000);
    expect(news).toContainEqual({ on: 'registration', problem: 'pbx_unreachable' });
    await takes('REGISTER');
  });
});

const both = (first: () => void, second: () => void) => () => {
  first();
  second();
};
