import { numberOf } from '../store/bucket.ts';
import { timeOf } from './held-reading.ts';
import type { HeldReading } from './held-reading.ts';
import type { PerInterval } from './settings.ts';

/** What is held of one metric in the interval that is open. */
export interface OpenInterval {
  /** The interval that begins at `index` × its length after the epoch. */
  index: number;
  last?: HeldReading | undefined;
  minimum?: HeldReading | undefined;
  maximum?: HeldReading | undefined;
}

/** The interval in which a reading lies. */
export function intervalOf(reading: HeldReading, { interval }: PerInterval): number {
  return Math.floor(timeOf(reading) / interval);
}

/**
 * Takes a reading that lies in the open interval. Smallest and largest are those of the best quality there is, so that a reading known
 * to be bad takes no place of a good one.
 */
export function takeInto(open: OpenInterval, reading: HeldReading, { keep }: PerInterval): void {
  if (open.last === undefined || timeOf(reading) >= timeOf(open.last)) open.last = reading;
  if (keep === 'last' || numberOf(reading.value) === undefined) return;
  if (isMoreExtreme(reading, open.minimum, -1)) open.minimum = reading;
  if (isMoreExtreme(reading, open.maximum, 1)) open.maximum = reading;
}

/** The readings that the interval holds, each once, the oldest first. */
export function readingsOf({ last, minimum, maximum }: OpenInterval): HeldReading[] {
  const held = new Set([minimum, maximum, last]);
  return [...held].filter((reading) => reading !== undefined).toSorted((a, b) => a.ts - b.ts);
}

function isMoreExtreme(reading: HeldReading, than: HeldReading | undefined, sign: number): boolean {
  if (than === undefined || reading.ts === than.ts) return true;
  if (reading.quality !== than.quality) return reading.quality < than.quality;
  return sign * ((numberOf(reading.value) ?? 0) - (numberOf(than.value) ?? 0)) > 0;
}
