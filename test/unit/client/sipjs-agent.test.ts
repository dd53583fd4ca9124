import { describe, expect, test } from 'vitest';
import { until } from '../../harness/until.ts';
import { behaviour, connections, fakeStream } from './fake-webrtc.ts';
import { dialogOf, header, SDP } from './sip-peer.ts';
import {
  clock,
  eventsOf,
  forget,
  incoming,
  news,
  peer,
  phone,
  registration,
  start,
  takes,
  talks,
  told,
} from './sip-stage.ts';

/** What the SIP side does about a PBX, or a network, that does not do what SIP.js expects. */

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
  test('the first offer of a call is unusable: answered 488, which says that another one may do', async () => {
    await start();
    behaviour.refuses = () => true;
    await peer.invites();
    const { leg } = await incoming();
    phone.answer(leg);
    await takes('SIP/2.0 488');
    await told(leg, 'over');
  });
  test('a PBX that does not know the call any more ends it', async () => {
    await start();
    await talks();
    peer.cut();
    await clock.tick(1000);
    await takes('REGISTER');
    peer.answer(await takes('INVITE'), 481);
    expect(await told('leg-1', 'over')).toMatchObject({ gone: true });
  });
});

describe('no path', () => {
  test('it dies together with the PBX: the call is over since then', async () => {
    await start({ now: clock.now });
    await talks();
    const diedAt = clock.now();
    connections[0]?.becomes('failed');
    await clock.tick(1000);
    peer.answer(await takes('INVITE'), 481);
    expect(await told('leg-1', 'over')).toMatchObject({ gone: true, at: diedAt });
  });
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
    await clock.tick(0);
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

describe('a key that comes before the sound’s connection is made', () => {
  const early = async () => {
    await start();
    await talks();
    const [connection] = connections;
    if (connection) connection.connectionState = 'connecting';
    phone.dtmf('leg-1', '5');
    await clock.tick(30);
    phone.dtmf('leg-1', '6');
    return connection;
  };
  test('waits for it, in its turn: a browser would play it to nobody', async () => {
    const connection = await early();
    await clock.tick(1000);
    expect(connection?.inserted).toEqual([]);
    if (connection) connection.connectionState = 'connected';
    await clock.tick(50);
    expect(connection?.inserted).toEqual(['5', '6']);
  });
  test('is nothing any more when the call is over', async () => {
    const connection = await early();
    phone.hangup('leg-1', 486);
    peer.answer(await takes('BYE'), 200);
    await clock.tick(1000);
    expect(connection?.inserted).toEqual([]);
  });
});

describe('registration', () => {
  test('a registrar that answers without our contact is asked again', async () => {
    peer.registersWith(['Expires: 180']);
    await start();
    await registration('not_registered');
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
        doubt: () => {},
        onDoubt: () => {},
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
    // A call rings here: its answer would come over this socket or not at all.
    await clock.tick(4999);
    expect(news).not.toContainEqual({ on: 'registration', problem: 'pbx_unreachable' });
    await clock.tick(1);
    expect(news).toContainEqual({ on: 'registration', problem: 'pbx_unreachable' });
    await takes('REGISTER');
  });
});

const both = (first: () => void, second: () => void) => () => {
  first();
  second();
};
