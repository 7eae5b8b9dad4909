import { ROLLUP_WIDTHS } from './retention.ts';
import type { Retention } from './retention.ts';

/** Rollups of one width, and from when on they are kept. */
export interface Tier {
  width: number;
  from: number;
}

/** From when on what is kept of a series, at some moment. */
export interface RetentionPlan {
  /** Readings before this are to go; -Infinity: none is. */
  readingsFrom: number;
  /** Rollups that are made, the finest first. */
  tiers: readonly Tier[];
}

/** Something goes in so many steps while it ages from new to expired, so that a chunk is not cut each minute. */
const STEPS = 128;

/**
 * What is to be kept now. Every time here begins a rollup of the width that takes over before it, so that none of them lies
 * half before and half after; what is kept is kept a little longer for that, and by up to a 128th of its time.
 */
export function retentionPlan({ readings, ...rollups }: Retention, now: number): RetentionPlan {
  const tiers: Tier[] = [];
  for (const name of ['day', 'hour', 'minute'] as const) {
    const width = ROLLUP_WIDTHS[name];
    if (rollups[name] > 0) tiers.unshift({ width, from: kept(rollups[name], now, tiers, width) });
  }
  return { readingsFrom: kept(readings, now, tiers, ROLLUP_WIDTHS.minute), tiers };
}

/** The tier that has the rollup of a reading of that time; undefined when nothing is kept of it. */
export function tierOf(tiers: readonly Tier[], ts: number): Tier | undefined {
  return tiers.find(({ from }) => ts >= from);
}

/** When the rollup of this width begins that a time is in. */
export function rollupStart(ts: number, width: number): number {
  return Math.floor(ts / width) * width;
}

function kept(retention: number, now: number, coarser: readonly Tier[], otherwise: number): number {
  if (retention === Infinity) return -Infinity;
  const width = tierOf(coarser, now - retention)?.width ?? otherwise;
  const steps = Math.max(1, Math.floor(retention / STEPS / width));
  return rollupStart(now - retention, steps * width);
}
