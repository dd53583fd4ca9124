import type { SoundFigures } from '../../call/types.ts';
import type { Counters } from './counters.ts';
import { mosOf } from './emodel.ts';

/** One second of a call, as the difference of two looks at the counters. */
export interface Second {
  readonly packetsIn: number;
  readonly lostIn: number;
  readonly packetsOut: number;
  /** Whether our microphone gave anything but digital silence; null: this browser doesn't tell. */
  readonly spoke: boolean | null;
  /** How much of our sound the far end has lost by its newest report, 0-1; null = no report. */
  readonly lostThere: number | null;
  /** null where nothing arrived: there is nothing to judge. */
  readonly figures: SoundFigures | null;
}

/** From our microphone to the wire: one packet of 20 ms, and as much in devices and buffers. An estimate. */
const OWN_DELAY_MS = 40;

const tenth = (value: number) => Math.round(value * 10) / 10;
const since = (now: number, before: number) => Math.max(0, now - before);

/** What happened between two looks. A connection that was renewed begins to count anew. */
export function secondOf(before: Counters, now: Counters): Second {
  const packetsIn = since(now.packetsIn, before.packetsIn);
  const lostIn = since(now.lostIn, before.lostIn);
  return {
    packetsIn,
    lostIn,
    packetsOut: since(now.packetsOut, before.packetsOut),
    spoke: now.energyOut === null || before.energyOut === null ? null : now.energyOut > before.energyOut,
    lostThere: now.remote?.fractionLost ?? null,
    figures: packetsIn === 0 ? null : figures(before, now, (100 * lostIn) / (packetsIn + lostIn)),
  };
}

function figures(before: Counters, now: Counters, lossPercent: number): SoundFigures {
  const rttMs = now.remote?.rttMs ?? null;
  const samples = since(now.samplesOut, before.samplesOut);
  const bufferMs = samples > 0 ? (1000 * since(now.bufferedS, before.bufferedS)) / samples : 2 * now.jitterMs;
  const mos = mosOf({ delayMs: OWN_DELAY_MS + (rttMs ?? 0) / 2 + bufferMs, lossPercent });
  return {
    mos: Math.round(mos * 100) / 100,
    jitterMs: tenth(now.jitterMs),
    lossPercent: tenth(lossPercent),
    rttMs: rttMs === null ? null : Math.round(rttMs),
  };
}
