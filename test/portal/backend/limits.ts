/** Request limits of the cloud (fact 6), as pure arithmetic. Times are Unix ms. */

export interface Bucket {
  readonly level: number;
  readonly at: number;
}

/** Requests that leave the bucket per second, and the level above which it refuses. */
export const BUCKET = { drainPerSecond: 2, block: 50 } as const;

/**
 * Pours one request into the leaky bucket.
 * @returns the new bucket, and whether this request is refused with 503 QUERY_LIMIT_EXCEEDED
 */
export const pour = (bucket: Bucket, now: number): { readonly bucket: Bucket; readonly refused: boolean } => {
  const drained = Math.max(0, bucket.level - ((now - bucket.at) / 1000) * BUCKET.drainPerSecond);
  const level = drained + 1;
  // A refused request does not fill the bucket further, else a caller that retries would never get out.
  return level > BUCKET.block
    ? { bucket: { level: drained, at: now }, refused: true }
    : { bucket: { level, at: now }, refused: false };
};

export interface Spent {
  readonly at: number;
  readonly seconds: number;
}

/** Operating time a method may use within ten minutes, in seconds. */
export const OPERATING = { limit: 480, windowMs: 600_000, basketMs: 60_000 } as const;

/** Spent seconds that still count: ten one-minute baskets. */
export const stillCounting = (spent: readonly Spent[], now: number): Spent[] => {
  const oldest = Math.floor(now / OPERATING.basketMs) * OPERATING.basketMs - OPERATING.windowMs + OPERATING.basketMs;
  return spent.filter((entry) => entry.at >= oldest);
};

/** Sum of spent seconds, and when (Unix seconds) the oldest of them stops counting. */
export const operatingOf = (spent: readonly Spent[], now: number): { operating: number; resetAt: number } => {
  const counting = stillCounting(spent, now);
  const operating = counting.reduce((sum, entry) => sum + entry.seconds, 0);
  const oldest = counting.reduce((least, entry) => Math.min(least, entry.at), now);
  return { operating, resetAt: Math.ceil((oldest + OPERATING.windowMs) / 1000) };
};
