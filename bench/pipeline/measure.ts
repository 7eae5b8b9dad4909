/** What a system under test cost: CPU time and peak memory of its processes, as the Linux kernel counts them (proc(5)). */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The kernel's unit of CPU time in /proc, in microseconds. */
export const TICK_MICROSECONDS = 1e6 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/**
 * CPU time that the processes have used so far, user and system, all their threads, in microseconds.
 * Throws when one of them has ended: its work would be missing from the sum.
 */
export function cpuMicroseconds(pids: readonly number[]): number {
  let ticks = 0;
  for (const pid of pids) {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field, the name, stands in brackets and may hold spaces; utime and stime are fields 14 and 15.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks * TICK_MICROSECONDS;
}

/** The sum of the largest resident sets that the processes ever had, in megabytes (10^6 bytes). */
export function peakRssMegabytes(pids: readonly number[]): number {
  let kibibytes = 0;
  for (const pid of pids) {
    const line = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
    kibibytes += Number(line?.[1] ?? 0);
  }
  return (kibibytes * 1024) / 1e6;
}
