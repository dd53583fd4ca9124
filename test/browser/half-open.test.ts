import { expect, test } from 'vitest';
import { until } from '../harness/until.ts';
import { callScene } from './call-scene.ts';

/** The phone's connection to the object, which nobody tells that it carries nothing any more. */

const scene = callScene();

const connections = () => scene.world.proxy.requests.filter(({ path }) => path === '/api/socket').length;

test('a page that comes to the front finds out that its connection is half open, and takes a new one', async () => {
  const anna = await scene.employee(1);
  const before = connections();
  scene.world.proxy.holdSockets();
  const frame = await anna.frame();
  await frame.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await until('a new connection', () => connections() > before);
  scene.clickToCall('+49301234567');
  await anna.card('connected');
  await anna.press('hangup');
  await anna.noCard();
  const { memberId } = scene.world.portals[0];
  // What ended is said over the new connection.
  await until('the end of the call in the ledger', async () => {
    const calls = await scene.world.worker.sql('Portal', memberId, 'SELECT state, seconds FROM call');
    return calls.length === 1 && calls[0]?.state !== 'talking' && calls[0]?.state !== 'ringing';
  });
  expect(connections()).toBe(before + 1);
});

test('an outage costs the portal nothing: the phone is back with the ticket that it has, and opens no session', async () => {
  const anna = await scene.employee(1);
  const { requests } = scene.world.proxy;
  const before = connections();
  const begun = requests.length;
  const frame = await anna.frame();
  await frame.evaluate(() => {
    const tried: string[] = [];
    Object.assign(window, { tried });
    window.WebSocket = class extends WebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols);
        if (String(url).endsWith('/api/socket')) tried.push(String(url));
      }
    };
  });
  await anna.person.context.setOffline(true);
  scene.world.proxy.dropSockets();
  // As often as the phone would take a refusal for its ticket's fault.
  await frame.waitForFunction(() => (window as unknown as { tried: string[] }).tried.length > 4, null, { polling: 50 });
  // A browser that sees nothing but loopback is offline all the time, and never says that it is back.
  await frame.evaluate(() => void dispatchEvent(new Event('online')));
  await anna.person.context.setOffline(false);
  await until('a new connection', () => connections() > before);
  // The PBX has its own reconnect, and a click without it is refused.
  await anna.shows('phone', 'ready');
  scene.clickToCall('+49301234567');
  await anna.card('connected');
  await anna.press('hangup');
  await anna.noCard();
  expect(requests.slice(begun).filter(({ path }) => path === '/api/session')).toEqual([]);
});
