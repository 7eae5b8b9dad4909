import type { Sample } from './sample.ts';

/** A device's clock may be this far ahead of ours, in milliseconds, before its times are not believed. */
export const CLOCK_TOLERANCE = 5 * 60_000;

/**
 * The time at which a sample is judged, in milliseconds since the epoch: its event time, unless that lies further ahead of its
 * reception than a clock may. What remembers the latest time of a device would otherwise take everything that comes
 * later for late data, and a device whose clock once leapt to 2038 could never raise an alarm again.
 */
export function judgedTime({ ts, received }: Pick<Sample, 'ts' | 'received'>): number {
  return ts > received + CLOCK_TOLERANCE ? received : ts;
}
