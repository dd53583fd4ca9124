import { describe, expect, test } from 'vitest';
import { readIdentity, SETTINGS_OPTION, USER_OPTION } from '../../../client/frame/identity.ts';
import { sessionRetryMs } from '../../../client/frame/session.ts';
import { browser, LOCK, NOW, outgoing, ROOM, stored } from './frames.ts';
import { aSession, LINE, settle } from './support.ts';

describe('who this person is', () => {
  test('a stored identity is believed for a day, until the settings change', () => {
    expect(readIdentity(stored(), [], NOW)?.room).toBe(ROOM);
    expect(readIdentity(stored({ at: NOW - 86_400_001 }), [], NOW)).toBeNull();
    expect(readIdentity(stored(), { [SETTINGS_OPTION]: String(NOW - 500) }, NOW)).toBeNull();
    expect(readIdentity(stored(), { [SETTINGS_OPTION]: NOW - 5000 }, NOW)?.uid).toBe(7);
  });
  test('anything else is no identity', () => {
    for (const options of [
      null,
      undefined,
      [],
      {},
      { [USER_OPTION]: '{' },
      { [USER_OPTION]: 'null' },
      stored({ room: 'short' }),
      stored({ phone: 'Y' }),
    ]) {
      expect(readIdentity(options, null, NOW)).toBeNull();
    }
  });
  test('the first frame opens a session and leaves the identity in the portal', async () => {
    const frame = browser().open({ USER_OPTIONS: [] }, aSession());
    await settle();
    expect(frame.requests).toEqual([{ url: '/api/session', body: { AUTH_ID: 'token', member_id: 'm1' } }]);
    const option = frame.calls.find((call) => call.method === 'setUserOption')?.params as {
      name: string;
      value: string;
    };
    expect(readIdentity({ [option.name]: option.value }, [], NOW)).toMatchObject({
      uid: 7,
      phone: true,
      room: ROOM,
      lines: [LINE],
    });
    expect(option.value).not.toContain('secret');
    expect(option.value).not.toContain('ticket');
  });
  test('a refused session is the end: no retry, no phone', async () => {
    const world = browser();
    const frame = world.open({}, 403);
    await world.clock.tick(120_000);
    expect(frame.requests).toHaveLength(1);
    expect(frame.shown.phone).toBe('refused');
  });
});

describe('a person without a SIP account costs nothing', () => {
  test('no request, no lock, no channel', async () => {
    const world = browser();
    const frame = world.open({ USER_OPTIONS: stored({ phone: false }) }, aSession(), 9000);
    await world.clock.tick(60_000);
    expect(frame.requests).toEqual([]);
    expect(frame.beacons).toEqual([]);
    expect(world.hub.said).toEqual([]);
    expect(frame.shown.phone).toBe('none');
  });
  test('a slow load is reported by the frame that has a ticket anyway', async () => {
    const slow = browser().open({}, aSession({ sip: null }), 5001);
    const quick = browser().open({}, aSession({ sip: null }), 5000);
    await settle();
    expect(slow.beacons.map((beacon) => beacon.url)).toEqual(['/api/vitals']);
    expect(JSON.parse((await slow.beacons[0]?.body.text()) ?? '')).toEqual({ ticket: 'ticket-1', loadMs: 5001 });
    expect(slow.beacons[0]?.body.type).toBe('application/json');
    expect(quick.beacons).toEqual([]);
  });
  test('a click on a number of ours is told so on the card, a click of another app is not ours', async () => {
    const frame = browser().open({ USER_OPTIONS: stored({ phone: false }) }, aSession());
    await settle();
    frame.emit('initialized', { ...outgoing, LINE_NUMBER: 'other' });
    expect(frame.calls.filter((call) => call.method.startsWith('CallCard'))).toEqual([]);
    frame.emit('initialized', outgoing);
    expect(frame.calls.filter((call) => call.method.startsWith('CallCard'))).toEqual([
      { method: 'CallCardSetUiState', params: { uiState: 'error' } },
      { method: 'CallCardSetStatusText', params: { statusText: expect.stringContaining('administrator') } },
    ]);
  });
});

