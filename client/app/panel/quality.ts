import type { PanelCall } from '../../frame/panel.ts';

export interface QualityView {
  /** Bars out of three. */
  readonly bars: 1 | 2 | 3;
  readonly word: 'Good' | 'Fair' | 'Poor';
  /** What stands behind the word, for who wants to know. */
  readonly figures: string;
}

/** From here on users are satisfied, and from here on some are not (MOS; ITU-T G.107 Annex B, R = 80 and R = 70). */
const GOOD = 4.03;
const FAIR = 3.6;

const whole = (value: number) => `${Math.round(value)}`;

/**
 * The newest second of a call's sound as a readable mark.
 *
 * @example qualityView({ mos: 4.2, jitterMs: 3, lossPercent: 0, rttMs: 24 })
 * // { bars: 3, word: 'Good', figures: 'MOS 4.2, round trip 24 ms, jitter 3 ms, loss 0 %' }
 */
export function qualityView(quality: PanelCall['quality']): QualityView | null {
  if (!quality) return null;
  const { mos, jitterMs, lossPercent, rttMs } = quality;
  const figures = [
    `MOS ${mos.toFixed(1)}`,
    ...(rttMs === null ? [] : [`round trip ${whole(rttMs)} ms`]),
    `jitter ${whole(jitterMs)} ms`,
    `loss ${lossPercent < 10 ? Number(lossPercent.toFixed(1)) : whole(lossPercent)} %`,
  ].join(', ');
  if (mos >= GOOD) return { bars: 3, word: 'Good', figures };
  return mos >= FAIR ? { bars: 2, word: 'Fair', figures } : { bars: 1, word: 'Poor', figures };
}
