import { QUALITY } from '../../sample/sample.ts';
import type { Quality } from '../../sample/sample.ts';
import { CompactTest } from '../compact-test.ts';
import { QualitySnapshotError } from '../quality-snapshot-error.ts';
import type { ReadingTest } from '../quality-test.ts';
import { FlatRun } from './flat-run.ts';
import { ESTIMATE_ROOM, intervalIn, newEstimate, noteTime, packEstimate, unpackEstimate } from './interval-estimate.ts';
import { packNumbers, unpackNumbers, type NumberSnapshot } from './number-snapshot.ts';

/** In milliseconds. */
export interface StillLineSettings {
  readonly suspect: number;
  readonly fail: number;
  /** Between readings; undefined: the usual one of the series. */
  readonly interval: number | undefined;
}

/**
 * Where in the list stands how many readings before the newest one are of the run, missing ones too; how many readings ago the last value came, -1 when there
 * was none; how many readings before that one the value before it came, 0 when there was none; the last value. An estimate of the interval follows.
 */
const STEPS = 0;
const SINCE = 1;
const DISTANCE = 2;
const VALUE = 3;
const ESTIMATE = 4;
const ROOM = ESTIMATE + ESTIMATE_ROOM;

/** The flat line by time of values that have to be equal: a `FlatRun` without a tolerance, whose queues never hold more than the last value. */
export class StillLineTest extends CompactTest implements ReadingTest {
  readonly #name: string;
  readonly #settings: StillLineSettings;
  #memory = [-1, -1, 0, Number.NaN, ...newEstimate()];

  /** @param name of the test. */
  constructor(name: string, settings: StillLineSettings) {
    super();
    this.#name = name;
    this.#settings = settings;
  }

  get delay(): 0 {
    return 0;
  }

  update(ts: number, value: number): Quality {
    return this.updateIn(this.#memory, 0, ts, value);
  }

  updateIn(memory: number[], at: number, ts: number, value: number): Quality {
    const { suspect, fail, interval } = this.#settings;
    if (interval === undefined) noteTime(memory, at + ESTIMATE, ts);
    const steps = (memory[at + STEPS] ?? 0) + 1;
    const before = memory[at + SINCE] ?? -1;
    const since = before === -1 ? -1 : before + 1;
    const missing = !Number.isFinite(value);
    if (missing) {
      memory[at + STEPS] = steps;
      memory[at + SINCE] = since;
      return QUALITY.missing;
    }
    const run = since === -1 || memory[at + VALUE] === value ? steps : since - 1;
    const distance = since === -1 ? 0 : since;
    memory[at + STEPS] = run;
    memory[at + SINCE] = 0;
    memory[at + DISTANCE] = distance;
    memory[at + VALUE] = value;
    if (run === 0 || distance === 0) return QUALITY.good;
    const usual = interval ?? intervalIn(memory, at + ESTIMATE);
    if (isFlatFor(fail / usual, run, distance)) return QUALITY.bad;
    return isFlatFor(suspect / usual, run, distance) ? QUALITY.suspect : QUALITY.good;
  }

  end(): 0 {
    return 0;
  }

  layDown(memory: number[], at: number): void {
    for (let place = 0; place < ROOM; place += 1) memory[at + place] = this.#memory[place] ?? 0;
  }

  takeUp(memory: readonly number[], at: number): void {
    for (let place = 0; place < ROOM; place += 1) this.#memory[place] = memory[at + place] ?? 0;
  }

  override snapshot(): NumberSnapshot {
    const [steps = 0, since = -1, distance = 0, value = 0] = this.#memory;
    const estimate = this.#settings.interval === undefined ? packEstimate(this.#memory, ESTIMATE) : [];
    const queues = since === -1 ? [0] : [2, value, -since, -value, -since];
    return packNumbers([estimate.length, ...estimate, steps, since, distance, ...queues]);
  }

  restore(snapshot: unknown): void {
    const [length = Number.NaN, ...numbers] = unpackNumbers(this.#name, snapshot);
    if (!(length >= 0 && length <= numbers.length)) throw new QualitySnapshotError(this.#name);
    const run = numbers.slice(length);
    new FlatRun(0).unpack(this.#name, run);
    const [steps = 0, since = -1, distance = 0, queued = 0, value = Number.NaN] = run;
    if (queued > 2 || run.length > 8) throw new QualitySnapshotError(this.#name);
    const estimate = this.#settings.interval === undefined ? unpackEstimate(this.#name, numbers.slice(0, length)) : newEstimate();
    this.#memory = [steps, since, distance, value, ...estimate];
  }
}

/** Whether a run of so many steps is as long as so many readings, and not of values that are further apart. */
export function isFlatFor(readings: number, steps: number, distance: number): boolean {
  const count = Math.floor(readings);
  return steps >= count && distance > 0 && distance <= count;
}
