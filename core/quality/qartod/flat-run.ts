import { QualitySnapshotError } from '../quality-snapshot-error.ts';
import { MonotonicQueue } from './monotonic-queue.ts';

/**
 * The longest run of readings, up to the newest, whose values lie closer together than a tolerance. A window of so many readings
 * or fewer is flat; a longer one is not. Of the values only the extremes are kept that may still end the run.
 */
export class FlatRun {
  readonly #tolerance: number;
  readonly #least = new MonotonicQueue();
  readonly #negatedLargest = new MonotonicQueue();
  #index = -1;
  #start = 0;
  /** Where the last value was; -1: none was there yet. */
  #lastValue = -1;
  /** Readings from the last value but one to the last value; 0 as long as there are not two. */
  #distance = 0;

  constructor(tolerance: number) {
    this.#tolerance = tolerance;
  }

  /** How many readings before the newest one belong to the run, missing ones too. */
  get steps(): number {
    return this.#index - this.#start;
  }

  /** How many readings before the newest one the last value before it was seen; 0 when there was none. */
  get distance(): number {
    return this.#distance;
  }

  /** Takes the next reading. NaN: it is missing. */
  add(value: number): void {
    this.#index += 1;
    if (Number.isNaN(value)) return;
    if (this.#lastValue !== -1) this.#distance = this.#index - this.#lastValue;
    this.#lastValue = this.#index;
    this.#least.push(value, this.#index);
    this.#negatedLargest.push(-value, this.#index);
    while (!this.#isFlat()) this.#leave();
  }

  pack(): number[] {
    const least = this.#least.pack(this.#index);
    return [this.steps, this.#lastValue === -1 ? -1 : this.#index - this.#lastValue, this.#distance, least.length, ...least, ...this.#negatedLargest.pack(this.#index)];
  }

  /** Takes back what was packed. @throws QualitySnapshotError when it is not that. */
  unpack(test: string, packed: readonly number[]): void {
    const [steps = Number.NaN, sinceValue = Number.NaN, distance = Number.NaN, length = Number.NaN, ...queues] = packed;
    const hasValue = sinceValue !== -1;
    const counts = [steps + 1, length, sinceValue + 1, distance];
    const paired = length % 2 === 0 && queues.length % 2 === 0;
    if (!counts.every(isCount) || !paired || (length > 0) !== hasValue || (queues.length > length) !== hasValue) throw new QualitySnapshotError(test);
    for (const queue of [queues.slice(0, length), queues.slice(length)]) {
      const positions = queue.filter((_, place) => place % 2 === 1);
      // The last value is an extreme of what comes after it, so both end with it; were it not so, leaving values behind would not end.
      if (hasValue && (positions.at(-1) !== -sinceValue || !positions.every((position) => position >= -steps && position <= -sinceValue))) throw new QualitySnapshotError(test);
    }
    this.#start = 0;
    this.#index = steps;
    this.#lastValue = hasValue ? steps - sinceValue : -1;
    this.#distance = distance;
    this.#least.unpack(test, queues.slice(0, length), this.#index);
    this.#negatedLargest.unpack(test, queues.slice(length), this.#index);
  }

  #isFlat(): boolean {
    const range = -this.#negatedLargest.least - this.#least.least;
    return range < this.#tolerance || range === 0;
  }

  /** The run begins after the extreme that was seen longer ago. */
  #leave(): void {
    const queue = this.#least.position < this.#negatedLargest.position ? this.#least : this.#negatedLargest;
    this.#start = queue.position + 1;
    queue.shift();
  }
}

function isCount(number: number): boolean {
  return Number.isSafeInteger(number) && number >= 0;
}
