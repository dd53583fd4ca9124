import { evictDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import type { KeptCall } from '../../src/protocol/frame.ts';
import { openSocket, portals, type TestPortal, type TestSocket } from './kit.ts';
import * as said from './legs.ts';
import { answered, registered, ring } from './legs.ts';

const newPortal = portals(388);
const READY = { ready: true, talking: false } as const;

/** A page of user 2's phone, in one of their browsers, that holds these legs. */
async function page(portal: TestPortal, browser: string, legs: string[] = []): Promise<TestSocket> {
  const socket = await openSocket((await portal.session(2)).ticket);
  await socket.next('welcome');
  say(socket, browser, legs);
  return socket;
}
const say = (socket: TestSocket, browser: string, legs: string[]) =>
  socket.send({ t: 'state', state: READY, legs, browser });

const kept = (leg: string, over: Partial<KeptCall> = {}): KeptCall => ({
  leg,
  sipCallId: leg,
  localTag: 'here',
  remoteTag: 'there',
  remoteUri: 'sip:+442079460000@pbx.example.com',
  inside: { target: 'sip:+44@10.0.0.7', routes: ['<sip:10.0.0.1;lr>'], localUri: 'sip:1002@pbx.example.com', cseq: 3 },
  callId: null,
  direction: 'in',
  number: '+442079460000',
  name: '',
  line: '0000',
  answeredAt: Date.now(),
  held: false,
  muted: false,
  ...over,
});

const ended = (leg: string, seconds: number) => said.ended(leg, { seconds });

/** A call that is talked on `leg`, kept for the next page. */
async function talk(phone: TestSocket, leg: string): Promise<string> {
  const startedAt = Date.now() - 5000;
  const callId = await registered(phone, ring(leg, { startedAt }));
  await phone.ask(answered(leg, startedAt + 1000));
  await phone.ask({ t: 'keep', id: `keep-${leg}`, call: kept(leg, { callId }) });
  return callId;
}

const legsOf = (portal: TestPortal) => portal.rows('SELECT sip_call_id, live FROM leg ORDER BY rowid');
const calls = (portal: TestPortal) => portal.rows('SELECT call_id, state, answered_leg FROM call');
async function drop(portal: TestPortal, phone: TestSocket): Promise<void> {
  phone.socket.close();
  await expect.poll(() => portal.due()).toContain('abandoned');
}

/** A call that is talked on leg-1, whose page is gone. */
async function left(): Promise<{ portal: TestPortal; callId: string }> {
  const portal = await newPortal().install();
  const first = await page(portal, 'chrome');
  const callId = await talk(first, 'leg-1');
  await drop(portal, first);
  return { portal, callId };
}

describe('a live call survives the end of its page', () => {
  it('the next page of the person is told of it, goes on, and the call stays one call with one card', async () => {
    const { portal, callId } = await left();
    const second = await page(portal, 'chrome');
    const { call } = await second.next('recover');
    expect(call).toEqual(kept('leg-1', { callId, answeredAt: call.answeredAt }));
    expect(await second.ask({ t: 'resumed', id: 'r1', leg: 'leg-2', from: 'leg-1' })).toMatchObject({ t: 'ack' });
    await portal.runDue();
    expect((await portal.calls('telephony.externalcall.show')).map(({ params }) => params.CALL_ID)).toEqual([callId]);
    say(second, 'chrome', ['leg-2']);
    await second.ask(ended('leg-2', 60));
    await portal.makeDue('finish');
    await portal.runDue();
    const [finish, again] = await portal.calls('telephony.externalcall.finish');
    expect(finish.params).toMatchObject({ CALL_ID: callId, USER_ID: '2', STATUS_CODE: '200' });
    expect(again).toBeUndefined();
    expect(await portal.rows('SELECT * FROM kept')).toEqual([]);
  });

  it('an answer that was lost may be asked for again', async () => {
    const { portal } = await left();
    const second = await page(portal, 'chrome');
    await second.next('recover');
    for (const id of ['r1', 'r2'])
      expect(await second.ask({ t: 'resumed', id, leg: 'leg-2', from: 'leg-1' })).toMatchObject({ t: 'ack' });
    expect(await legsOf(portal)).toEqual([
      { sip_call_id: 'leg-1', live: 0 },
      { sip_call_id: 'leg-2', live: 1 },
    ]);
  });

  it('eviction between the pages forgets nothing, and the dialog is sealed at rest', async () => {
    const portal = await newPortal().install();
    const first = await page(portal, 'chrome');
    await talk(first, 'leg-1');
    const [row] = await portal.rows('SELECT sealed FROM kept');
    expect(row.sealed).not.toContain('there');
    await drop(portal, first);
    await evictDurableObject(portal.object);
    const second = await page(portal, 'chrome');
    expect((await second.next('recover')).call.remoteTag).toBe('there');
  });

  it('a page that says more before it has gone on does not lose the call', async () => {
    const { portal } = await left();
    const second = await page(portal, 'chrome');
    await second.next('recover');
    say(second, 'chrome', []);
    say(second, 'chrome', []);
    expect(await second.ask({ t: 'resumed', id: 'r1', leg: 'leg-2', from: 'leg-1' })).toMatchObject({ t: 'ack' });
    expect(second.messages.filter(({ t }) => t === 'recover')).toHaveLength(1);
  });

  it('a page that is itself left before it has gone on hands the call to the one after', async () => {
    const { portal } = await left();
    const second = await page(portal, 'chrome');
    await second.next('recover');
    second.socket.close();
    const third = await page(portal, 'chrome');
    await third.next('recover');
    expect(await third.ask({ t: 'resumed', id: 'r1', leg: 'leg-3', from: 'leg-1' })).toMatchObject({ t: 'ack' });
    expect(await calls(portal)).toMatchObject([{ state: 'talking', answered_leg: 'leg-3' }]);
  });

  it('nobody goes on: the call ended when its page was last seen', async () => {
    const { portal } = await left();
    const [{ seen_at: seen }] = (await portal.rows('SELECT seen_at FROM leg')) as [{ seen_at: number }];
    const second = await page(portal, 'chrome');
    await second.next('recover');
    await portal.makeDue('unresumed');
    await portal.runDue();
    expect(await portal.rows('SELECT status, ended_at FROM call')).toEqual([{ status: '200', ended_at: seen }]);
    expect(await second.ask({ t: 'resumed', id: 'r1', leg: 'leg-2', from: 'leg-1' })).toMatchObject({ error: 'over' });
  });

  it('the page that comes cannot go on: the length is the one of the page that was there, whatever the new one says', async () => {
    const { portal } = await left();
    const [{ seen_at: seen }] = (await portal.rows('SELECT seen_at FROM leg')) as [{ seen_at: number }];
    const second = await page(portal, 'chrome');
    await second.next('recover');
    await second.ask(ended('leg-1', 5000));
    expect(await portal.rows('SELECT ended_at FROM call')).toEqual([{ ended_at: seen }]);
  });

  it('an uninstalled app keeps no dialog', async () => {
    const portal = await newPortal().install();
    await portal.learnApplicationToken();
    await talk(await page(portal, 'chrome'), 'leg-1');
    await portal.control('uninstall', { clean: false });
    await portal.deliver();
    expect(await portal.rows('SELECT * FROM kept')).toEqual([]);
  });

  it('somebody else’s call cannot be taken over, nor kept', async () => {
    const portal = await newPortal().install();
    const first = await page(portal, 'chrome');
    await talk(first, 'leg-1');
    const stranger = await openSocket((await portal.session(3)).ticket);
    expect(await stranger.ask({ t: 'resumed', id: 'r1', leg: 'leg-9', from: 'leg-1' })).toMatchObject({
      error: 'unknown_leg',
    });
    await stranger.ask({ t: 'keep', id: 'k1', call: kept('leg-1', { remoteTag: 'mine' }) });
    await drop(portal, first);
    expect((await (await page(portal, 'chrome')).next('recover')).call.remoteTag).toBe('there');
  });
});

describe('two browsers of one person', () => {
  it('a second browser becomes the phone; the first keeps its call to the end, and the length is the real one', async () => {
    const portal = await newPortal().install();
    const first = await page(portal, 'chrome');
    await talk(first, 'leg-1');
    say(first, 'chrome', ['leg-1']);
    const second = await page(portal, 'edge');
    await first.next('superseded');
    say(first, 'chrome', ['leg-1']);
    say(second, 'edge', []);
    await expect.poll(() => calls(portal)).toMatchObject([{ state: 'talking' }]);
    expect(first.closed).toBeNull();
    expect(await first.ask(ended('leg-1', 42))).toMatchObject({ t: 'ack' });
    expect(second.messages.some(({ t }) => t === 'recover')).toBe(false);
    expect(await portal.rows('SELECT state, status FROM call')).toEqual([{ state: 'ended', status: '200' }]);
    say(first, 'chrome', []);
    await first.until(() => first.closed?.code === 4409);
  });

  it('a first browser that goes away in the middle of its call ends it after the grace, though the second is open', async () => {
    const portal = await newPortal().install();
    const first = await page(portal, 'chrome');
    await talk(first, 'leg-1');
    await page(portal, 'edge');
    await first.next('superseded');
    await drop(portal, first);
    await portal.makeDue('abandoned');
    await portal.runDue();
    expect(await portal.rows('SELECT live, status FROM leg')).toEqual([{ live: 0, status: '200' }]);
  });

  it('a page of the same browser proves that the earlier one is gone, though its socket still looks open', async () => {
    const portal = await newPortal().install();
    const first = await page(portal, 'chrome');
    await talk(first, 'leg-1');
    say(first, 'chrome', ['leg-1']);
    const second = await page(portal, 'chrome');
    expect((await second.next('recover')).call.leg).toBe('leg-1');
  });
});
