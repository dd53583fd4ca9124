import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, type TestBrowser } from '../harness/browser.ts';
import { startWorld, type World } from '../harness/world.ts';
import { openStage } from './call-stage.ts';

/** The frame's first second: timed load, bridge, and what a page learns that is not the person's portal. */

let browser: TestBrowser;
let world: World;

beforeAll(async () => {
  [browser, world] = await Promise.all([launchBrowser(), startWorld()]);
});
afterAll(async () => {
  await browser?.close();
  await world?.close();
});

test('nothing but the page itself is fetched before load, and events are bound once they are listed', async () => {
  const stage = await openStage(browser, world, 1);
  await stage.shows('phone', 'ready');
  const frame = await stage.frame();
  const timing = await frame.evaluate(() => {
    const [page] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    const early = performance
      .getEntriesByType('resource')
      .filter((entry) => entry.startTime < (page?.loadEventStart ?? 0));
    return { early: early.map((entry) => entry.name), scripts: document.scripts.length };
  });
  expect(timing).toEqual({ early: [], scripts: 1 });
  const traffic = await stage.page.evaluate(() =>
    window.fakePortal.traffic.filter((entry) => entry.way === 'from frame'),
  );
  const binds = traffic.filter(({ name }) => name === 'placementBindEvent').map(({ data }) => JSON.stringify(data));
  expect(new Set(binds).size).toBe(17);
  expect(binds).toHaveLength(17);
  expect(traffic.filter(({ ignored }) => ignored !== '')).toEqual([]);
  expect(stage.person.errors).toEqual([]);
  await stage.close();
});

test('a page without telephony never gets a bind, and the frame does no harm there', async () => {
  const person = await browser.person();
  await person.context.addInitScript(() => {
    window.fakePortalOptions = { telephony: false };
  });
  await person.page.goto(`${world.portals[0].url}/?as=2`);
  await person.page.waitForFunction(
    () => window.fakePortal.traffic.filter((entry) => entry.name === 'getInterface').length >= 3,
    undefined,
    { polling: 50 },
  );
  const names = await person.page.evaluate(() => window.fakePortal.traffic.map((entry) => entry.name));
  expect(names).not.toContain('placementBindEvent');
  expect(person.errors).toEqual([]);
  await person.close();
});

test('a hostile page that frames /placement learns nothing: no session, no channel, no command', async () => {
  const hostile = await hostilePage(`${world.appUrl}/placement`);
  const stage = await openStage(browser, world, 1);
  await stage.shows('phone', 'ready');
  const page = await stage.person.context.newPage();
  await page.goto(hostile.url);
  await page.waitForFunction(() => (window as unknown as { heard: string[] }).heard.length > 0, undefined, {
    polling: 50,
  });
  const heard = await page.evaluate(() => (window as unknown as { heard: string[] }).heard);
  // It is asked who the person is, as any portal would be, and what it answers is refused by the service.
  expect(heard.every((message) => message.startsWith('getInitData:'))).toBe(true);
  const inner = page.frames()[1];
  await inner?.waitForFunction(() => document.documentElement.dataset.phone === 'refused', undefined, { polling: 50 });
  expect(heard.join()).not.toContain('ticket');
  await stage.shows('phone', 'ready');
  hostile.server.close();
  await stage.close();
});

/** A page of nobody's portal that plays one: it answers getInitData with a token of its own making. */
async function hostilePage(target: string): Promise<{ url: string; server: Server }> {
  const server = createServer((_request, response) => {
    const { port } = server.address() as AddressInfo;
    response.setHeader('content-type', 'text/html');
    response.end(`<!doctype html><body><script>
      window.heard = [];
      addEventListener('message', (event) => {
        heard.push(String(event.data));
        const [method, , id] = String(event.data).split(':');
        const init = { AUTH_ID: 'forged', AUTH_EXPIRES: 3600, MEMBER_ID: 'victim', USER_OPTIONS: [], APP_OPTIONS: [] };
        if (method === 'getInitData') event.source.postMessage(id + ':' + JSON.stringify(init), '*');
      });
      const frame = document.createElement('iframe');
      frame.name = 'evil.localhost:${port}|0|sid';
      frame.src = ${JSON.stringify(target)};
      document.body.append(frame);
    </script>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://evil.localhost:${(server.address() as AddressInfo).port}/`, server };
}
