import type { TimerRule } from './states.ts';

/** The card's clock. It shows wall time since the first start, the stopped stretch included (measured, fact 3.2). */
export interface Timer {
  /** Unix ms of the first start since the last reset. */
  readonly startedAt: number | null;
  readonly running: boolean;
  readonly visible: boolean;
  /** What stood there when it was stopped, ms. */
  readonly frozen: number;
}

export const ZERO: Timer = { startedAt: null, running: false, visible: false, frozen: 0 };

export const start = (timer: Timer, now: number): Timer => ({
  startedAt: timer.startedAt ?? now,
  running: true,
  visible: true,
  frozen: timer.frozen,
});

export const stop = (timer: Timer, now: number): Timer => ({
  ...timer,
  running: false,
  frozen: timer.running && timer.startedAt !== null ? now - timer.startedAt : timer.frozen,
});

/** What entering a state does to the clock. */
export const enter = (timer: Timer, rule: TimerRule, startsByItself: boolean, now: number): Timer => {
  if (rule === 'keep') return timer;
  if (rule === 'hide') return { ...timer, visible: false };
  return rule === 'start' && startsByItself ? start(timer, now) : ZERO;
};

/** mm:ss, or '' while hidden. */
export const shown = (timer: Timer, now: number): string => {
  if (!timer.visible) return '';
  const ms = timer.running && timer.startedAt !== null ? now - timer.startedAt : timer.frozen;
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
};
