import { createHmac, randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { IceServer } from '../../src/protocol/frame.ts';
import { openStage, type Stage } from '../browser/call-stage.ts';
import { launchBrowser, type TestBrowser } from '../harness/browser.ts';
import { settingsFor } from '../harness/cast.ts';
import { until } from '../harness/until.ts';
import { startWorld, type World } from '../harness/world.ts';
import { type Asterisk, startAsterisk } from '../pbx/asterisk/asterisk.ts';
import { BROWSER_PORTS, blockUdp, ownNetwork } from '../pbx/coturn/block.ts';
import { type Coturn, startCoturn } from '../pbx/coturn/coturn.ts';
import { findUnpacked } from '../pbx/unpacked.ts';
import { ready, says } from './product.ts';
import { soundsBothWays } from './sound.ts';

/** How sound gets through a network that lets little through: the product's phone, coturn, Asterisk. */

const SECRET = randomBytes(24).toString('hex');
const ANNA = 1;
const coturn = findUnpacked('coturn', 'test/pbx/coturn/install-coturn.sh');
const here = coturn.available && ownNetwork();

let browser: TestBrowser;
let pbx: Asterisk;
let world: World;
let turn: Coturn;
let stages: Stage[] = [];
let unblock = () => {};

beforeAll(async () => {
  if (!here) return;
  const [asterisk, relay] = await Promise.all([startAsterisk(), startCoturn(SECRET)]);
  if (!asterisk.available) throw new Error(asterisk.reason);
  if (!relay.available) throw new Error(relay.reason);
  [pbx, turn] = [asterisk, relay];
  [browser, world] = await Promise.all([
    launchBrowser(),
    startWorld({ pbx: addressOf(pbx), vars: { TURN_SECRET: SECRET } }),
  ]);
});
afterEach(async ({ task }) => {
  unblock();
  if (task.result?.state === 'fail') console.log(await browser?.evidence(task.name));
  await Promise.all(stages.map((stage) => stage.close()));
  stages = [];
});
afterAll(async () => {
  await browser?.close();
  await world?.close();
  await turn?.close();
  await pbx?.close();
});

const addressOf = ({ wsUrl, domain, users }: Asterisk) => ({
  url: wsUrl,
  domain,
  accounts: users.slice(0, 1).map(({ user, password, name }) => ({ userId: ANNA, user, password, name })),
});

/** Anna's page, with these ICE servers in the portal's settings. */
async function anna(iceServers: readonly IceServer[], options: { relayOnly?: boolean } = {}): Promise<Stage> {
  await world.admin.saveSettings(world.portals[0].memberId, { ...settingsFor(addressOf(pbx)), iceServers });
  const stage = await openStage(browser, world, ANNA, '/', options);
  stages.push(stage);
  await ready(stage);
  return stage;
}
const dial = (number: string) => world.fake.clickToCall({ userId: ANNA, number }, world.portals[0].memberId);
async function hangUp(stage: Stage): Promise<void> {
  await stage.press('hangup');
  await stage.noCard();
  await stage.shows('call', 'none');
}

interface Chosen {
  readonly type: string;
  readonly protocol: string;
  readonly port: number;
}

/** The candidate of ours that the newest connection uses now. */
const chosen = async (stage: Stage): Promise<Chosen> =>
  (await stage.frame()).evaluate(async () => {
    const { peers } = window as unknown as { peers: RTCPeerConnection[] };
    const all = new Map<string, Record<string, unknown>>();
    (await peers.at(-1)?.getStats())?.forEach((entry) => void all.set(entry.id, entry));
    const transport = [...all.values()].find(({ type }) => type === 'transport');
    const pair = all.get(String(transport?.selectedCandidatePairId));
    const local = all.get(String(pair?.localCandidateId));
    return {
      type: String(local?.candidateType),
      protocol: String(local?.relayProtocol ?? local?.protocol),
      port: Number(local?.port),
    };
  });

/** INVITEs that the phone's socket has sent, their descriptions included. */
async function invites(stage: Stage): Promise<string[]> {
  return (await stage.frame()).evaluate(() => (window as unknown as { invites?: string[] }).invites ?? []);
}
async function noteInvites(stage: Stage): Promise<void> {
  await (await stage.frame()).evaluate(() => {
    const kept: string[] = [];
    Object.assign(window, { invites: kept });
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (data) {
      if (typeof data === 'string' && data.startsWith('INVITE ')) kept.push(data);
      send.call(this, data);
    };
  });
}

const credential = (secondsFromNow: number) => {
  const username = `${Math.floor(Date.now() / 1000) + secondsFromNow}:${ANNA}`;
  return { username, credential: createHmac('sha1', SECRET).update(username).digest('base64') };
};

describe.skipIf(!here)('TURN with the Worker’s short-lived credentials', () => {
  it.each(['udp', 'tcp'] as const)(
    'by %s, where nothing but the relay may be used: sound both ways',
    async (transport) => {
      const stage = await anna([{ urls: turn.url(transport) }], { relayOnly: true });
      dial('600');
      await stage.card('connected');
      await soundsBothWays(stage);
      expect(await chosen(stage)).toMatchObject({ type: 'relay', protocol: transport });
      await hangUp(stage);
      const call = await pbx.callIn({ to: '1001', from: '+49301234567', says: 'echo' });
      await stage.card('incoming');
      await stage.press('answer');
      await stage.card('connected');
      await soundsBothWays(stage);
      expect((await chosen(stage)).type).toBe('relay');
      await hangUp(stage);
      await call.ended;
    },
  );

  it('expired: the card says it, and no dead call is dialled', async () => {
    const stage = await anna([{ urls: turn.url('udp'), ...credential(-60) }], { relayOnly: true });
    await noteInvites(stage);
    dial('600');
    await stage.card('error');
    await says(stage, 'The relay (TURN) server refuses this phone');
    expect(await invites(stage)).toEqual([]);
  });

  it('expired, where other ways are open: the call gets through all the same', async () => {
    const stage = await anna([{ urls: turn.url('udp'), ...credential(-60) }]);
    dial('600');
    await stage.card('connected');
    await soundsBothWays(stage);
    expect((await chosen(stage)).type).not.toBe('relay');
    await hangUp(stage);
  });
});

describe.skipIf(!here)('a firewall that lets no UDP through', () => {
  it('the first call finds the relay by TCP, and the next one offers it at once', async () => {
    const stage = await anna([{ urls: turn.url('tcp') }]);
    await noteInvites(stage);
    unblock = blockUdp({ from: BROWSER_PORTS });
    dial('600');
    await stage.card('connected');
    await soundsBothWays(stage);
    expect(await chosen(stage)).toMatchObject({ type: 'relay', protocol: 'tcp' });
    await hangUp(stage);
    dial('600');
    await stage.card('connected');
    await soundsBothWays(stage);
    expect((await invites(stage)).at(-1)).toContain('typ relay');
    await hangUp(stage);
  });
});

describe.skipIf(!here)('the way of the sound dies in the call', () => {
  it('the card says so, ICE is restarted, and both hear each other again', async () => {
    const stage = await anna([]);
    await noteInvites(stage);
    dial('600');
    await stage.card('connected');
    await soundsBothWays(stage);
    const before = await chosen(stage);
    unblock = blockUdp({ from: String(before.port), to: String(before.port) });
    await says(stage, 'Connection lost');
    await says(stage, 'Connected');
    await soundsBothWays(stage);
    expect((await chosen(stage)).port).not.toBe(before.port);
    await until('a re-INVITE', async () => (await invites(stage)).length > 1);
    await hangUp(stage);
  });
});
