import { QualitySnapshotError } from '../quality-snapshot-error.ts';
import { MonotonicQueue } from './monotonic-queue.ts';

const FEWEST = 4;

/** The range of the values of a stretch of time, value by value: what it counts needs 8 bytes a reading of the window, and the extremes little more. Times are whole milliseconds. */
export class RangeWindow {
  readonly #most: number;
  readonly #least = new MonotonicQueue();
  readonly #negatedLargest = new MonotonicQueue();
  #times = numbersFor(FEWEST);
  #head = 0;
  #size = 0;

  /** @param most readings that are counted; beyond it the count stays. */
  constructor(most: number) {
    this.#most = most;
  }

  get count(): number {
    return this.#size;
  }

  /** The largest value less the smallest; NaN when there is none. */
  get range(): number {
    return -this.#negatedLargest.least - this.#least.least;
  }

  add(ts: number, value: number): void {
    this.#least.push(value, ts);
    this.#negatedLargest.push(-value, ts);
    if (this.#size === this.#most) this.#removeTime();
    if (this.#size === this.#times.length) this.#grow();
    this.#times[(this.#head + this.#size) & (this.#times.length - 1)] = ts;
    this.#size += 1;
  }

  /** Leaves behind what is not later than a time. */
  leave(ts: number): void {
    while (this.#least.size > 0 && this.#least.position <= ts) this.#least.shift();
    while (this.#negatedLargest.size > 0 && this.#negatedLargest.position <= ts) this.#negatedLargest.shift();
    while (this.#size > 0 && (this.#times[this.#head] ?? 0) <= ts) this.#removeTime();
  }

  clear(): void {
    this.#least.clear();
    this.#negatedLargest.clear();
    this.#size = 0;
  }

  /** For each reading how long it was after the one before it, the first after the given time; then the least and the largest values. */
  pack(origin: number): number[] {
    const steps: number[] = [];
    let last = origin;
    for (let place = 0; place < this.#size; place += 1) {
      const ts = this.#times[(this.#head + place) & (this.#times.length - 1)] ?? 0;
      steps.push(ts - last);
      last = ts;
    }
    const least = this.#least.pack(origin);
    return [steps.length, ...steps, least.length, ...least, ...this.#negatedLargest.pack(origin)];
  }

  /** Takes back what was packed. @throws QualitySnapshotError when it is not that. */
  unpack(test: string, packed: readonly number[], origin: number): void {
    const [count = Number.NaN] = packed;
    const steps = packed.slice(1, count + 1);
    const [length = Number.NaN, ...queues] = packed.slice(count + 1);
    if (!(count >= 0 && count <= this.#most) || steps.length !== count || steps.some(Number.isNaN)) throw new QualitySnapshotError(test);
    if (!(length >= 0 && length <= queues.length) || length % 2 !== 0 || queues.length % 2 !== 0) throw new QualitySnapshotError(test);
    let room = FEWEST;
    while (room < count) room *= 2;
    this.#least.unpack(test, queues.slice(0, length), origin);
    this.#negatedLargest.unpack(test, queues.slice(length), origin);
    this.#times = numbersFor(room);
    let ts = origin;
    steps.forEach((step, place) => {
      ts += step;
      this.#times[place] = ts;
    });
    this.#head = 0;
    this.#size = count;
  }

  #removeTime(): void {
    this.#head = (this.#head + 1) & (this.#times.length - 1);
    this.#size -= 1;
  }

  #grow(): void {
    const room = this.#times.length;
    const times = numbersFor(room * 2);
    for (let place = 0; place < room; place += 1) times[place] = this.#times[(this.#head + place) & (room - 1)] ?? 0;
    this.#times = times;
    this.#head = 0;
  }
}

function numbersFor(readings: number): number[] {
  return new Array<number>(readings).fill(Number.NaN);
}
