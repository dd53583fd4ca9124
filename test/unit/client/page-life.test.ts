import { describe, expect, test } from 'vitest';
import { SETTINGS_OPTION } from '../../../client/frame/identity.ts';
import { isOfUse } from '../../../client/frame/session.ts';
import { browser, LOCK, NOW, outgoing, stored } from './frames.ts';
import { aSession, settle } from './support.ts';

describe('the session that a page leaves to the next one', () => {
  const viewed = async (options: Parameters<typeof browser>[0] = {}) => {
    const world = browser(options);
    const first = world.open({ USER_OPTIONS: stored() }, aSession());
    await settle();
    first.hosts[0]?.share(aSession({ ticket: 'ticket-2', at: NOW }));
    const next = async (change: Record<string, unknown> = {}) => {
      first.close();
      world.locks.release(LOCK);
      const page = world.open({ USER_OPTIONS: stored(), ...change }, aSession({ ticket: 'own' }));
      await settle();
      return page;
    };
    return { world, first, next };
  };
  test('the only page of a person asks the service nothing after a reload', async () => {
    const { next } = await viewed();
    const page = await next();
    expect(page.requests).toEqual([]);
    expect(page.hosts[0]?.session).toMatchObject({ ticket: 'ticket-2', expiresIn: 900 });
  });
  test('its ticket is as old as it is, and a dead one is not used', async () => {
    const { world, next } = await viewed();
    await world.clock.tick(800_000);
    const page = await next();
    expect(page.hosts[0]?.session).toMatchObject({ ticket: 'ticket-2', expiresIn: 100 });
    const later = await viewed();
    await later.world.clock.tick(880_000);
    expect((await later.next()).hosts[0]?.session.ticket).toBe('own');
  });
  test('settings that were saved since, or half a day, make it useless', async () => {
    const { next } = await viewed();
    const identity = stored({ at: NOW + 10 });
    const page = await next({ USER_OPTIONS: identity, APP_OPTIONS: { [SETTINGS_OPTION]: String(NOW + 5) } });
    expect(page.hosts[0]?.session.ticket).toBe('own');
    expect(isOfUse(aSession({ at: NOW }), 0, NOW + 12 * 3_600_000)).toBe(false);
    expect(isOfUse(aSession({ at: NOW }), 0, NOW + 12 * 3_600_000 - 1)).toBe(true);
    expect(isOfUse(aSession(), 0, NOW)).toBe(false);
  });
  test('a phone that may not be one any more leaves none', async () => {
    const { first, next } = await viewed();
    first.hosts[0]?.forget();
    expect((await next()).hosts[0]?.session.ticket).toBe('own');
  });
  test('another person’s frame, who knows no more than the script, finds none', async () => {
    const { world } = await viewed();
    const room = 'b3RoZXJvdGhlcm90aGVyb3Q';
    const other = world.open({ USER_OPTIONS: stored({ room }) }, aSession({ ticket: 'own', room }));
    await settle();
    expect(other.hosts[0]?.session.ticket).toBe('own');
    expect(world.vaults.opened).toEqual([LOCK, `b24phone:${room}`]);
  });
  test('a follower starts no worker', async () => {
    const { world } = await viewed();
    world.open({ USER_OPTIONS: stored() }, aSession());
    await world.clock.tick(5000);
    expect(world.vaults.opened).toEqual([LOCK]);
  });
  test('a browser without workers: the service is asked', async () => {
    const { next } = await viewed({ vaults: false });
    expect((await next()).hosts[0]?.session.ticket).toBe('own');
  });
});

for (const locks of [true, false]) {
  describe(`a page that the browser freezes, ${locks ? 'by Web Lock' : 'by the channel alone'}`, () => {
    const pair = async () => {
      const world = browser({ locks });
      const first = world.open({ USER_OPTIONS: stored() }, aSession());
      await world.clock.tick(1000);
      first.hosts[0]?.onCard(() => {});
      const second = world.open({ USER_OPTIONS: stored() }, aSession());
      await world.clock.tick(5000);
      return { world, first, second };
    };

    test('the phone stands back, and another page is the phone', async () => {
      const { world, first, second } = await pair();
      first.freeze();
      await world.clock.tick(5000);
      expect(first.phone.log).toEqual(['pause']);
      expect(second.hosts).toHaveLength(1);
      expect(second.requests).toEqual([]);
    });
    test('run again, it is a follower of the other one, and its cards are news there', async () => {
      const { world, first, second } = await pair();
      first.freeze();
      await world.clock.tick(5000);
      const news: unknown[] = [];
      second.hosts[0]?.onCard((item) => news.push(item));
      first.resume();
      await world.clock.tick(5000);
      expect(first.phone.log).toEqual(['pause']);
      expect(first.shown.phone).toBe('follower');
      first.emit('initialized', outgoing);
      await settle();
      expect(news).toEqual([expect.objectContaining({ frame: 'frame-1', callId: 'c1' })]);
    });
    test('alone, it is the phone again as soon as it runs', async () => {
      const world = browser({ locks });
      const only = world.open({ USER_OPTIONS: stored() }, aSession());
      await world.clock.tick(1000);
      only.hosts[0]?.onCard(() => {});
      only.freeze();
      only.resume();
      await world.clock.tick(5000);
      expect(only.phone.log).toEqual(['pause', 'resume ticket-1']);
      expect(only.hosts).toHaveLength(1);
      expect(only.requests).toHaveLength(1);
    });
    test('with a call it goes on as the phone', async () => {
      const { world, first, second } = await pair();
      first.phone.talks = true;
      first.freeze();
      await world.clock.tick(5000);
      expect(second.hosts).toEqual([]);
      first.resume();
      await world.clock.tick(5000);
      expect(first.phone.log).toEqual([]);
    });
    test('a follower that is frozen is not elected: nobody would hear of it', async () => {
      const { world, first, second } = await pair();
      const third = world.open({ USER_OPTIONS: stored() }, aSession());
      await world.clock.tick(1000);
      second.freeze();
      first.close();
      world.locks.release(LOCK);
      await world.clock.tick(5000);
      expect([second.hosts.length, third.hosts.length]).toEqual([0, 1]);
    });
  });
}
