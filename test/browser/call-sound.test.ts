import type { Frame } from 'playwright-core';
import { expect, test } from 'vitest';
import { SOUND } from '../../client/call/words.ts';
import type { Panel, PanelAct } from '../../client/frame/panel.ts';
import type { CallQuality } from '../../src/protocol/frame.ts';
import { LINE } from '../harness/cast.ts';
import { until } from '../harness/until.ts';
import type { DemoPbx } from '../pbx/demo/demo-pbx.ts';
import { openStage, type Stage } from './call-stage.ts';
import { setScene } from './scene.ts';

/** The sound of real calls: what the card says of it, and devices that come and go. Fake portal, demo PBX, real Chromium. */

const CALLER = { from: '+49301234567', name: 'Marta Lind', line: LINE.number, says: 'tone' as const };

const scene = setScene<Stage>();

/** What the frame's document keeps for these tests. */
interface Kept {
  /** Streams that getUserMedia gave, oldest first. */
  readonly streams: MediaStream[];
  readonly peers: RTCPeerConnection[];
  /** Devices that are pulled out, by label. */
  readonly pulled: Set<string>;
  readonly channels: BroadcastChannel[];
  readonly panels: Panel[];
  /** What the object was told. */
  readonly reports: { t: string; quality?: CallQuality }[];
}
declare global {
  interface Window {
    kept: Kept;
  }
}

/** Chromium has no way to pull out a fake device, so its list, and the track's end, are told as it would tell them. */
function keepDevices(): void {
  const kept = { streams: [], pulled: new Set(), channels: [], panels: [], reports: [] } as unknown as Kept;
  window.kept = kept;
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    if (typeof data === 'string' && data.startsWith('{')) kept.reports.push(JSON.parse(data));
    send.call(this, data);
  };
  const { mediaDevices } = navigator;
  if (!mediaDevices) return;
  const list = mediaDevices.enumerateDevices.bind(mediaDevices);
  const open = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.enumerateDevices = async () => (await list()).filter(({ label }) => !kept.pulled.has(label));
  mediaDevices.getUserMedia = async (wanted) => {
    const stream = await open(wanted);
    kept.streams.push(stream);
    return stream;
  };
  const Native = window.BroadcastChannel;
  window.BroadcastChannel = class extends Native {
    constructor(name: string) {
      super(name);
      kept.channels.push(this);
    }
    override postMessage(message: { t?: string; panel?: Panel }): void {
      if (message.t === 'panel' && message.panel) kept.panels.push(message.panel);
      super.postMessage(message);
    }
  };
}

async function anna(): Promise<{ stage: Stage; frame: Frame }> {
  const stage = scene.opened(await openStage(scene.browser, scene.world, 1, '/', { prepare: keepDevices }));
  await stage.shows('phone', 'ready');
  return { stage, frame: await stage.frame() };
}
/** Rings Anna and answers by click. */
async function talking(options: Partial<Parameters<DemoPbx['callAgent']>[1]> = {}) {
  const { stage, frame } = await anna();
  const pbx = scene.world.pbx ?? expect.fail('no PBX');
  const ringing = pbx.callAgent('1001', { ...CALLER, ...options });
  await stage.card('incoming');
  await stage.press('answer');
  await stage.card('connected');
  const call = await ringing;
  expect(call.result).toBe('answered');
  /** Waits until the customer hears something louder than silence, from now on. */
  const heardThere = () => {
    const start = call.stats()?.packetsIn ?? 0;
    return until('Anna’s voice at the customer', () => {
      const stats = call.stats();
      return stats !== null && stats.packetsIn > start + 20 && stats.levelIn > 0.01;
    });
  };
  return { stage, frame, call, heardThere };
}
const says = (stage: Stage, text: string) => stage.page.waitForSelector(`[data-card-status]:has-text("${text}")`);

/** Runs in the frame: what its peer connection sends. */
const sending = (frame: Frame) =>
  frame.evaluate(() => (window as unknown as Kept).peers.at(-1)?.getSenders()[0]?.track?.label ?? '');

/** Another page of the person's says it on their channel, as the operator's panel does. */
const act = (frame: Frame, wanted: PanelAct) =>
  frame.evaluate((act) => {
    const panel = new BroadcastChannel(window.kept.channels[0]?.name ?? '');
    panel.postMessage({ t: 'act', from: 'panel', act });
    panel.close();
  }, wanted);

test('the customer’s sound stops: the card says so, and takes it back when it returns; the object learns how it was', async () => {
  const { stage, frame, call } = await talking();
  await stage.hears();
  call.say('nothing');
  await says(stage, SOUND.no_incoming);
  call.say('tone');
  await says(stage, 'Connected');
  call.hangup();
  await stage.noCard();
  const reports = await frame.evaluate(() => window.kept.reports.filter(({ t }) => t === 'quality' || t === 'ended'));
  expect(reports.map(({ t }) => t)).toEqual(['quality', 'ended']);
  const { quality } = reports[0] ?? {};
  expect(quality?.oneWayS).toBeGreaterThanOrEqual(2);
  expect(quality?.lossPercent).toBe(0);
  expect(quality?.mos).toBeGreaterThan(3.5);
});