for (const locks of [true, false]) {
  describe(`one phone per person, ${locks ? 'by Web Lock' : 'by the channel alone'}`, () => {
    const pair = async () => {
      const world = browser({ locks });
      const first = world.open({ USER_OPTIONS: stored() }, aSession());
      await world.clock.tick(1000);
      const phone = first.hosts[0];
      if (!phone) throw new Error('the first frame is not the phone');
      const news: unknown[] = [];
      phone.onCard((item) => news.push(item));
      const second = world.open({ USER_OPTIONS: stored() }, aSession(), 777);
      await world.clock.tick(1000);
      return { world, first, second, phone, news };
    };

    test('the second frame is a follower and asks the service nothing', async () => {
      const { first, second } = await pair();
      expect(first.requests).toHaveLength(1);
      expect(second.requests).toEqual([]);
      expect(second.hosts).toEqual([]);
      expect(second.shown.phone).toBe('follower');
    });
    test('the follower’s load time goes to the phone', async () => {
      const { phone, world } = await pair();
      const loads: number[] = [];
      phone.onLoad((ms) => loads.push(ms));
      expect(loads).toEqual([120]);
      world.open({ USER_OPTIONS: stored() }, aSession(), 888);
      await world.clock.tick(1000);
      expect(loads).toEqual([120, 888]);
    });
    test('the follower’s card is news for the phone, and runs the phone’s commands for its CALL_ID only', async () => {
      const { second, phone, news } = await pair();
      second.emit('initialized', outgoing);
      await settle();
      expect(news).toEqual([{ frame: 'frame-2', callId: 'c1', name: 'initialized', data: outgoing }]);
      expect(await phone.command('frame-2', 'c1', 'CallCardSetUiState', { uiState: 'connected' })).toEqual({
        answered: true,
        value: [],
      });
      expect(second.calls).toContainEqual({ method: 'CallCardSetUiState', params: { uiState: 'connected' } });
      expect(await phone.command('frame-2', 'other', 'CallCardClose', {})).toEqual({
        answered: true,
        value: [{ result: 'error', errorCode: 'Call card is undefined' }],
      });
    });
    test('a frame that says nothing at all is gone, and has no card; a command without an answer is no such silence', async () => {
      const { second, phone, world } = await pair();
      const silence = phone.command('frame-9', 'c1', 'CallCardClose', {});
      await world.clock.tick(2500);
      expect(await silence).toEqual({
        answered: true,
        value: [{ result: 'error', errorCode: 'Call card is undefined' }],
      });
      second.emit('initialized', outgoing);
      // Neither of these is ever answered by a portal in a browser (fact 3.1).
      expect(await phone.command('frame-2', 'c1', 'CallCardStartTimer', {})).toEqual({ answered: false });
      expect(second.calls).toContainEqual({ method: 'CallCardStartTimer', params: {} });
    });
    test('a frame that answers too late was only slow: its card is back, unless it has none', async () => {
      const { phone, world, news } = await pair();
      const none = { answered: true, value: [{ result: 'error', errorCode: 'Call card is undefined' }] };
      for (const answer of [none, { answered: true, value: [] }]) {
        const asked = phone.command('frame-9', 'c1', 'CallCardSetUiState', { uiState: 'connected' });
        await world.clock.tick(2500);
        expect(await asked).toEqual(none);
        expect(news).toEqual([]);
        const said = world.hub.said.findLast(({ message }) => (message as { t: string }).t === 'command');
        if (!said) throw new Error('no command was sent');
        const { id, from } = said.message as { id: number; from: string };
        world.hub.open(said.name).postMessage({ t: 'reply', from: 'frame-9', to: from, id, answer });
        await settle();
      }
      expect(news).toEqual([{ frame: 'frame-9', callId: 'c1', back: true }]);
    });
    test('a card that an earlier phone knew is told to the next one, as no new click', async () => {
      const { world, first, second, news } = await pair();
      const third = world.open({ USER_OPTIONS: stored() }, aSession());
      await world.clock.tick(1000);
      for (const frame of [second, third]) frame.emit('initialized', outgoing);
      await settle();
      expect(news).toHaveLength(2);
      first.close();
      world.locks.release(LOCK);
      await world.clock.tick(5000);
      const later: unknown[] = [];
      second.hosts[0]?.onCard((item) => later.push(item));
      await settle();
      third.emit('hangupButtonClick');
      await settle();
      const card = { callId: 'c1', name: 'initialized', data: outgoing, again: true };
      expect(later).toEqual([
        { frame: 'frame-2', ...card },
        { frame: 'frame-3', ...card },
        { frame: 'frame-3', callId: 'c1', name: 'hangupButtonClick', data: undefined },
      ]);
    });
    test('a page that goes away takes its card along', async () => {
      const { second, news } = await pair();
      second.close();
      await settle();
      expect(news).toEqual([{ frame: 'frame-2', left: true }]);
    });
    test('when the phone’s page goes the follower takes over with the ticket it was handed', async () => {
      const { world, first, second, phone } = await pair();
      phone.share(aSession({ ticket: 'ticket-2' }));
      await settle();
      first.close();
      world.locks.release(LOCK);
      await world.clock.tick(5000);
      expect(second.hosts[0]?.session.ticket).toBe('ticket-2');
      expect(second.requests).toEqual([]);
    });
  });
}

