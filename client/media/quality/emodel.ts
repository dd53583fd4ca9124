/** One way's burden on a conversation. */
export interface Burden {
  /** Mouth to ear, ms. */
  readonly delayMs: number;
  /** Packets that were never heard, percent 0-100. */
  readonly lossPercent: number;
}

/** The rating of a connection without delay and loss: the default of every other parameter (ITU-T G.107, table 2). */
const R_DEFAULT = 93.2;
/** Robustness of G.711 with loss concealment against random loss (ITU-T G.113, appendix I). */
const BPL = 25.1;

/**
 * Mean opinion score by the E-model (ITU-T G.107): of its parameters only delay and loss are measured, the others keep
 * their defaults. The delay's part is the usual straight-line fit to G.107's Idd; below 177.3 ms people hardly notice it.
 * @returns 1 (nobody understands a word) to 4.41 (nothing to complain about)
 * @example mosOf({ delayMs: 20, lossPercent: 0 }); // 4.4
 */
export function mosOf({ delayMs, lossPercent }: Burden): number {
  const delay = 0.024 * delayMs + 0.11 * Math.max(0, delayMs - 177.3);
  const loss = (95 * lossPercent) / (lossPercent + BPL);
  return mosOfRating(R_DEFAULT - delay - loss);
}

/**
 * What people say of a connection with this rating (ITU-T G.107, annex B).
 * @param r rating factor, 0-100
 */
export function mosOfRating(r: number): number {
  if (r <= 0) return 1;
  // Between 0 and 6.5 the formula falls below the scale.
  return Math.max(1, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6);
}
