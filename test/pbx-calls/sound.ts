import type { Stage } from '../browser/call-stage.ts';

/** What one page's newest peer connection has carried so far. */
interface Carried {
  /** Packets from and to the PBX. */
  readonly packetsIn: number;
  readonly packetsOut: number;
  /** Energy of what was heard, and of what the microphone gave to the encoder: neither grows in silence. */
  readonly heard: number;
  readonly spoken: number;
}

/** Half a second of speech is 25 packets: longer than the pauses of the tests' microphone. */
const PACKETS = 30;
const POLL = { polling: 50 };

/** Puts `carried` into the frame's window, where the waiting below finds it. */
async function prepare(stage: Stage) {
  const frame = await stage.frame();
  await frame.evaluate(() => {
    const carried = async (): Promise<Carried> => {
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
    };
    Object.assign(window, { carried });
  });
  return frame;
}

type Measured = typeof window & { carried(): Promise<Carried>; before: Carried | undefined };

/** Waits until both directions carry sound from now on: packets, and not silence. */
export async function soundsBothWays(stage: Stage): Promise<void> {
  const frame = await prepare(stage);
  await frame.evaluate(async () => {
    const here = window as Measured;
    here.before = await here.carried();
  });
  await frame.waitForFunction(
    async (packets) => {
      const { carried, before } = window as Measured;
      const now = await carried();
      if (!before) return false;
      const flows = now.packetsIn > before.packetsIn + packets && now.packetsOut > before.packetsOut + packets;
      return flows && now.heard > before.heard && now.spoken > before.spoken;
    },
    PACKETS,
    POLL,
  );
}

/** Waits until the microphone has given nothing but silence for a while, though packets are sent. */
export async function microphoneSilent(stage: Stage): Promise<void> {
  const frame = await prepare(stage);
  await frame.evaluate(() => {
    (window as Measured).before = undefined;
  });
  await frame.waitForFunction(
    async (packets) => {
      const here = window as Measured;
      const now = await here.carried();
      if (!here.before || now.spoken > here.before.spoken) here.before = now;
      return now.packetsOut > here.before.packetsOut + packets;
    },
    PACKETS,
    POLL,
  );
}

/** Which way sound may go by the last offer and answer, e.g. `sendrecv`. */
export async function direction(stage: Stage): Promise<string | null> {
  const frame = await stage.frame();
  return frame.evaluate(() => {
    const { peers } = window as unknown as { peers: RTCPeerConnection[] };
    return peers.at(-1)?.getTransceivers()[0]?.currentDirection ?? null;
  });
}
