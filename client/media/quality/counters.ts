/** What a connection has counted since it began (W3C Identifiers for WebRTC's Statistics API). */
export interface Counters {
  readonly packetsIn: number;
  readonly lostIn: number;
  readonly packetsOut: number;
  /** Energy of what the microphone gave; does not grow in digital silence. null: this browser doesn't tell. */
  readonly energyOut: number | null;
  /** ms. */
  readonly jitterMs: number;
  /** Sum of the seconds that samples waited in the jitter buffer, and their number. */
  readonly bufferedS: number;
  readonly samplesOut: number;
  /** The far end's newest report; null before the first. */
  readonly remote: RemoteReport | null;
}

export interface RemoteReport {
  /** Unix ms of its arrival: tells a new one from the last. */
  readonly at: number;
  readonly rttMs: number | null;
  /** 0-1 of what we sent between its two newest reports. */
  readonly fractionLost: number | null;
}

type Entry = Readonly<Record<string, unknown>>;
/** The part of RTCStatsReport that is read. */
export interface Report {
  forEach(look: (entry: Entry) => void): void;
}

const number = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);

/** Reads one report of a connection that carries one voice each way; what is missing in it counts as 0 or null. */
export function readCounters(report: Report): Counters {
  const found: Record<string, Entry> = {};
  report.forEach((entry) => {
    if (entry.kind === 'audio' && typeof entry.type === 'string') found[entry.type] = entry;
  });
  const inbound = found['inbound-rtp'] ?? {};
  const remote = found['remote-inbound-rtp'];
  const rttS = number(remote?.roundTripTime);
  return {
    packetsIn: number(inbound.packetsReceived) ?? 0,
    // Packets that come twice make it negative (RFC 3550 6.4.1).
    lostIn: Math.max(0, number(inbound.packetsLost) ?? 0),
    packetsOut: number(found['outbound-rtp']?.packetsSent) ?? 0,
    energyOut: number(found['media-source']?.totalAudioEnergy),
    jitterMs: (number(inbound.jitter) ?? 0) * 1000,
    bufferedS: number(inbound.jitterBufferDelay) ?? 0,
    samplesOut: number(inbound.jitterBufferEmittedCount) ?? 0,
    remote: remote
      ? {
          at: number(remote.timestamp) ?? 0,
          rttMs: rttS === null ? null : rttS * 1000,
          fractionLost: number(remote.fractionLost),
        }
      : null,
  };
}
