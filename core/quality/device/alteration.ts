import { QUALITY } from '../../sample/sample.ts';
import type { MetricInfo, Quality, ReadingValue } from '../../sample/sample.ts';

/** What may be done with a reading that is bad or missing: nothing, the last good value, a line between two good ones, or no value. */
export const ON_BAD = ['keep', 'hold', 'interpolate', 'null'] as const;

export type OnBad = (typeof ON_BAD)[number];

/** How the values of one metric are altered. */
export interface Alteration {
  readonly onBad: Exclude<OnBad, 'keep'>;
  /** At most this many readings in a row are held or interpolated. */
  readonly readings: number;
  /** At most so long, in milliseconds from the last good reading. */
  readonly duration: number;
}

/** A reading that was found good. */
export interface GoodReading {
  readonly ts: number;
  readonly value: ReadingValue;
}

/** How many readings a line between two good ones may take the place of: their samples are kept until the second is there. */
export const MOST_INTERPOLATED = 10;

/** Bad and missing readings are altered; suspect ones may be right. */
export function isToAlter(q: Quality | undefined): boolean {
  return q === QUALITY.bad || q === QUALITY.missing;
}

export function isGood(q: Quality | undefined): boolean {
  return q === undefined || q === QUALITY.good;
}

/**
 * What a reading carries whose value has been altered: the value as it came, and the flag that says so. Its quality stays: a value
 * that was made up is no better than none.
 */
export function altered(info: MetricInfo, former: ReadingValue, flag: 'held' | 'interpolated' | 'nulled'): MetricInfo {
  const flags = Array.isArray(info.flags) ? info.flags : [];
  return { ...info, flags: flags.includes(flag) ? flags : [...flags, flag], raw: 'raw' in info ? info.raw : former };
}

/** The value at `ts` on the line through two readings; `from.ts` < `ts` < `to.ts`. */
export function onLine(from: GoodReading, to: GoodReading, ts: number): number {
  const [start, end] = [Number(from.value), Number(to.value)];
  return start + ((end - start) * (ts - from.ts)) / (to.ts - from.ts);
}