test('a customer who is never heard is told within the first seconds', async () => {
  const { stage } = await talking({ says: 'nothing' });
  await says(stage, SOUND.no_incoming);
});

test('on hold nothing is missed: the card says that it is on hold', async () => {
  const { stage, call } = await talking();
  await stage.hears();
  await stage.press('hold');
  await says(stage, 'On hold');
  call.say('nothing');
  const shown: string[] = [];
  // Longer than any of the troubles takes to be noticed, by the call's own clock.
  const start = await stage.page.textContent('[data-card-timer]');
  await until('five seconds of the card’s clock', async () => {
    shown.push((await stage.page.textContent('[data-card-status]')) ?? '');
    return secondsOf(await stage.page.textContent('[data-card-timer]')) >= secondsOf(start) + 5;
  });
  expect(new Set(shown)).toEqual(new Set(['On hold']));
});
const secondsOf = (clock: string | null) =>
  (clock ?? '').split(':').reduce((total, part) => total * 60 + Number(part), 0);

test('a microphone that gives nothing but silence is said', async () => {
  const { stage, frame, heardThere } = await talking();
  await heardThere();
  await frame.evaluate(async () => {
    // A device that is open and dead: a track of digital silence in its place.
    const silence = new AudioContext().createMediaStreamDestination().stream.getAudioTracks()[0] ?? null;
    await (window as unknown as Kept).peers.at(-1)?.getSenders()[0]?.replaceTrack(silence);
  });
  await says(stage, SOUND.no_microphone);
});

test('a headset is pulled out and plugged in again: the customer hears her all the time, and the card says from where', async () => {
  const { stage, frame, heardThere } = await talking();
  await heardThere();
  await act(frame, { act: 'choose', kind: 'microphone', id: await idOf(frame, 'Fake Audio Input 2') });
  await says(stage, 'Microphone: Fake Audio Input 2');
  expect(await sending(frame)).toBe('Fake Audio Input 2');
  await heardThere();

  await frame.evaluate(() => {
    window.kept.pulled.add('Fake Audio Input 2');
    const track = window.kept.streams.at(-1)?.getTracks()[0];
    track?.stop();
    track?.dispatchEvent(new Event('ended'));
  });
  await says(stage, 'Microphone: Fake Default Audio Input');
  expect(await sending(frame)).toBe('Fake Default Audio Input');
  await heardThere();

  await frame.evaluate(() => {
    window.kept.pulled.clear();
    navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
  });
  await says(stage, 'Microphone: Fake Audio Input 2');
  await heardThere();
  // Hold and mute belong to the leg, not to the device.
  await stage.press('mute');
  await stage.page.waitForSelector('[data-card] [data-button="mute"][aria-pressed="true"]');
  await act(frame, { act: 'choose', kind: 'microphone', id: await idOf(frame, 'Fake Audio Input 1') });
  await until('the other microphone', async () => (await sending(frame)) === 'Fake Audio Input 1');
  const enabled = () => (window as unknown as Kept).peers.at(-1)?.getSenders()[0]?.track?.enabled;
  expect(await frame.evaluate(enabled)).toBe(false);
});

const idOf = (frame: Frame, label: string) =>
  frame.evaluate(
    async (wanted) =>
      (await navigator.mediaDevices.enumerateDevices()).find((device) => device.label === wanted)?.deviceId ?? '',
    label,
  );

test('chosen devices are remembered in this browser, and the sound goes there', async () => {
  const { stage, frame } = await anna();
  const devices = () =>
    until('the devices', () => frame.evaluate(() => window.kept.panels.at(-1)?.devices ?? null).catch(() => null));
  const { microphones, speakers } = await devices();
  expect(microphones.length).toBe(2);
  expect(speakers.length).toBe(2);
  const [, second] = speakers;
  await act(frame, { act: 'choose', kind: 'ringer', id: second?.id ?? '' });
  const ringsAt = (where: Frame) =>
    where.evaluate(async () => {
      const id = document.querySelector<HTMLAudioElement>('#ring')?.sinkId;
      return (await navigator.mediaDevices.enumerateDevices()).find((device) => device.deviceId === id)?.label;
    });
  await until('the ringer there', async () => (await ringsAt(frame)) === second?.label);

  await stage.page.reload();
  await stage.shows('phone', 'ready');
  // Under another id: this browser, as one that blocks third-party cookies, gives a frame new ids with each page.
  const again = await stage.frame();
  await until('the ringer there again', async () => (await ringsAt(again)) === second?.label);
});
