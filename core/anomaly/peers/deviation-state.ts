import { HoldfastError } from '../../errors/holdfast-error.ts';
import { CONTINUOUS } from '../resolution.ts';

/** No reading counts as larger: sums and differences of such numbers are still finite. */
export const LARGEST = 1e150;

/** What was learned of how one metric of a device stands beside its group; lengths are in the unit of the metric. */
export interface DeviationState {
  /** Readings learned since the offset is known. */
  count: number;
  /** How far it usually is above the median of the others. */
  offset: number;
  /** Usual spread around the offset; of a normal distribution it is the standard deviation. */
  spread: number;
  /** The 99 % quantile of how far two readings in a row were off, and of how far the latest ones were on average. */
  twoHigh: number;
  latelyHigh: number;
  /** How far off the reading before was, and the latest ones on average. */
  previous: number;
  lately: number;
  /** Readings, about, for which it has been away. */
  run: number;
  /** 1 while it is away and it is its own doing. */
  isGuilty: number;
  /** How far off it was at worst, in the last episode. */
  peak: number;
  /** What a person said was expected, above (a positive number) and below (a negative one); 0: nothing. */
  expectedAbove: number;
  expectedBelow: number;
  /** The least of what a person said was not expected. */
  faultAbove: number;
  faultBelow: number;
  /** Most decimals seen. */
  decimals: number;
  /** Event time of the last reading learned. */
  ts: number;
}

const NAMES = [
  'count', 'offset', 'spread', 'twoHigh', 'latelyHigh', 'previous', 'lately', 'run', 'isGuilty', 'peak', 'expectedAbove', 'expectedBelow', 'faultAbove', 'faultBelow', 'decimals', 'ts',
] as const satisfies ReadonlyArray<keyof DeviationState>;

/** The numbers of an `Episodes`. */
type EpisodeNumbers = [number, number, number, number];

/** As it is written: the numbers in the order of `DeviationState`, those of the episode, then the first deviations while there are few. */
export interface DeviationSnapshot {
  s: number[];
  e: EpisodeNumbers;
  first: number[];
}

export function emptyState(): DeviationState {
  return {
    count: 0, offset: 0, spread: 0, twoHigh: 0, latelyHigh: 0, previous: 0, lately: 0, run: 0, isGuilty: 0, peak: 0,
    expectedAbove: 0, expectedBelow: 0, faultAbove: 0, faultBelow: 0, decimals: 0, ts: Number.MIN_SAFE_INTEGER,
  };
}

export function writeDeviation(state: DeviationState, episode: EpisodeNumbers, first: readonly number[]): DeviationSnapshot {
  return { s: NAMES.map((name) => state[name]), e: episode, first: [...first] };
}

/**
 * @param mostFirst how many first deviations there can be.
 * @throws HoldfastError `HOLDFAST_DETECTOR_SNAPSHOT` for what is damaged.
 */
export function readDeviation(snapshot: unknown, mostFirst: number): { state: DeviationState; episode: EpisodeNumbers; first: number[] } {
  if (typeof snapshot !== 'object' || snapshot === null || !('s' in snapshot) || !('e' in snapshot) || !('first' in snapshot)) throw damagedPeers('it is not of the form it was written in');
  const { s, e, first } = snapshot;
  if (!areNumbers(s) || s.length !== NAMES.length) throw damagedPeers(`it does not hold ${NAMES.length} numbers`);
  if (!areNumbers(e) || e.length !== 4) throw damagedPeers('its episode does not hold 4 numbers');
  if (!areNumbers(first) || first.length > mostFirst) throw damagedPeers('its first deviations are no numbers, or too many');
  const state = emptyState();
  for (const [index, name] of NAMES.entries()) state[name] = s[index] ?? 0;
  const isNotNegative = [state.spread, state.twoHigh, state.latelyHigh, state.expectedAbove, state.faultAbove, -state.expectedBelow, -state.faultBelow].every((length) => length >= 0);
  const areCounts = [state.count, state.run, state.decimals, state.isGuilty].every((count) => Number.isInteger(count) && count >= 0);
  const isBounded = [state.offset, state.previous, state.lately, state.peak, ...first].every((length) => Math.abs(length) <= 16 * LARGEST);
  if (!isNotNegative || !areCounts || !isBounded || state.decimals > CONTINUOUS || state.isGuilty > 1) throw damagedPeers('a number in it is out of its range');
  const [since = 0, peak = 0, isRunning = 0, quiet = 0] = e;
  return { state, episode: [since, peak, isRunning, quiet], first };
}

function areNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((number) => Number.isFinite(number));
}

export function damagedPeers(what: string): HoldfastError {
  return new HoldfastError(
    'HOLDFAST_DETECTOR_SNAPSHOT',
    `What was learned of how a device stands beside its group cannot be used: ${what}. Start it anew without it; the device is compared again after some hundred readings.`,
  );
}