describe('a card that is open when the frame begins to listen', () => {
  const E2 = [{ result: 'error', errorCode: 'Invalid ui state' }];
  test('is told to the phone, and to the next one', async () => {
    const world = browser();
    const first = world.open({ USER_OPTIONS: stored() }, aSession());
    const second = world.open({ USER_OPTIONS: stored() }, aSession(), 120, { CallCardSetUiState: E2 });
    await world.clock.tick(1000);
    const news: unknown[] = [];
    first.hosts[0]?.onCard((item) => news.push(item));
    await settle();
    expect(news).toEqual([{ frame: 'frame-2', unheard: true }]);
    first.close();
    world.locks.release(LOCK);
    await world.clock.tick(1000);
    const later: unknown[] = [];
    second.hosts[0]?.onCard((item) => later.push(item));
    expect(later).toContainEqual({ frame: 'frame-2', unheard: true });
  });
  test('one that this frame has heard of meanwhile is no such card', async () => {
    const world = browser();
    const frame = world.open({ USER_OPTIONS: stored() }, aSession(), 120, { CallCardSetUiState: E2 });
    await settle();
    frame.emit('initialized', outgoing);
    const news: object[] = [];
    frame.hosts[0]?.onCard((item) => news.push(item));
    expect(news.filter((item) => 'unheard' in item)).toEqual([]);
  });
});

