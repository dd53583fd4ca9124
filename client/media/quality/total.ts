import type { CallQuality } from '../../../src/protocol/frame.ts';
import type { Second } from './second.ts';

/** Sums over a call's seconds. */
export interface Total {
  /** Seconds in which something arrived, and of those the ones with a round trip. */
  readonly seconds: number;
  readonly rttSeconds: number;
  readonly mos: number;
  readonly jitterMs: number;
  readonly rttMs: number;
  readonly packets: number;
  readonly lost: number;
  readonly oneWayS: number;
}

export const NOTHING_YET: Total = {
  seconds: 0,
  rttSeconds: 0,
  mos: 0,
  jitterMs: 0,
  rttMs: 0,
  packets: 0,
  lost: 0,
  oneWayS: 0,
};

/**
 * @param oneWayS seconds, at this look, in which one side could not be heard: a trouble is noticed after some seconds
 *   and counts from its beginning
 */
export function addSecond(total: Total, { figures, packetsIn, lostIn }: Second, oneWayS: number): Total {
  const sum = {
    ...total,
    packets: total.packets + packetsIn,
    lost: total.lost + lostIn,
    oneWayS: total.oneWayS + oneWayS,
  };
  if (figures === null) return sum;
  return {
    ...sum,
    seconds: total.seconds + 1,
    mos: total.mos + figures.mos,
    jitterMs: total.jitterMs + figures.jitterMs,
    rttSeconds: total.rttSeconds + (figures.rttMs === null ? 0 : 1),
    rttMs: total.rttMs + (figures.rttMs ?? 0),
  };
}

const round = (value: number, digits: number) => Number(value.toFixed(digits));

/** The call as the record keeps it. A call in which nothing ever arrived gets the worst score there is. */
export function qualityOf(total: Total): CallQuality {
  const { seconds, rttSeconds, packets, lost } = total;
  return {
    mos: seconds === 0 ? 1 : round(total.mos / seconds, 2),
    jitterMs: seconds === 0 ? 0 : round(total.jitterMs / seconds, 1),
    lossPercent: packets + lost === 0 ? 0 : round((100 * lost) / (packets + lost), 1),
    rttMs: rttSeconds === 0 ? null : Math.round(total.rttMs / rttSeconds),
    oneWayS: total.oneWayS,
  };
}
