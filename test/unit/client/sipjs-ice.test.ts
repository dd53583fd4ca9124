import { describe, expect, test } from 'vitest';
import { isDeaf } from '../../../client/phone/sipjs/deaf.ts';
import { type Gatherer, gatherEarly, NoPath, sendAfterMs } from '../../../client/phone/sipjs/ice.ts';
import { rememberNetwork } from '../../../client/phone/sipjs/network.ts';
import { watchPath } from '../../../client/phone/sipjs/path.ts';
import { refreshAfterS, timerAnswer } from '../../../client/phone/sipjs/timers.ts';
import { handClock } from './support.ts';

describe('an offer is sent early', () => {
  const host = 'candidate:1 1 udp 1 192.0.2.1 5000 typ host';
  const srflx = 'candidate:2 1 udp 1 198.51.100.1 5000 typ srflx raddr 192.0.2.1';
  const relay = 'candidate:3 1 udp 1 203.0.113.1 5000 typ relay';
  test('a reflexive or relayed candidate is enough at once, a host candidate after a moment', () => {
    expect(sendAfterMs(srflx, false)).toBe(0);
    expect(sendAfterMs(relay, false)).toBe(0);
    expect(sendAfterMs(host, false)).toBeLessThanOrEqual(10);
    expect(sendAfterMs('', false)).toBeNull();
  });
  test('a network that lets only a relay through waits for the relay', () => {
    expect(sendAfterMs(host, true)).toBeNull();
    expect(sendAfterMs(srflx, true)).toBeNull();
    expect(sendAfterMs(relay, true)).toBe(0);
  });
  test('is known by the last connection: ICE takes a relay only where nothing else works', () => {
    const network = rememberNetwork();
    expect(network.relayOnly()).toBe(false);
    network.chosen('relay');
    network.chosen(undefined);
    expect(network.relayOnly()).toBe(true);
    network.chosen('prflx');
    expect(network.relayOnly()).toBe(false);
    network.chosen('relay');
    network.forget();
    expect(network.relayOnly()).toBe(false);
  });

  const gathering = (relayOnly: boolean) => {
    const clock = handClock();
    const network = rememberNetwork();
    if (relayOnly) network.chosen('relay');
    let end = () => {};
    let body = 'v=0';
    const handler: Gatherer = {
      peerConnectionDelegate: undefined,
      iceGatheringComplete: () => end(),
      getDescription: () =>
        new Promise((resolve) => {
          end = () => resolve({ body });
        }),
    };
    const lost: boolean[] = [];
    const noticed = { track: () => {}, changed: () => {}, lost: (refused: boolean) => void lost.push(refused) };
    gatherEarly(handler, { network, setTimeout: clock.setTimeout, ...noticed });
    const delegate = handler.peerConnectionDelegate as Record<string, (event: unknown) => void>;
    const found = (candidate: string) => {
      body += `\r\na=${candidate}`;
      delegate.onicecandidate?.({ candidate: { candidate } });
    };
    return {
      clock,
      lost,
      found,
      end: () => end(),
      error: (errorCode: number) => delegate.onicecandidateerror?.({ errorCode }),
      description: handler.getDescription(),
    };
  };
  test('waiting ends a moment after the first usable candidate', async () => {
    const { clock, found, description } = gathering(false);
    found(host);
    await clock.tick(10);
    expect((await description).body).toContain('typ host');
  });
  test('no better candidate is waited for longer than a second', async () => {
    const { clock, found, description } = gathering(true);
    found(host);
    await clock.tick(1000);
    expect((await description).body).toContain('typ host');
  });
  test('an address by TCP is none: no PBX listens there, and an offer with nothing else would be hold', async () => {
    const { clock, found, end, description } = gathering(false);
    const outcome = description.catch((reason: unknown) => reason);
    found('candidate:1 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active');
    await clock.tick(1000);
    end();
    expect(await outcome).toBeInstanceOf(NoPath);
  });
  test('nothing without a candidate is sent; a TURN server that refuses us is named', async () => {
    for (const [code, refused] of [
      [401, true],
      [701, false],
    ] as const) {
      const { clock, error, end, lost, description } = gathering(false);
      const outcome = description.catch((reason: unknown) => reason);
      error(code);
      await clock.tick(1000);
      end();
      expect(await outcome).toBeInstanceOf(NoPath);
      expect(lost).toEqual([refused]);
    }
  });
});

