import type { SoundTrouble } from '../../call/types.ts';
import type { Second } from './second.ts';

/** What a second is judged by. */
export interface Circumstances {
  readonly second: Second;
  /** As the last offer and answer agreed on; null before. */
  readonly direction: string | null;
  /** false: muted or on hold. */
  readonly speaking: boolean;
  /** The browser refuses to play. */
  readonly blocked: boolean;
}

/** For how many seconds on end each thing has been so. */
export interface Watch {
  readonly noneIn: number;
  readonly silent: number;
  readonly noneOut: number;
  readonly bad: number;
  /** Good seconds since the last bad one. */
  readonly good: number;
  /** The microphone has given sound in this call. */
  readonly spoken: boolean;
  readonly trouble: SoundTrouble;
}

export const UNTROUBLED: Watch = {
  noneIn: 0,
  silent: 0,
  noneOut: 0,
  bad: 0,
  good: 0,
  spoken: false,
  trouble: 'none',
};

/** Two empty seconds: with a look each second, the person knows within three. */
const EMPTY_S = 2;
/** Digital silence of a microphone that was never heard is a dead one. */
const NEVER_SPOKEN_S = 3;
/** One that was heard may be quiet for a while: noise suppression can make silence of a quiet room. */
const FELL_SILENT_S = 8;
/** Nearly all are dissatisfied below this (ITU-T G.107, annex B). */
const BAD_MOS = 3.1;
const BAD_S = 3;
/** Of what we sent, lost by the far end's own report (RFC 3550 6.4.1). */
const NOT_HEARD = 0.9;

/**
 * One more second of a call, and what is wrong with its sound by now. Only where sound is meant to flow both ways: who is
 * on hold, or muted, hears or says nothing for a good reason.
 */
export function watchSecond(before: Watch, { second, direction, speaking, blocked }: Circumstances): Watch {
  const bothWays = direction === 'sendrecv';
  const silence = bothWays && speaking && second.spoke === false;
  const bad = bothWays && second.figures !== null && second.figures.mos < BAD_MOS;
  const count = (so: boolean, seconds: number) => (so ? seconds + 1 : 0);
  const watch = {
    noneIn: count(bothWays && second.packetsIn === 0, before.noneIn),
    noneOut: count(bothWays && speaking && second.packetsOut === 0, before.noneOut),
    silent: count(silence, before.silent),
    bad: count(bad, before.bad),
    good: bad ? 0 : before.good + 1,
    spoken: before.spoken || second.spoke === true,
  };
  const stillBad = before.trouble === 'bad' && bothWays && watch.good < BAD_S;
  const lostThere = bothWays && speaking && (second.lostThere ?? 0) >= NOT_HEARD;
  const trouble = (): SoundTrouble => {
    if (blocked) return 'blocked';
    if (watch.noneIn >= EMPTY_S) return 'no_incoming';
    if (watch.silent >= (watch.spoken ? FELL_SILENT_S : NEVER_SPOKEN_S)) return 'no_microphone';
    if (watch.noneOut >= EMPTY_S || lostThere) return 'not_heard';
    return watch.bad >= BAD_S || stillBad ? 'bad' : 'none';
  };
  return { ...watch, trouble: trouble() };
}

/** The troubles in which one of the two hears nothing. */
export const oneWay = (trouble: SoundTrouble): boolean => trouble !== 'none' && trouble !== 'bad';
