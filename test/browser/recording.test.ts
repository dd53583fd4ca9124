import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { recordingName } from '../../src/recording/recording-name.ts';
import { DEFAULT_CALLS } from '../../src/settings/calls-form.ts';
import { LINE, settingsFor } from '../harness/cast.ts';
import { readMp3 } from '../harness/mp3.ts';
import { strength } from '../harness/spectrum.ts';
import { until } from '../harness/until.ts';
import { openStage, type Stage } from './call-stage.ts';
import { clickApp, refusedContent } from './pages-stage.ts';
import { setScene } from './scene.ts';

/** Records of calls: real Chromium, real media, the built Worker; the file is what arrives at the fake portal. */

/** What the customer sounds like, Hz; the microphone's bursts are 300, 800 and 1300. */
const FAR = 440;
const NEAR = [800, 1300] as const;
/** Far below a voice (0.3 and more here), above what the other tone leaks into a tenth of a second. */
const SILENT = 0.02;
const CALLER = { from: '+49301234567', name: 'Marta Lind', line: LINE.number, says: 'tone' as const };

const scene = setScene<Stage>({}, (stage) => expect(refusedContent(stage.person)).toEqual([]));

beforeAll(async () => {
  const { admin, portals, pbx, accounts } = scene.world;
  const form = settingsFor({ url: pbx?.url ?? '', domain: pbx?.domain ?? '', accounts });
  await admin.saveSettings(portals[0].memberId, { ...form, calls: { ...DEFAULT_CALLS, recording: 'browser' } });
});

/** Employee `as` in a call with the customer, whose sound has begun. */
async function talking(as: 1 | 2) {
  const stage = scene.opened(await openStage(scene.browser, scene.world, as));
  await stage.shows('phone', 'ready');
  const ringing = scene.world.pbx?.callAgent(`100${as}`, CALLER);
  await stage.card('incoming');
  await stage.press('answer');
  await stage.card('connected');
  const call = await ringing;
  if (!call) throw new Error('no PBX');
  await stage.hears();
  return { stage, call };
}

const finished = () => scene.world.fake.portal(scene.world.portals[0].memberId).finished;

/** The file that Bitrix24 was given for a call, once it has it. */
async function record(from: number, patience?: number): Promise<Uint8Array> {
  return until('a record in the CRM', () => finished()[from]?.record?.bytes, patience);
}

/** Pieces that the service has of the newest record. */
const pieces = async (): Promise<number> => {
  const { memberId } = scene.world.portals[0];
  const newest = 'SELECT leg FROM record ORDER BY begun_at DESC LIMIT 1';
  const [row] = await scene.world.worker.sql('Portal', memberId, newest);
  if (typeof row?.leg !== 'string') return 0;
  const [held] = await scene.world.worker.sql(
    'Recording',
    recordingName(memberId, row.leg),
    'SELECT count(*) AS n FROM piece',
  );
  return Number(held?.n ?? 0);
};

/** Packets of the far end, 20 ms each. */
const packets = async (stage: Stage): Promise<number> => {
  const frame = await stage.frame();
  return frame.evaluate(async () => {
    const { peers } = window as unknown as { peers: RTCPeerConnection[] };
    let count = 0;
    (await peers.at(-1)?.getStats())?.forEach((entry) => {
      if (entry.type === 'inbound-rtp') count = entry.packetsReceived;
    });
    return count;
  });
};
const more = async (stage: Stage, count: number) => {
  const begin = await packets(stage);
  await until(`${count} more packets`, async () => (await packets(stage)) >= begin + count);
};

/** What a browser makes of the file: mono samples at 16 kHz. */
const decoded = async (page: Page, file: Uint8Array): Promise<Float32Array> => {
  const samples = await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
    const buffer = await new OfflineAudioContext(1, 1, 16_000).decodeAudioData(bytes.buffer);
    return Array.from(buffer.getChannelData(0));
  }, Buffer.from(file).toString('base64'));
  return Float32Array.from(samples);
};
const loudest = (samples: Float32Array, hertz: number): number => {
  let most = 0;
  for (let at = 0; at + 1600 <= samples.length; at += 800)
    most = Math.max(most, strength(samples.subarray(at, at + 1600), hertz, 16_000));
  return most;
};

test('a recorded call is in the CRM with both voices, as speech of 16 kHz and 32 kbit/s', async () => {
  const { stage, call } = await talking(1);
  await until('a piece that was uploaded in the call', async () => (await pieces()) === 1);
  await stage.press('hangup');
  await call.ended;
  const file = await record(0);
  const facts = readMp3(file);
  expect(facts).toMatchObject({ rate: 16_000, kbps: 32, mono: true, stray: 0 });
  expect(finished()[0]?.record?.name).toMatch(/^\d{8}-\d{6}-49301234567\.mp3$/);
  const samples = await decoded(stage.page, file);
  expect(samples.length / 16_000).toBeGreaterThan(4);
  expect(loudest(samples, FAR)).toBeGreaterThan(0.05);
  for (const hertz of NEAR) expect(loudest(samples, hertz)).toBeGreaterThan(0.02);
});

test('muted, the agent is silence in the record, and the customer is still heard', async () => {
  const before = finished().length;
  const { stage, call } = await talking(1);
  await stage.press('mute');
  await stage.page.waitForSelector('[data-card] [data-button="mute"][aria-pressed="true"]');
  await more(stage, 150);
  call.hangup();
  const samples = await decoded(stage.page, await record(before));
  const end = samples.subarray(samples.length - 2 * 16_000);
  for (const hertz of NEAR) expect(loudest(end, hertz)).toBeLessThan(SILENT);
  expect(loudest(end, FAR)).toBeGreaterThan(0.05);
});

test('a pause on the panel is cut out', async () => {
  const before = finished().length;
  const { stage, call } = await talking(2);
  const desk = await stage.person.context.newPage();
  await desk.goto(`${scene.world.portals[0].url}/?as=2`);
  const app = await clickApp(desk);
  await app.getByText('Recording', { exact: true }).waitFor();
  await app.getByRole('button', { name: 'Pause recording' }).click();
  await app.getByText('Recording paused').waitFor();
  const paused = await packets(stage);
  await more(stage, 250);
  await app.getByRole('button', { name: 'Go on recording' }).click();
  await app.getByText('Recording', { exact: true }).waitFor();
  const resumed = await packets(stage);
  await more(stage, 50);
  const all = await packets(stage);
  call.hangup();
  const { seconds } = readMp3(await record(before));
  // Half of the pause is more than what clocks and buffers may differ by.
  expect(seconds).toBeLessThan((all - (resumed - paused) / 2) / 50);
  expect(seconds).toBeGreaterThan(1);
});

test('a tab that is killed in the call: all but the last seconds are in the CRM, and the call is finished', async () => {
  const before = finished().length;
  const { stage } = await talking(1);
  await until('two pieces', async () => (await pieces()) > 1);
  const cdp = await stage.person.context.newCDPSession(await stage.frame());
  // Whoever has crashed answers nothing.
  cdp.send('Page.crash').catch(() => {});
  const file = await record(before, 150_000);
  expect(readMp3(file).seconds).toBeGreaterThan(8);
  expect(finished()[before]?.duration).toBeGreaterThan(5);
}, 200_000);
