import { readFileSync } from 'node:fs';

/** USER_HZ: what /proc counts CPU time in. 100 on every Linux that Node runs on (proc(5)). */
const TICKS_PER_SECOND = 100;

/**
 * CPU time from a line of /proc/PID/stat: user and system time of all threads, fields 14 and 15 (proc(5)).
 *
 * @returns microseconds, in steps of 10 000
 */
export function cpuOfStat(stat: string): number {
  // The second field is the program's name in brackets and may hold anything, brackets included.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  if (!Number.isFinite(ticks)) throw new Error('/proc/PID/stat is not as proc(5) says.');
  return (ticks / TICKS_PER_SECOND) * 1e6;
}

/** CPU time that a process has used since it started, in microseconds. Linux only. */
export const cpuOf = (pid: number): number => cpuOfStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