describe('a path that dies', () => {
  const watched = () => {
    const clock = handClock();
    let state = 'connected';
    let deaf = false;
    const log: string[] = [];
    let answer: Promise<number> | number | undefined = 200;
    const watch = watchPath({
      state: () => state,
      restart: async () => {
        log.push('restart');
        return answer;
      },
      deaf: async () => deaf,
      setTimeout: clock.setTimeout,
      clearTimeout: clock.clearTimeout,
      tell: (alive) => log.push(alive ? 'alive' : 'dead'),
    });
    const becomes = (next: string) => {
      state = next;
      watch.changed();
    };
    const answers = (status: Promise<number> | number | undefined) => {
      answer = status;
    };
    const hears = (sound: boolean) => {
      deaf = !sound;
    };
    return { clock, log, watch, becomes, answers, hears };
  };
  test.each([0, 491, 503])(
    'a restart that came to %i is owed: a way is believed in when one was agreed to',
    async (status) => {
      const { clock, log, becomes, answers } = watched();
      answers(status);
      becomes('disconnected');
      await clock.tick(1000);
      becomes('connected');
      expect(log).toEqual(['dead', 'restart']);
      answers(200);
      await clock.tick(4000);
      expect(log).toEqual(['dead', 'restart', 'restart', 'alive']);
      expect(clock.waiting()).toBe(0);
    },
  );
  test('where nothing can be sent now, it is tried again each second, and no try counts', async () => {
    const { clock, log, becomes, answers } = watched();
    answers(undefined);
    becomes('disconnected');
    await clock.tick(3500);
    expect(log).toEqual(['dead', 'restart', 'restart', 'restart']);
    answers(200);
    await clock.tick(1000 + 4000);
    expect(log.length).toBe(6);
    becomes('connected');
    expect(log.at(-1)).toBe('alive');
    expect(clock.waiting()).toBe(0);
  });
  test('while the far end owes its answer, nothing more is asked, and a way is not believed in', async () => {
    const { clock, log, becomes, answers } = watched();
    let agree = (_: number) => {};
    answers(
      new Promise((resolve) => {
        agree = resolve;
      }),
    );
    becomes('disconnected');
    await clock.tick(1000);
    becomes('connected');
    await clock.tick(30_000);
    expect(log).toEqual(['dead', 'restart']);
    agree(488);
    await clock.tick(0);
    expect(log).toEqual(['dead', 'restart', 'alive']);
    expect(clock.waiting()).toBe(0);
  });
  test('what heals by itself is said, and no more', async () => {
    const { clock, log, becomes } = watched();
    becomes('disconnected');
    await clock.tick(500);
    becomes('connected');
    await clock.tick(60_000);
    expect(log).toEqual(['dead', 'alive']);
  });
  test('ICE is restarted, less and less often, until there is one again', async () => {
    const { clock, log, becomes } = watched();
    becomes('disconnected');
    await clock.tick(1000);
    expect(log).toEqual(['dead', 'restart']);
    becomes('failed');
    await clock.tick(4000 + 8000);
    expect(log).toEqual(['dead', 'restart', 'restart', 'restart']);
    becomes('completed');
    await clock.tick(120_000);
    expect(log.slice(4)).toEqual(['alive']);
    expect(clock.waiting()).toBe(0);
  });
  test('a socket that is back tries at once, and only where something is broken', async () => {
    const { log, watch, becomes } = watched();
    expect(watch.again()).toBe(false);
    becomes('disconnected');
    expect(watch.again()).toBe(true);
    expect(log).toEqual(['dead', 'restart']);
  });
  test('a socket that is back tries at once where nothing arrives, until something does: ICE has not noticed', async () => {
    const { clock, log, watch, hears } = watched();
    hears(false);
    await watch.adrift();
    expect(watch.again()).toBe(true);
    expect(log).toEqual(['restart', 'dead']);
    await clock.tick(1000);
    expect(log).toEqual(['restart', 'dead', 'restart']);
    hears(true);
    await clock.tick(2000);
    expect(log).toEqual(['restart', 'dead', 'restart', 'alive']);
    expect(clock.waiting()).toBe(0);
  });
  test('where nothing arrives after some restarts, ICE is believed: the far end may be silent', async () => {
    const { clock, log, watch, hears } = watched();
    hears(false);
    await watch.adrift();
    watch.again();
    await clock.tick(1000 + 2000 + 4000 + 8000);
    expect(log).toEqual(['restart', 'dead', 'restart', 'restart', 'restart', 'alive']);
    expect(clock.waiting()).toBe(0);
  });
  test('what arrives by a way that then dies as well is looked for by ICE alone', async () => {
    const { clock, log, watch, becomes, hears } = watched();
    hears(false);
    await watch.adrift();
    watch.again();
    hears(true);
    becomes('disconnected');
    await clock.tick(1000);
    expect(log).toEqual(['restart', 'dead', 'restart']);
    becomes('connected');
    expect(log.at(-1)).toBe('alive');
  });
  test('the first restart after the network is back is given 1 s: a browser may offer an address that has just gone', async () => {
    const { clock, log, watch, becomes } = watched();
    becomes('disconnected');
    watch.again();
    await clock.tick(1000);
    expect(log).toEqual(['dead', 'restart', 'restart']);
    await clock.tick(2000 + 4000);
    expect(log).toEqual(['dead', 'restart', 'restart', 'restart', 'restart']);
  });
  test('a call that is over looks for nothing', async () => {
    const { clock, log, watch, becomes } = watched();
    becomes('disconnected');
    watch.stop();
    await clock.tick(60_000);
    expect(log).toEqual(['dead']);
  });
});

