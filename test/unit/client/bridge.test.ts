import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BridgeWindow, createBridge } from '../../../client/bitrix24/bridge.ts';
import { decodeReply, encodeCall, parseFrameName } from '../../../client/bitrix24/wire.ts';
import { handClock, settle } from './support.ts';

describe('the frame’s name says who holds it (fact 2.1)', () => {
  test('host, scheme and APP_SID', () => {
    expect(parseFrameName('acme.bitrix24.de|1|5e5a')).toEqual({ origin: 'https://acme.bitrix24.de', sid: '5e5a' });
  });
  test('ports 80 and 443 are stripped, others stay', () => {
    expect(parseFrameName('box.example:443|1|s')?.origin).toBe('https://box.example');
    expect(parseFrameName('box.example:80|0|s')?.origin).toBe('http://box.example');
    expect(parseFrameName('box.example:8080|0|s')?.origin).toBe('http://box.example:8080');
  });
  test('a name that is not Bitrix24’s is no portal', () => {
    for (const name of ['', 'main', 'acme|1', '|1|s', 'a b|1|s']) expect(parseFrameName(name)).toBeNull();
  });
});

describe('messages on the wire', () => {
  test('a call is method, JSON, callback id and APP_SID', () => {
    expect(encodeCall('placementBindEvent', { event: 'a::b' }, 'cb1', 'sid')).toBe(
      'placementBindEvent:{"event":"a::b"}:cb1:sid',
    );
    expect(encodeCall('getInitData', undefined, 'cb2', 'sid')).toBe('getInitData::cb2:sid');
  });
  test('a reply is split at the first colon, whatever its JSON holds', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-z]{1,32}$/), fc.jsonValue(), (id, value) => {
        const json = JSON.stringify(value);
        expect(decodeReply(`${id}:${json}`)).toEqual({ id, value: JSON.parse(json) });
      }),
    );
  });
  test('an event without data has nothing after the colon', () => {
    expect(decodeReply('cb11:')).toEqual({ id: 'cb11', value: undefined });
  });
  test('what other scripts post is ignored', () => {
    for (const data of [null, 7, {}, 'hello', ':x', 'id:{broken']) expect(decodeReply(data)).toBeNull();
  });
});

function portalWindow() {
  const clock = handClock();
  const sent: string[] = [];
  const targets: string[] = [];
  let listener: (event: { origin: string; data: unknown }) => void = () => {};
  const window: BridgeWindow = {
    parent: {
      postMessage: (message, target) => {
        sent.push(message);
        targets.push(target);
      },
    },
    addEventListener: (_type, handler) => {
      listener = handler;
    },
    setTimeout: clock.setTimeout,
  };
  const from = (origin: string, data: unknown) => listener({ origin, data });
  return { window, clock, sent, targets, from, say: (data: unknown) => from('https://p.example', data) };
}

const address = { origin: 'https://p.example', sid: 'sid' };
const idOf = (message: string | undefined) => message?.split(':').at(-2) ?? '';

describe('the bridge', () => {
  test('posts to the portal’s origin only and gives the reply to whoever asked', async () => {
    const page = portalWindow();
    const answer = createBridge(page.window, address, 'p').call('getInitData', undefined, 0);
    page.say(`${idOf(page.sent[0])}:{"AUTH_ID":"a:b"}`);
    expect(await answer).toEqual({ answered: true, value: { AUTH_ID: 'a:b' } });
    expect(page.targets).toEqual(['https://p.example']);
  });
  test('a message of another origin is not heard', async () => {
    const page = portalWindow();
    const answer = createBridge(page.window, address, 'p').call('getInitData', undefined, 1000);
    page.from('https://evil.example', `${idOf(page.sent[0])}:{"AUTH_ID":"evil"}`);
    await page.clock.tick(1000);
    expect(await answer).toEqual({ answered: false });
  });
  test('silence ends with the time-out, and a late reply finds nobody', async () => {
    const page = portalWindow();
    const answer = createBridge(page.window, address, 'p').call('CallCardStartTimer', {}, 2000);
    await page.clock.tick(2000);
    expect(await answer).toEqual({ answered: false });
    expect(() => page.say(`${idOf(page.sent[0])}:[]`)).not.toThrow();
  });
  test('ids of an earlier document in the same element are unknown', async () => {
    const page = portalWindow();
    const heard: string[] = [];
    createBridge(page.window, address, 'new').bindCardEvents((name) => heard.push(name));
    page.say(`${idOf(page.sent[0])}:{"event":["BackgroundCallCard::initialized"]}`);
    await settle();
    page.say('old3:{"CALL_ID":"x"}');
    expect(heard).toEqual([]);
  });
  test('binds once, and only when `initialized` is listed: an earlier bind is lost', async () => {
    const page = portalWindow();
    const heard: [string, unknown][] = [];
    createBridge(page.window, address, 'p').bindCardEvents((name, payload) => heard.push([name, payload]));
    page.say(`${idOf(page.sent.at(-1))}:{"command":[],"event":[]}`);
    await page.clock.tick(200);
    expect(page.sent).toHaveLength(2);
    page.say(
      `${idOf(page.sent.at(-1))}:{"event":["Other::x","BackgroundCallCard::initialized","BackgroundCallCard::hangupButtonClick"]}`,
    );
    await page.clock.tick(60_000);
    const binds = page.sent.filter((message) => message.startsWith('placementBindEvent'));
    expect(binds.map((bind) => JSON.parse(bind.slice(bind.indexOf(':') + 1, bind.lastIndexOf('}') + 1)).event)).toEqual(
      ['BackgroundCallCard::initialized', 'BackgroundCallCard::hangupButtonClick'],
    );
    page.say(`${idOf(binds[0])}:{"CALL_ID":"c1"}`);
    page.say(`${idOf(binds[0])}:{"CALL_ID":"c2"}`);
    page.say(`${idOf(binds[1])}:`);
    expect(heard).toEqual([
      ['initialized', { CALL_ID: 'c1' }],
      ['initialized', { CALL_ID: 'c2' }],
      ['hangupButtonClick', undefined],
    ]);
  });
  test('looks for the card’s events every 0.2 s, for a card that opens between two looks is lost; after 20 s every 2 s', async () => {
    const page = portalWindow();
    createBridge(page.window, address, 'p').bindCardEvents(() => {});
    const gaps: number[] = [];
    let last = page.clock.now();
    for (let look = 0; look < 102; look++) {
      const before = page.sent.length;
      page.say(`${idOf(page.sent.at(-1))}:{"event":[]}`);
      while (page.sent.length === before) await page.clock.tick(1);
      gaps.push(page.clock.now() - last);
      last = page.clock.now();
    }
    expect(gaps.slice(0, 100)).toEqual(Array.from({ length: 100 }, () => 200));
    expect(gaps.slice(100)).toEqual([2000, 2000]);
  });
});