describe('a phone that is over', () => {
  const two = async () => {
    const world = browser();
    const first = world.open({ USER_OPTIONS: stored() }, aSession());
    await world.clock.tick(1000);
    first.hosts[0]?.onCard(() => {});
    const second = world.open({ USER_OPTIONS: stored() }, aSession());
    await world.clock.tick(1000);
    return { world, first, second };
  };
  test('keeps the role while the person is in another browser: no page that is open already takes it back', async () => {
    const { world, first, second } = await two();
    first.phone.over = true;
    await world.clock.tick(600_000);
    expect(second.hosts).toEqual([]);
  });
  test('leaves it as soon as the person opens a page here', async () => {
    const { world, first, second } = await two();
    first.phone.over = true;
    const third = world.open({ USER_OPTIONS: stored() }, aSession());
    await world.clock.tick(1000);
    expect([first, second, third].map(({ shown }) => shown.phone)).toEqual(['follower', 'starting', 'follower']);
  });
  test('of a page that was refused: the next page asks by its own right', async () => {
    const world = browser();
    const refused = world.open({ USER_OPTIONS: stored() }, 403);
    await world.clock.tick(1000);
    expect(refused.shown.phone).toBe('refused');
    const next = world.open({ USER_OPTIONS: stored() }, aSession());
    await world.clock.tick(1000);
    expect(next.hosts).toHaveLength(1);
  });
  test('one that runs stays, whoever comes', async () => {
    const { world, first } = await two();
    world.open({ USER_OPTIONS: stored() }, aSession());
    await world.clock.tick(1000);
    expect(first.hosts).toHaveLength(1);
    expect(first.shown.phone).toBe('starting');
  });
});

describe('without Web Locks', () => {
  test('an elected frame that is slow to be the phone keeps all others from beginning', async () => {
    const world = browser({ locks: false });
    // The service does not answer: its session, and so the phone, is long in coming.
    const first = world.open({ USER_OPTIONS: stored() }, 503);
    await world.clock.tick(1000);
    expect(first.shown.phone).toBe('starting');
    const others = [1, 2, 3].map(() => world.open({ USER_OPTIONS: stored() }, aSession()));
    await world.clock.tick(20_000);
    expect(others.map((frame) => frame.shown.phone)).toEqual(['follower', 'follower', 'follower']);
  });
  test('frames that come up together elect one', async () => {
    const world = browser({ locks: false });
    const frames = [1, 2, 3, 4].map(() => world.open({ USER_OPTIONS: stored() }, aSession()));
    await world.clock.tick(20_000);
    expect(frames.map((frame) => frame.hosts.length)).toEqual([1, 0, 0, 0]);
  });
  test('a page that goes is followed at once, not at the next question', async () => {
    const world = browser({ locks: false });
    const first = world.open({ USER_OPTIONS: stored() }, aSession());
    await world.clock.tick(1000);
    first.hosts[0]?.onCard(() => {});
    const second = world.open({ USER_OPTIONS: stored() }, aSession());
    await world.clock.tick(400);
    first.close();
    await world.clock.tick(600);
    expect(second.hosts).toHaveLength(1);
  });
});

describe('a card that opens before the phone is up', () => {
  test('is told to it later, once', async () => {
    const world = browser();
    const first = world.open({ USER_OPTIONS: stored() }, aSession());
    const second = world.open({ USER_OPTIONS: stored() }, aSession());
    await settle();
    second.emit('initialized', outgoing);
    first.emit('initialized', outgoing);
    await settle();
    const news: { frame: string }[] = [];
    first.hosts[0]?.onCard((item) => news.push(item));
    await settle();
    expect(news.map((item) => item.frame)).toEqual(['frame-1', 'frame-2']);
  });
});

describe('the service can’t be reached', () => {
  test('the phone’s frame asks again, ever slower, and begins when it may', async () => {
    const world = browser();
    const frame = world.open({ USER_OPTIONS: stored() }, 503);
    await world.clock.tick(10_000);
    expect(frame.requests.length).toBe(4);
    expect(frame.hosts).toEqual([]);
  });
  test('waiting times double to a minute and are spread', () => {
    expect(sessionRetryMs(0, 0)).toBe(500);
    expect(sessionRetryMs(0, 1)).toBe(1500);
    expect(sessionRetryMs(20, 0.5)).toBe(60_000);
  });
  test('a token older than its life is renewed by the portal before it is shown to the service', async () => {
    const world = browser();
    const frame = world.open({ USER_OPTIONS: stored(), AUTH_EXPIRES: 30 }, aSession());
    await world.clock.tick(10_000);
    expect(frame.calls.map((call) => call.method)).toContain('refreshAuth');
  });
});