describe('a leg on which nothing arrives', () => {
  const stats = (silentMs: number | undefined, direction = 'sendrecv') => {
    const entry = {
      type: 'inbound-rtp',
      timestamp: 90_000,
      ...(silentMs !== undefined && { lastPacketReceivedTimestamp: 90_000 - silentMs }),
    };
    const report = new Map([['a', entry]]) as unknown as RTCStatsReport;
    return { report, direction, speaking: true };
  };
  test('is deaf when its last packet is more than a second old', () => {
    expect(isDeaf(stats(1001))).toBe(true);
    expect(isDeaf(stats(1000))).toBe(false);
    expect(isDeaf(stats(20))).toBe(false);
  });
  test('is not where nothing is meant to arrive, or the browser does not say', () => {
    expect(isDeaf(stats(60_000, 'sendonly'))).toBe(false);
    expect(isDeaf(stats(undefined))).toBe(false);
    expect(isDeaf({ ...stats(0), report: new Map() as unknown as RTCStatsReport })).toBe(false);
  });
});

describe('session timers (RFC 4028)', () => {
  test('half the interval is ours to refresh, where we are the refresher', () => {
    expect(refreshAfterS('1800;refresher=uac', 'uac')).toBe(900);
    expect(refreshAfterS('1800 ; Refresher = UAS', 'uas')).toBe(900);
    expect(refreshAfterS('1800;refresher=uas', 'uac')).toBeNull();
    expect(refreshAfterS('1800', 'uac')).toBeNull();
    expect(refreshAfterS('5;refresher=uac', 'uac')).toBe(45);
    expect(refreshAfterS('soon', 'uac')).toBeNull();
    expect(refreshAfterS(undefined, 'uac')).toBeNull();
  });
  test('whoever asks for a timer refreshes, unless they want us to', () => {
    expect(timerAnswer('1800')).toEqual(['Session-Expires: 1800;refresher=uac', 'Require: timer']);
    expect(timerAnswer('90;refresher=uas')).toEqual(['Session-Expires: 90;refresher=uas', 'Require: timer']);
    expect(timerAnswer(undefined)).toEqual([]);
  });
});
