import { performance } from 'node:perf_hooks';

/** A function that tells which share of the time since its last call this thread was busy, from 0 to 1. */
export function threadUtilization(): () => number {
  let before = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    return utilization;
  };
}
