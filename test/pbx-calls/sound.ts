import { setTimeout as pause } from 'node:timers/promises';
import type { Stage } from '../browser/call-stage.ts';

/** Half a second of speech is 25 packets: longer than the pauses of the tests' microphone. */
const PACKETS = 30;

/** What one page's newest peer connection has carried so far. */
interface Carried {
  /** Packets from and to the PBX. */
  readonly packetsIn: number;
  readonly packetsOut: number;
  /** Energy of what was heard, and of what the microphone gave to the encoder: neither grows in silence. */
  readonly heard: number;
  readonly spoken: number;
}

/** Runs in the frame. */
async function carried(): Promise<Carried> {
  const { peers } = window as unknown as { peers: RTCPeerConnection[] };
  const now = { packetsIn: 0, packetsOut: 0, heard: 0, spoken: 0 };
  (await peers.at(-1)?.getStats())?.forEach((entry) => {
    if (entry.type === 'inbound-rtp') {
      now.packetsIn = entry.packetsReceived;
      now.heard = entry.totalAudioEnergy ?? 0;
    }
    if (entry.type === 'outbound-rtp') now.packetsOut = entry.packetsSent;
    if (entry.type === 'media-source') now.spoken = entry.totalAudioEnergy ?? 0;
  });
  return now;
}

/**
 * Looks until `enough` says so. getStats has no event, and `waitForFunction` takes an async predicate's promise for a
 * yes, so it is asked again and again from here.
 * @param enough gets what was carried at the first look, and now; it may move the start
 */
async function look(stage: Stage, enough: (start: Carried, now: Carried) => boolean | Carried): Promise<void> {
  const frame = await stage.frame();
  let start = await frame.evaluate(carried);
  for (;;) {
    const result = enough(start, await frame.evaluate(carried));
    if (result === true) return;
    if (result !== false) start = result;
    await pause(40);
  }
}

/** Waits until both directions carry sound from now on: packets, and not silence. */
export const soundsBothWays = (stage: Stage): Promise<void> =>
  look(
    stage,
    (start, now) =>
      now.packetsIn > start.packetsIn + PACKETS &&
      now.packetsOut > start.packetsOut + PACKETS &&
      now.heard > start.heard &&
      now.spoken > start.spoken,
  );

/** Waits until the microphone has given nothing but silence for a while, though packets are sent. */
export const microphoneSilent = (stage: Stage): Promise<void> =>
  look(stage, (start, now) => (now.spoken > start.spoken ? now : now.packetsOut > start.packetsOut + PACKETS));

/** Which way sound may go by the last offer and answer, e.g. `sendrecv`. */
export async function direction(stage: Stage): Promise<string | null> {
  const frame = await stage.frame();
  return frame.evaluate(() => {
    const { peers } = window as unknown as { peers: RTCPeerConnection[] };
    return peers.at(-1)?.getTransceivers()[0]?.currentDirection ?? null;
  });
}

/** The port that the newest connection sends from now. */
export async function localPort(stage: Stage): Promise<number> {
  const frame = await stage.frame();
  return frame.evaluate(async () => {
    const { peers } = window as unknown as { peers: RTCPeerConnection[] };
    const all = new Map<string, Record<string, unknown>>();
    (await peers.at(-1)?.getStats())?.forEach((entry) => void all.set(entry.id, entry));
    const transport = [...all.values()].find(({ type }) => type === 'transport');
    const pair = all.get(String(transport?.selectedCandidatePairId));
    return Number(all.get(String(pair?.localCandidateId))?.port);
  });
}
