import { QualitySnapshotError } from '../quality-snapshot-error.ts';

const MOST = 9;

/** Where in the list stands the time of the last reading, how many intervals there are, which is the oldest, their median (NaN: not known), and they themselves, round and round. */
const TS = 0;
const COUNT = 1;
const OLDEST = 2;
const MEDIAN = 3;
const INTERVALS = 4;

/** So many numbers of a list are one estimate. */
export const ESTIMATE_ROOM = INTERVALS + MOST;

/**
 * How far apart the readings of a series usually are: the median of the last nine intervals, the lower of the two in the middle when
 * their number is even. Readings at one time, and late ones, give no interval. In a series that is regular but for gaps it is
 * the median of all intervals from the second reading on.
 */
export class IntervalEstimate {
  #memory = newEstimate();

  /** The usual interval in milliseconds; NaN as long as there was none. */
  get interval(): number {
    return intervalIn(this.#memory, 0);
  }

  update(ts: number): void {
    noteTime(this.#memory, 0, ts);
  }

  /** The time of the last reading, then the intervals, oldest first. */
  pack(): number[] {
    return packEstimate(this.#memory, 0);
  }

  /** Takes back what was packed. @throws QualitySnapshotError when it is not that. */
  unpack(test: string, packed: readonly number[]): void {
    this.#memory = unpackEstimate(test, packed);
  }
}

/** An estimate as a list of numbers, before the first reading. */
export function newEstimate(): number[] {
  return unpacked(Number.NaN, []);
}

/** The estimate that stands in a list from a place on: in milliseconds; NaN as long as there was no interval. */
export function intervalIn(memory: number[], at: number): number {
  const known = memory[at + MEDIAN] ?? Number.NaN;
  if (!Number.isNaN(known)) return known;
  const count = memory[at + COUNT] ?? 0;
  for (let place = 0; place < count; place += 1) insert(memory[at + INTERVALS + place] ?? 0, place);
  const median = count === 0 ? Number.NaN : SORTED[(count - 1) >> 1] ?? Number.NaN;
  memory[at + MEDIAN] = median;
  return median;
}

/** Takes the time of the next reading into the estimate that stands there. */
export function noteTime(memory: number[], at: number, ts: number): void {
  const interval = ts - (memory[at + TS] ?? 0);
  memory[at + TS] = ts;
  if (!(interval > 0 && interval < Number.POSITIVE_INFINITY)) return;
  const count = memory[at + COUNT] ?? 0;
  const oldest = memory[at + OLDEST] ?? 0;
  const place = at + INTERVALS + (count < MOST ? count : oldest);
  if (count < MOST) memory[at + COUNT] = count + 1;
  else memory[at + OLDEST] = oldest === MOST - 1 ? 0 : oldest + 1;
  if (memory[place] === interval) return;
  memory[place] = interval;
  memory[at + MEDIAN] = Number.NaN;
}

/** Of the estimate that stands there the time of the last reading, then the intervals, oldest first. */
export function packEstimate(memory: readonly number[], at: number): number[] {
  const first = at + INTERVALS;
  const oldest = first + (memory[at + OLDEST] ?? 0);
  return [memory[at + TS] ?? Number.NaN, ...memory.slice(oldest, first + (memory[at + COUNT] ?? 0)), ...memory.slice(first, oldest)];
}

/** An estimate as a list, of what was packed. @throws QualitySnapshotError when it is not that. */
export function unpackEstimate(test: string, packed: readonly number[]): number[] {
  const [ts = Number.NaN, ...intervals] = packed;
  if (packed.length === 0 || intervals.length > MOST || !intervals.every((interval) => interval > 0)) throw new QualitySnapshotError(test);
  return unpacked(ts, intervals);
}

function unpacked(ts: number, intervals: readonly number[]): number[] {
  return [ts, intervals.length, 0, Number.NaN, ...Array.from({ length: MOST }, (_, place) => intervals[place] ?? Number.NaN)];
}

/** Where the intervals are put in order; it keeps nothing. */
const SORTED = new Float64Array(MOST);

/** Puts an interval where it belongs among so many sorted ones. */
function insert(interval: number, count: number): void {
  let place = count;
  for (; place > 0 && (SORTED[place - 1] ?? 0) > interval; place -= 1) SORTED[place] = SORTED[place - 1] ?? 0;
  SORTED[place] = interval;
}
