import { numberOf } from '../store/bucket.ts';
import type { HeldReading } from './held-reading.ts';
import { timeOf } from './held-reading.ts';
import type { Band, OnChange } from './settings.ts';

/** Why a reading is stored, or `within`: it lies within the band of the last stored one and is skipped. */
export type ChangeVerdict = 'first' | 'late' | 'quality' | 'type' | 'note' | 'changed' | 'silence' | 'within';

/**
 * Whether a reading says something new after the last stored one. The band is a strict limit: a distance of just its width is within.
 * A change of quality, type, unit, flags, raw value or tests always counts, and so does every change of a text.
 */
export function judgeChange(last: HeldReading | undefined, reading: HeldReading, band: Band, longestSilence: number): ChangeVerdict {
  if (last === undefined) return 'first';
  if (timeOf(reading) <= timeOf(last)) return 'late';
  if (reading.quality !== last.quality) return 'quality';
  if (typeof reading.value !== typeof last.value || (reading.value === null) !== (last.value === null)) return 'type';
  if (reading.note !== last.note) return 'note';
  if (isBeyond(last, reading, band)) return 'changed';
  return timeOf(reading) - timeOf(last) >= longestSilence ? 'silence' : 'within';
}

/** The band of a metric. */
export function bandOf({ band, bands }: OnChange, metric: string): Band {
  return bands.get(metric) ?? band;
}

function isBeyond(last: HeldReading, reading: HeldReading, { width, kind }: Band): boolean {
  if (typeof reading.value !== 'number') return reading.value !== last.value;
  const [from, to] = [numberOf(last.value), numberOf(reading.value)];
  if (from === undefined || to === undefined) return !Object.is(reading.value, last.value);
  return Math.abs(to - from) > (kind === 'percent' ? (Math.abs(from) * width) / 100 : width);
}
