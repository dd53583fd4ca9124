import { describe, expect, test } from 'vitest';
import { SDP } from './sip-peer.ts';
import {
  clock,
  eventsOf,
  forget,
  kept,
  news,
  peer,
  phone,
  registration,
  start,
  takes,
  talks,
  told,
} from './sip-stage.ts';

/** What becomes of requests and of clicks while there is no connection to the PBX. */

describe('a connection is lost while the PBX owes an answer', () => {
  const reconnects = async () => {
    peer.cut();
    await takes('REGISTER');
  };
  test('a re-INVITE has failed at once, and the next one goes over the new connection', async () => {
    await start();
    await talks();
    phone.hold('leg-1', true);
    await takes('INVITE');
    await reconnects();
    expect(await told('leg-1', 'held')).toMatchObject({ ok: false });
    peer.answer(await takes('INVITE'), 200, { body: SDP });
    await takes('ACK');
    expect(eventsOf('leg-1').some(({ on }) => on === 'over')).toBe(false);
  });
  test('BYE is said again over the new connection', async () => {
    await start();
    await talks();
    phone.hangup('leg-1', 486);
    await takes('BYE');
    await reconnects();
    peer.answer(await takes('BYE'), 200);
  });
  test('a hang-up while there is none is said over the next one', async () => {
    await start();
    await talks();
    peer.cut();
    await registration('pbx_unreachable');
    phone.hangup('leg-1', 486);
    await takes('REGISTER');
    peer.answer(await takes('BYE'), 200);
  });
  test('an INVITE that begins a call is adrift: its answer would go to the lost connection; CANCEL goes over the new one', async () => {
    await start();
    phone.invite('leg-1', '600', '');
    const invite = await takes('INVITE');
    peer.answer(invite, 180);
    await told('leg-1', 'progress');
    await reconnects();
    await told('leg-1', 'adrift');
    phone.hangup('leg-1', 480);
    await takes('CANCEL');
  });
  test('an INVITE that takes over a call of an earlier page is not: that page’s patience decides', async () => {
    await start();
    phone.invite('leg-1', '600', '', kept);
    await takes('INVITE');
    await reconnects();
    expect(eventsOf('leg-1')).toEqual([]);
  });
});

describe('a PBX that is starting takes the connection, and loses what comes over it', () => {
  const starting = async () => {
    peer.answersRegister(null);
    await start();
  };
  test('after 5 s without an answer to REGISTER the phone connects anew, and is registered', async () => {
    await starting();
    await clock.tick(4999);
    expect(news).toEqual([]);
    peer.answersRegister(200);
    await clock.tick(1);
    await takes('REGISTER');
    await registration(null);
  });
  test('one that is only slow gets 5 s more each time', async () => {
    await starting();
    await clock.tick(5000);
    await takes('REGISTER');
    forget();
    await clock.tick(9000);
    expect(news).toEqual([]);
    await clock.tick(1000);
    await registration('pbx_unreachable');
    await takes('REGISTER');
  });
  test('a call that is being dialled over the connection keeps it', async () => {
    await starting();
    phone.invite('leg-1', '600', '');
    peer.answer(await takes('INVITE'), 180);
    await told('leg-1', 'progress');
    await clock.tick(5000);
    expect(peer.waiting('REGISTER')).toEqual([]);
    expect(news.filter(({ on }) => on === 'registration')).toEqual([]);
  });
});

describe('a PBX that refuses the password', () => {
  test('is asked again after five minutes, not over each new connection: PBXs lock out who insists', async () => {
    peer.answersRegister(403);
    await start();
    await registration('wrong_password');
    peer.cut();
    await takes('OPTIONS');
    peer.answersRegister(200);
    await takes('OPTIONS');
    await clock.tick(299_000);
    expect(peer.waiting('REGISTER')).toEqual([]);
    await clock.tick(1000);
    await takes('REGISTER');
    await registration(null);
  });
});

describe('a click comes before the socket is open', () => {
  const unconnected = async () => {
    await start();
    peer.cut();
    await registration('pbx_unreachable');
  };
  test('the INVITE leaves with the first words over it', async () => {
    await unconnected();
    phone.invite('leg-1', '600', '');
    await takes('INVITE');
    expect(eventsOf('leg-1')).toEqual([]);
  });
  test('hung up meanwhile: no INVITE leaves', async () => {
    await unconnected();
    phone.invite('leg-1', '600', '');
    phone.hangup('leg-1', 480);
    await takes('REGISTER');
    await clock.tick(8000);
    expect(eventsOf('leg-1')).toEqual([]);
  });
  test('none comes within 8 s: the PBX has not answered', async () => {
    await start();
    await peer.close();
    await registration('pbx_unreachable');
    phone.invite('leg-1', '600', '');
    await clock.tick(8000);
    expect(eventsOf('leg-1')).toMatchObject([{ on: 'rejected', status: 0 }]);
  });
});
