import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser, type TestBrowser } from '../harness/browser.ts';
import { LINE } from '../harness/cast.ts';
import { startWorld, type World } from '../harness/world.ts';
import { openStage, type Stage } from './call-stage.ts';
import { type Bait, type HostileSite, startHostileSite } from './hostile-page.ts';

/** Anybody can frame /placement and play the portal towards it. It must learn nothing and command nothing. */

let browser: TestBrowser;
let world: World;
let evil: HostileSite;
let victim: Stage;

beforeAll(async () => {
  [browser, world] = await Promise.all([launchBrowser(), startWorld({ portals: ['portal-a', 'portal-b'] })]);
  evil = await startHostileSite(new URL(world.portals[0].url).hostname);
  victim = await openStage(browser, world, 1);
  await victim.shows('phone', 'ready');
});
afterAll(async () => {
  await browser?.close();
  await evil?.close();
  await world?.close();
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') console.log(await browser.evidence(task.name));
});

const memberOf = (index: number) => world.portals[index]?.memberId ?? expect.fail(`no portal ${index}`);

/** What only the victim's own frames may know. */
async function secrets(): Promise<string[]> {
  const session = await world.admin.session(memberOf(0), 1);
  const password = session.sip?.password ?? expect.fail('the victim has no SIP account');
  return [session.room, password];
}

/** Everything that the hostile page heard once our frame in it came to its end. */
async function lure(bait: Bait): Promise<string[]> {
  const page = await victim.person.context.newPage();
  await page.goto(evil.url(bait));
  const frame = await (await page.waitForSelector('iframe')).contentFrame();
  await frame?.waitForFunction(() => document.documentElement.dataset.phone === 'refused', undefined, { polling: 50 });
  // The attack is worth the name: the browser keeps this frame's locks and channels together with the victim's.
  const { room } = await world.admin.session(memberOf(0), 1);
  const locks = await frame?.evaluate(() => navigator.locks.query());
  expect(JSON.stringify(locks?.held)).toContain(room);
  // The bait's click-to-call was swallowed or refused by now; a call of the victim's shows that the phone is hers.
  await oneCallOfTheVictim();
  const heard = await page.evaluate(() => window.heard);
  await page.close();
  return heard;
}

async function oneCallOfTheVictim(): Promise<void> {
  const pbx = world.pbx ?? expect.fail('no PBX');
  const ringing = pbx.callAgent('1001', { from: '+49301234567', line: LINE.number });
  await victim.card('incoming');
  await victim.press('answer');
  await victim.card('connected');
  (await ringing).hangup();
  await victim.noCard();
}

const guesses: [string, () => Omit<Bait, 'placement' | 'memberId' | 'line'>][] = [
  ['no token at all', () => ({ authId: 'made-up', userOptions: {} })],
  [
    "another portal's token",
    () => ({ authId: world.fake.issueTokens({ memberId: memberOf(1) }).accessToken, userOptions: {} }),
  ],
  [
    'a made-up identity with a room of its own',
    () => {
      const made = { uid: 1, phone: true, room: 'A'.repeat(22), at: Date.now(), lines: [LINE.number] };
      return { authId: 'made-up', userOptions: { b24phone: JSON.stringify(made) } };
    },
  ],
];

describe('a hostile page on the same site frames the handler', () => {
  test.each(guesses)("with the victim's member_id and %s", async (_name, guess) => {
    const commandsBefore = (await victim.commands()).length;
    const bait = { placement: `${world.appUrl}/placement`, memberId: memberOf(0), line: LINE.number, ...guess() };
    const heard = await lure(bait);

    const text = heard.join('\n');
    expect(text).toContain('getInitData');
    // No identity was handed out: setUserOption is where a verified session would have put it.
    expect(text).not.toContain('setUserOption');
    for (const secret of await secrets()) expect(text).not.toContain(secret);
    // Nothing was dialled for it, and the victim's card saw the commands of the victim's own call only.
    expect(world.pbx?.events.filter((event) => event.type === 'call' && event.direction === 'from_agent')).toEqual([]);
    const own = (await victim.commands()).slice(commandsBefore);
    expect(own.some(({ data }) => JSON.stringify(data).includes('evil'))).toBe(false);
    expect(own.filter(({ name }) => name === 'SetUiState').map(({ data }) => data)).toMatchObject([
      { uiState: 'incoming' },
      { uiState: 'connectingIncoming' },
      { uiState: 'connected' },
    ]);
  });

  test('its own script reads no answer of ours and gets no socket', async () => {
    const page = await victim.person.context.newPage();
    const bait = { placement: 'about:blank', memberId: memberOf(0), line: '', authId: '', userOptions: {} };
    await page.goto(evil.url(bait));
    const result = await page.evaluate(async (appUrl) => {
      const read = (path: string, init?: RequestInit) =>
        fetch(appUrl + path, init).then(
          () => 'read',
          () => 'refused',
        );
      const socket = new WebSocket(`${appUrl.replace('http', 'ws')}/api/socket`, ['b24phone.v1', 't.bm90aGluZw']);
      const socketEnd = new Promise((resolve) => {
        socket.onopen = () => resolve('open');
        socket.onerror = () => resolve('refused');
      });
      const paths = ['/placement', '/status.json', '/api/settings', '/api/session'];
      return [...(await Promise.all(paths.map((path) => read(path, { credentials: 'include' })))), await socketEnd];
    }, world.appUrl);
    expect(result).toEqual(['refused', 'refused', 'refused', 'refused', 'refused']);
    await page.close();
  });
});
