import { HoldfastError } from '../errors/holdfast-error.ts';
import { LEAST_SCALE } from './detector-options.ts';
import { CONTINUOUS } from './resolution.ts';

/**
 * All that a detector knows, as plain JSON of less than 200 bytes. `s` holds ten numbers in this order: readings learned,
 * mean and variance; readings, mean and variance of the running episode (zeros: none runs); smallest step seen (0: none);
 * last reading that was nothing special; most decimals seen; event time of the last reading learned.
 */
export interface DetectorSnapshot {
  v: 1;
  s: number[];
}

/** The ten numbers of a snapshot by name. */
export interface DetectorState {
  count: number;
  mean: number;
  variance: number;
  episodeCount: number;
  episodeMean: number;
  episodeVariance: number;
  step: number;
  last: number;
  decimals: number;
  ts: number;
}

/** Readings beyond this are judged and learned as if they stood at it, so that no square overflows. */
export const LARGEST = 1e150;

/** The largest event time that a Date can hold, ms since the epoch. */
export const LATEST = 8.64e15;

/** The event time of a detector that has learned nothing: earlier than any. */
export const NEVER = Number.MIN_SAFE_INTEGER;

/** Checks what came back from storage; throws a HoldfastError with code `HOLDFAST_DETECTOR_SNAPSHOT` when it is damaged. */
export function readSnapshot(snapshot: unknown): DetectorState {
  if (typeof snapshot !== 'object' || snapshot === null) throw damaged('it is no object');
  if (!('v' in snapshot) || snapshot.v !== 1) throw damaged('its version is not 1');
  const numbers: unknown = 's' in snapshot ? snapshot.s : undefined;
  if (!Array.isArray(numbers) || numbers.length !== 10 || !numbers.every(isFiniteNumber)) throw damaged('it does not hold ten numbers');
  const [count = 0, mean = 0, variance = 0, episodeCount = 0, episodeMean = 0, episodeVariance = 0, step = 0, last = 0, decimals = 0, ts = 0] = numbers;
  const counts = [count, episodeCount, decimals].every((n) => Number.isInteger(n) && n >= 0) && decimals <= CONTINUOUS;
  const values = [mean, episodeMean, last].every((value) => Math.abs(value) <= LARGEST);
  const spreads = [variance, episodeVariance].every((value) => value >= 0 && value <= 16 * LARGEST * LARGEST);
  if (!counts || !values || !spreads || (step !== 0 && step < LEAST_SCALE) || step > 2 * LARGEST || Math.abs(ts) > Math.abs(NEVER)) {
    throw damaged('a number in it is out of its range');
  }
  return { count, mean, variance, episodeCount, episodeMean, episodeVariance, step, last, decimals, ts };
}

export function writeSnapshot(state: DetectorState): DetectorSnapshot {
  const { count, mean, variance, episodeCount, episodeMean, episodeVariance, step, last, decimals, ts } = state;
  return { v: 1, s: [count, mean, variance, episodeCount, episodeMean, episodeVariance, step, last, decimals, ts] };
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function damaged(what: string): HoldfastError {
  return new HoldfastError(
    'HOLDFAST_DETECTOR_SNAPSHOT',
    `The stored state of a detector cannot be used: ${what}. Start it anew without the stored state; it then learns what is usual again.`,
  );
}
