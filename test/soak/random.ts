/** A small generator with a seed (mulberry32), so that a run's plan can be had again. */
export interface Random {
  /** 0 <= n < 1 */
  next(): number;
  /** A whole number, least <= n <= most. */
  whole(least: number, most: number): number;
  pick<T>(of: readonly [T, ...T[]]): T;
  chance(share: number): boolean;
}

export function random(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  return {
    next,
    whole,
    pick: (of) => of[whole(0, of.length - 1)] ?? of[0],
    chance: (share) => next() < share,
  };
}
